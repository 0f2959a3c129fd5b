"""Everything that was recorded up to a moment, to be read as often as one likes: from Kafka, or from any
other log that tells the same records by partition and offset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import GENERATION

Bounds = tuple[int, int]
"""First offset of a partition, and the one after its last."""
Progress = Callable[[int, int], None]
"""Told how many of how many records were read."""
MAX_RECORDS = 4000


@dataclass(frozen=True, kw_only=True)
class Source:
    """What auditors read from: all partitions with their bounds, and the log that holds them."""

    log: Log
    partitions: Mapping[str, int]
    """Every topic → its number of partitions, the empty ones too: keys are spread over all of them."""
    bounds: Mapping[Partition, Bounds]
    roots: Mapping[Partition, str] = field(default_factory=dict)
    """What commits to a partition's records, where the source has such a thing."""
    name: str = ""
    """Under which an archive signs; Kafka has none."""

    @property
    def lanes(self) -> int:
        """Of every service but the gateway, which has one per partner."""
        return max(self.partitions.get(name, 0) for name in REGISTER.fact_topics)

    def up_to(self, sizes: Mapping[Partition, int]) -> Self:
        """As it was when its partitions had these sizes; of those that are not named, nothing was there."""
        bounds = {place: (0, sizes.get(place, 0)) for place in self.bounds}
        return replace(self, bounds=bounds, roots=self._roots_at(sizes))

    def _roots_at(self, sizes: Mapping[Partition, int]) -> Mapping[Partition, str]:
        return {place: self.roots[place] for place in sizes if place in self.roots}

    async def records(
        self, chosen: Collection[Partition] | None = None, progress: Progress = lambda *_: None
    ) -> AsyncIterator[Record]:
        """The records of the chosen partitions (None: of all), those of one partition in their order."""
        wanted = self._wanted(chosen)
        done, total = 0, sum(end - first for first, end in wanted.values())
        for place, (first, end) in wanted.items():
            async for chunk in self.log.read(place, first, end):
                for record in chunk:
                    yield record
                done += len(chunk)
                progress(done, total)

    def _wanted(self, chosen: Collection[Partition] | None) -> dict[Partition, Bounds]:
        """Those that hold anything."""
        places = sorted(self.bounds if chosen is None else self.bounds.keys() & chosen)
        return {
            place: (first, end)
            for place in places
            for first, end in (self.bounds[place],)
            if first < end
        }


@dataclass(frozen=True, kw_only=True)
class KafkaSource(Source):
    """A broker: one consumer reads all partitions beside one another, which is much faster there."""

    kafka: str

    async def records(
        self, chosen: Collection[Partition] | None = None, progress: Progress = lambda *_: None
    ) -> AsyncIterator[Record]:
        ends = {TopicPartition(*place): end for place, (_, end) in self._wanted(chosen).items()}
        if not ends:
            return  # a consumer that is stopped before it has begun raises CancelledError
        consumer = AIOKafkaConsumer(
            **client_options(self.kafka),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=20,
        )
        await consumer.start()
        try:
            consumer.assign(list(ends))
            for place in ends:
                consumer.seek(place, 0)
            total, done, missing = sum(ends.values()), 0, set(ends)
            while missing:
                found = await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)
                for place, records in found.items():
                    for record in records:
                        if record.offset < ends[place]:
                            done += 1
                            yield record
                    if records[-1].offset + 1 >= ends[place]:
                        missing.discard(place)
                        consumer.pause(place)
                progress(done, total)
        finally:
            await consumer.stop()


async def kafka_source(kafka: str) -> KafkaSource:
    """All that an installation has recorded by now."""
    partitions = await our_partitions(kafka)
    places = [Partition(name, n) for name, count in partitions.items() for n in range(count)]
    log = KafkaLog(kafka, "workbench")
    bounds = await log.bounds(places)
    return KafkaSource(log=log, partitions=partitions, bounds=bounds, kafka=kafka)


async def our_partitions(kafka: str) -> dict[str, int]:
    """Every topic of the installation → its number of partitions."""
    async with kafka_admin(kafka) as admin:
        names = [name for name in await admin.list_topics() if name.endswith(f".{GENERATION}")]
        described = await admin.describe_topics(names)
    return {topic["topic"]: len(topic["partitions"]) for topic in described}
