"""A stream that is read once and looked at from several sides: a broker is asked twenty times otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from filrouge_chassis.log import Publisher
from filrouge_chassis.records import Partition, Record

from filrouge.stream import Bounds, Source, kafka_source

NOTHING = (0, 0)


class HeldLog:
    """All records from offset 0, in memory; nothing can be published to it."""

    def __init__(self, records: Mapping[Partition, Sequence[Record]]) -> None:
        self._records = records

    async def publisher(self) -> Publisher:
        raise NotPublished("what is held in memory is only read")

    async def bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, Bounds]:
        return {place: (0, len(self._records.get(place, ()))) for place in partitions}

    async def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        if first < end:
            yield self._records[partition][first:end]


class NotPublished(Exception):
    """Somebody wanted to write to what is only read."""


async def in_memory(kafka: str) -> Source:
    """All that an installation has recorded by now."""
    source = await kafka_source(kafka)
    records: defaultdict[Partition, list[Record]] = defaultdict(list)
    async for record in source.records():
        records[Partition(record.topic, record.partition)].append(record)
    return Source(log=HeldLog(records), partitions=source.partitions, bounds=source.bounds)
