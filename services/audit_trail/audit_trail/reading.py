"""Reading every partition of the installation from where the archive ends, a little before it.

The last records that are archived are read once more, on start and whenever somebody else leads a partition: a
topic that was made anew, or lost its end, would be continued without any error otherwise.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from filrouge_archive.errors import Gap
from filrouge_chassis.errors import Transient
from filrouge_chassis.kafka import KafkaLog, lost
from filrouge_chassis.records import Partition
from filrouge_contracts.topics import AUDIT

from audit_trail import log_events
from audit_trail.cut import Cut
from audit_trail.inbox import Inbox
from audit_trail.topics import Topics
from audit_trail.trail import Opened, Trail

COMPARED_RECORDS = 256
WAITING_RECORDS = 32_000
"""So many may lie beyond the cut, shared out among the partitions."""
LOOK_SECONDS = 2.0
AGAIN_SECONDS = 1.0
POLL_MS = 200
RECORDS_AT_LEAST, RECORDS_AT_MOST = 50, 4000
NOBODY = -1


class Reading:
    """Without a group: several archivers may read the same."""

    def __init__(
        self,
        log: KafkaLog,
        topics: Callable[[], AbstractAsyncContextManager[Topics]],
        has: Callable[[Partition], bool],
        trail: Trail,
        inbox: Inbox,
        cut: Callable[[], Cut] | None,
    ) -> None:
        """`has`: whether a partition is in this instance's share. `cut`: the one that the archive ends with,
        which may raise StoreAway; None for who does not read all partitions, and makes no cuts."""
        self._log, self._topics, self._has = log, topics, has
        self._trail, self._inbox, self._make_cut = trail, inbox, cut
        self._cut: Cut | None = None
        self._leaders: dict[Partition, int] = {}
        self._next: dict[Partition, int] = {}
        self._missing: set[Partition] = set()
        self._ends: dict[Partition, int] = {}
        self._archived: dict[Partition, int] = {}
        self._erasures_known = False
        self.ready = False
        """Every partition that is known was taken up."""

    async def end_of(self, place: Partition, beyond: int) -> int | None:
        """How far it reaches in Kafka, which is asked only if what was read does not reach beyond an offset;
        None if there is no such partition. Raises Transient."""
        if self._ends.get(place, 0) > beyond:
            return self._ends[place]
        if self.ready and place not in self._leaders:
            return None
        return (await self._log.bounds([place]))[place][1]

    def lag_records(self) -> int:
        """As of the last look, and of the last fetches, which tell where the partitions end."""
        behind = (end - self._archived.get(place, 0) for place, end in self._ends.items())
        return sum(max(0, records) for records in behind)

    async def run(self) -> None:
        """For ever. Raises Gap, LogLost, and what the trail raises when a partition is taken up."""
        while True:
            try:
                await self._read()
            except (Transient, KafkaError, OSError, TimeoutError) as error:
                log_events.KAFKA_AGAIN.say(error=type(error).__name__, reason=error)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _read(self) -> None:
        self._next.clear()
        if self._cut is None and self._make_cut is not None:
            self._cut = await asyncio.to_thread(self._make_cut)
        look_at = 0.0
        async with self._log.reader() as consumer, self._topics() as topics:
            while True:
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + LOOK_SECONDS
                    await self._look(consumer, await topics.leaders())
                await self._poll(consumer)

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        at_most = max(
            RECORDS_AT_LEAST, min(RECORDS_AT_MOST, WAITING_RECORDS // max(1, len(self._next)))
        )
        crowded = self._cut.crowded(at_most) if self._cut else set()
        wanted = [
            TopicPartition(*place) for place in self._next if crowded and place not in crowded
        ]
        try:
            found = await consumer.getmany(*wanted, timeout_ms=POLL_MS, max_records=at_most)
        except OffsetOutOfRangeError as error:
            ((place, _),) = error.args[0].items()
            raise lost(place, error) from error
        portion = [(Partition(*place), records) for place, records in found.items() if records]
        for place, records in portion:
            self._next[place] = records[-1].offset + 1
            highwater = consumer.highwater(TopicPartition(*place))
            self._ends[place] = highwater or self._next[place]
        if self._cut is not None:
            portion = self._cut.take(portion, time.monotonic())
        if portion:
            await self._inbox.put(portion)

    async def _look(self, consumer: AIOKafkaConsumer, leaders: dict[Partition, int]) -> None:
        """Takes up what is new, and what somebody else leads by now."""
        await self._notice_missing(leaders)
        mine = {place for place in leaders if self._has(place) and leaders[place] > NOBODY}
        changed = {
            place
            for place in mine
            if place not in self._next or leaders[place] != self._leaders.get(place)
        }
        if changed:
            await self._take_up(consumer, changed)
        self._leaders = {place: leaders.get(place, NOBODY) for place in {*self._leaders, *leaders}}
        self.ready = True

    async def _notice_missing(self, leaders: dict[Partition, int]) -> None:
        """A topic that only a broker which has just started does not know yet is there the next time."""
        self._archived = await self._trail.committed()
        missing = {place for place in self._archived if place not in leaders}
        if gone := missing & self._missing:
            raise Gap(
                f"{min(gone)} is archived and is not in Kafka any more ({len(gone)} such partitions):"
                " restore it, or begin a new generation of topics and a new archive"
            )
        self._missing = missing

    async def _take_up(self, consumer: AIOKafkaConsumer, places: Collection[Partition]) -> None:
        bounds = await self._log.bounds(places)
        for place in sorted(places):
            opened = await self._trail.open(place)
            _check(place, opened, *bounds[place])
            self._next[place] = max(0, opened.size - COMPARED_RECORDS)
            if self._cut is not None:
                self._cut.forget(place)
            self._ends[place] = bounds[place][1]
            if place.topic == AUDIT and not self._erasures_known:
                await self._hear_of_erasures(place, opened.size)
        consumer.assign([TopicPartition(*place) for place in self._next])
        for place, offset in self._next.items():
            consumer.seek(TopicPartition(*place), offset)
        log_events.PARTITIONS.say(taken_up=len(places), of=len(self._next))

    async def _hear_of_erasures(self, place: Partition, end: int) -> None:
        """Those that were archived before this instance began; the others come by themselves."""
        async for records in self._log.read(place, 0, end):
            await self._trail.hear_of_erasures(records)
        self._erasures_known = True


def _check(place: Partition, opened: Opened, first: int, end: int) -> None:
    if first:
        raise Gap(
            f"{place} begins at offset {first} in Kafka, and an archive at 0: records were deleted; find"
            " out who did that, and restore them"
        )
    if end < opened.end:
        raise Gap(
            f"{place} ends at offset {end} in Kafka, and {opened.end} records are archived: the topic"
            " was truncated, put back or made anew; restore it, or begin a new generation"
        )
