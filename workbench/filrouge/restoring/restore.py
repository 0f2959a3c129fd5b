"""Kafka from the archive: what its topics have lost comes to lie where it was.

Look first, and refuse; then open the topics for archived times, put back, look again, let the broker say the
time again, say that this was done, close the topics. Whoever was cut off runs it again: it goes on where topics
end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka.admin import AIOKafkaAdminClient
from filrouge_archive.archive import Archive
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.testing.failpoints import reach
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import StreamRestored
from filrouge_contracts.topic_specs import TopicSpec

from filrouge.audit.archived import held_by
from filrouge.operator import SOURCE
from filrouge.restoring.erasures import Erasures
from filrouge.restoring.feed import Feed, producer_for
from filrouge.restoring.loose_ends import check_ends
from filrouge.restoring.shape import shape_of
from filrouge.restoring.standing import Part, check_nobody_works, check_shape, parts_of
from filrouge.restoring.topic_settings import (
    close,
    opened,
    take_archived_times,
    take_brokers_times,
)
from filrouge.stream import Progress, our_partitions
from filrouge.topics import ensure_topics

FEEDS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: `put_back` of the archived `records` by this run, `erased` of these placeholders."""

    topics: int
    partitions: int
    records: int
    put_back: int
    erased: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Restoring:
    """One archive, and the Kafka that is to hold what it holds. `by`: the office that answers for it."""

    archive: Archive
    kafka: str
    by: str
    progress: Progress = lambda *_: None

    async def run(
        self, make_topics: bool = False, lanes: int | None = None, loose: bool = False
    ) -> Restored:
        """`loose`: even if lanes cannot go on. Raises RestoreRefused, what is wrong with an archive, and
        Transient."""
        started = time.monotonic()
        if not loose:
            await asyncio.to_thread(check_ends, self.archive)
        shape = await shape_of(self.archive, lanes)
        async with kafka_admin(self.kafka) as admin:
            await check_nobody_works(admin)
            there = await our_partitions(self.kafka)
            if make_topics:
                await ensure_topics(
                    self.kafka, [spec for spec in shape.values() if spec.name not in there]
                )
                there = await our_partitions(self.kafka)
            check_shape(
                {name: shape[name].partitions for name in held_by(self.archive.partitions)}, there
            )
            parts = await parts_of(self.archive, self._log(), there)
            missing = [part for part in parts if part.records]
            erased = await self._put_back(admin, missing)
            seconds = time.monotonic() - started
            unfinished = await opened(admin, there.keys() & shape.keys())
            if unfinished:
                await self._finish(admin, [shape[name] for name in unfinished], parts, erased)
        return Restored(
            topics=len({part.place.topic for part in parts}),
            partitions=len(parts),
            records=sum(part.end for part in parts),
            put_back=sum(part.records for part in missing),
            erased=erased,
            seconds=seconds,
        )

    async def _put_back(self, admin: AIOKafkaAdminClient, missing: Sequence[Part]) -> int:
        """Returns how many placeholders there are among them."""
        if not missing:
            return 0
        erasures = await asyncio.to_thread(Erasures, self.archive)
        await take_archived_times(admin, {part.place.topic for part in missing})
        done, total = 0, sum(part.records for part in missing)
        queue = sorted(missing, key=lambda part: part.records)

        def told(records: int) -> None:
            nonlocal done
            done += records
            self.progress(done, total)

        async def work() -> None:
            while queue:
                part = queue.pop()
                chunks = self.archive.put_back(part.place, part.first, part.end)
                await Feed(producer, part.place, told).send(erasures.checked(chunks), part.first)

        async with producer_for(self.kafka) as producer, asyncio.TaskGroup() as workers:
            for _ in range(FEEDS_AT_ONCE):
                workers.create_task(work())
        return erasures.met

    async def _finish(
        self,
        admin: AIOKafkaAdminClient,
        specs: Collection[TopicSpec],
        parts: Sequence[Part],
        erased: int,
    ) -> None:
        """All is there: the broker says the time again, and an event says what was done."""
        await reach("before_finish")
        await parts_of(self.archive, self._log(), await our_partitions(self.kafka))
        await take_brokers_times(admin, [spec.name for spec in specs])
        await reach("before_told")
        now = datetime.now(UTC)
        voice = Voice(self._log(), SOURCE)
        try:
            await voice.say(self._told(parts, erased, now), now)
        finally:
            await voice.close()
        await reach("after_told")
        await close(admin, specs)

    def _told(self, parts: Sequence[Part], erased: int, now: datetime) -> StreamRestored:
        return StreamRestored(
            restored_by=self.by,
            archive=self.archive.name,
            commits=self.archive.commits,
            records=sum(part.end for part in parts),
            erased=erased,
            restored_at=now,
        )

    def _log(self) -> KafkaLog:
        return KafkaLog(self.kafka, "restore")
