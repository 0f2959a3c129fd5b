"""The lanes that one process runs: started and stopped as the consumer group hands them out."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from filrouge_chassis import logs
from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.lane import Lane
from filrouge_chassis.layout import LanePlan, Layout
from filrouge_chassis.records import Partition, Record
from filrouge_chassis.testing.failpoints import reach

OFFSETS_EVERY_SECONDS = 1.0
OFFSETS_PAUSE_SECONDS = 0.1  # however often lanes fall idle
MakeLane = Callable[[LanePlan], Lane]


class ConsumerFeed:
    """The consumer's controls; a partition that was taken away meanwhile needs none."""

    def __init__(self) -> None:
        self.find_consumer: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self.fell_idle = asyncio.Event()

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        return self.find_consumer()

    def seek(self, partition: Partition, offset: int) -> None:
        place = TopicPartition(*partition)
        if self.consumer is not None and place in self.consumer.assignment():
            self.consumer.seek(place, offset)

    def pause(self, partitions: Collection[Partition]) -> None:
        self._each("pause", partitions)

    def resume(self, partitions: Collection[Partition]) -> None:
        self._each("resume", partitions)

    def idle(self) -> None:
        self.fell_idle.set()

    def _each(self, action: str, partitions: Collection[Partition]) -> None:
        if self.consumer is None:
            return
        assigned = self.consumer.assignment()
        places = [TopicPartition(*partition) for partition in partitions]
        getattr(self.consumer, action)(*[place for place in places if place in assigned])


class Instance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Lanes by the partitions that feed them. Stopping at a rebalance is a courtesy to the next
    owner; that nothing is doubled is the lane rows' business."""

    def __init__(
        self,
        layout: Layout,
        control: ControlLog,
        feed: ConsumerFeed,
        make_lane: MakeLane,
        rebalanced: Callable[[], None] = lambda: None,
    ) -> None:
        self.lanes: dict[str, Lane] = {}
        self._layout, self._control, self._feed = layout, control, feed
        self._make_lane, self._rebalanced = make_lane, rebalanced
        self._owners: dict[Partition, Lane] = {}
        self._waiting: dict[str, list[Partition]] = {}
        self.last_poll = 0.0
        self.assigned = False  # lanes were handed out at least once

    # --- the consumer group --------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self.stop_lanes()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        groups: defaultdict[str, list[Partition]] = defaultdict(list)
        for place in assigned:
            partition = Partition(*place)
            groups[self._layout.group(partition)].append(partition)
        self._waiting = dict(groups)
        self.assigned = True
        self._rebalanced()
        self._feed.pause([Partition(*place) for place in assigned])
        self._start_waiting()

    def _start_waiting(self) -> None:
        """Starts the lanes that control has named by now."""
        if not self._waiting:
            return
        partners = self._control.advance(Control(), self._control.end).partners
        for group, partitions in list(self._waiting.items()):
            plan = self._layout.plan(group, partitions, partners)
            if plan is None:
                continue
            del self._waiting[group]
            lane = self.lanes[group] = self._make_lane(plan)
            for partition in plan.partitions:
                self._owners[partition] = lane
            lane.start()

    async def stop_lanes(self) -> None:
        """All at once, each within its bound."""
        lanes, self.lanes = list(self.lanes.values()), {}
        self._owners.clear()
        self._waiting.clear()
        await asyncio.gather(*(lane.stop() for lane in lanes))

    # --- records and control -----------------------------------------------------------------------

    def deliver(self, records: Iterable[Record]) -> None:
        """Hands the records of one fetch to their lanes."""
        shares: defaultdict[Lane, list[Record]] = defaultdict(list)
        for record in records:
            owner = self._owners.get(Partition(record.topic, record.partition))
            if owner is not None:
                shares[owner].append(record)
        for lane, share in shares.items():
            lane.deliver(share)

    def control_news(self) -> None:
        self._start_waiting()
        for lane in self.lanes.values():
            lane.control_news()

    # --- offsets, for monitoring and scaling only ---------------------------------------------------

    async def commit_offsets_for_ever(self) -> None:
        """Every second, and when a lane falls idle, what PostgreSQL holds; a failure costs a graph a
        point, nothing else."""
        last: dict[TopicPartition, int] = {}
        while True:
            await asyncio.sleep(OFFSETS_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(OFFSETS_EVERY_SECONDS):
                    await self._feed.fell_idle.wait()
            self._feed.fell_idle.clear()
            now = self.positions()
            if not now or now == last or self._feed.consumer is None:
                continue
            await reach("before_offsets")
            try:
                await self._feed.consumer.commit(
                    {place: OffsetAndMetadata(offset, "") for place, offset in now.items()}
                )
                last = now
            except (KafkaError, IllegalStateError) as error:
                logs.OFFSETS_KEPT.say(error=error)
            await reach("after_offsets")

    def positions(self) -> dict[TopicPartition, int]:
        """Next offset of each partition that a loaded lane reads."""
        return {
            TopicPartition(*partition): lane.progress.row.positions[str(partition)]
            for lane in self.lanes.values()
            if lane.ready
            for partition in lane.partitions
            if str(partition) in lane.progress.row.positions
        }

    def lag_of(self, lane: Lane) -> int:
        """Records between the lane and the end of its partitions, as last told by the broker."""
        consumer, lag = self._feed.consumer, 0
        for partition in lane.partitions:
            place = TopicPartition(*partition)
            if consumer is None or place not in consumer.assignment():
                continue
            end = consumer.highwater(place)
            position = lane.progress.row.positions.get(str(partition), 0)
            lag += max(0, (end or 0) - position)
        return lag

    # --- health ------------------------------------------------------------------------------------

    def watch_polls(self) -> None:
        """From now on notes each poll, to tell a consumer that hangs from one that finds nothing."""
        consumer, loop = self._feed.consumer, asyncio.get_running_loop()
        assert consumer is not None
        poll = consumer.getmany
        self.last_poll = loop.time()

        async def noted(*arguments: Any, **options: Any) -> Any:
            self.last_poll = loop.time()
            return await poll(*arguments, **options)

        consumer.getmany = noted

    def last_poll_seconds(self) -> float:
        """How long ago the consumer asked for records."""
        return asyncio.get_running_loop().time() - self.last_poll

    @property
    def stopped(self) -> Sequence[Lane]:
        """Lanes that refuse to go on until somebody has looked."""
        return [lane for lane in self.lanes.values() if lane.stopped is not None]
