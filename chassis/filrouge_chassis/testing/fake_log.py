"""A broker in memory with the same promises as Kafka, and the same ways to fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

from filrouge_contracts.topic_specs import MAX_RECORD_BYTES

from filrouge_chassis.errors import LogLost, PublishFailed, Transient
from filrouge_chassis.records import Outgoing, Partition, RawRecord, Record
from filrouge_chassis.testing.fake_store import Turn, no_turn


class FakeBroker:
    """What is durable: records by partition, offsets without gaps."""

    def __init__(self) -> None:
        self.partitions: defaultdict[Partition, list[RawRecord]] = defaultdict(list)
        self.starts: defaultdict[Partition, int] = defaultdict(int)
        self.clock_ms = 1_588_579_200_000

    def append(self, record: Outgoing) -> int:
        """Writes one record; returns its offset."""
        place = Partition(record.topic, record.partition)
        written = self.partitions[place]
        self.clock_ms += 1
        written.append(
            RawRecord(
                record.topic,
                record.partition,
                len(written),
                self.clock_ms,
                record.key,
                record.value,
                record.headers,
            )
        )
        return len(written) - 1

    def trim(self, partition: Partition, before: int) -> None:
        """Records below offset `before` can no longer be read."""
        self.starts[partition] = before

    def bounds(self, partition: Partition) -> tuple[int, int]:
        return self.starts[partition], len(self.partitions[partition])


class FakePublisher:
    """Writes record by record; may be cut off between any two."""

    def __init__(self, broker: FakeBroker, turn: Turn) -> None:
        self._broker, self._turn = broker, turn
        self._closed = False

    async def publish(self, records: Sequence[Outgoing]) -> Sequence[int]:
        first: dict[tuple[str, int], int] = {}
        for record in records:
            await self._turn("publish")
            if self._closed:
                raise PublishFailed("the publisher is closed: make another one")
            if len(record.value or b"") > MAX_RECORD_BYTES:
                self._closed = True  # as the real one, it is of no use any more
                raise PublishFailed(f"{record.topic}: a record of {len(record.value)} bytes")
            offset = self._broker.append(record)
            first.setdefault((record.topic, record.partition), offset)
        await self._turn("published")
        return list(first.values())

    async def close(self) -> None:
        self._closed = True


class FakeLog:
    """The log on a FakeBroker."""

    def __init__(self, broker: FakeBroker, turn: Turn = no_turn) -> None:
        self._broker, self._turn = broker, turn

    async def publisher(self) -> FakePublisher:
        await self._turn("publisher")
        return FakePublisher(self._broker, self._turn)

    async def bounds(
        self, partitions: Collection[Partition]
    ) -> Mapping[Partition, tuple[int, int]]:
        await self._turn("bounds")
        return {place: self._broker.bounds(place) for place in partitions}

    async def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        while first < end:
            await self._turn("read")
            start, stop = self._broker.bounds(partition)
            if not start <= first <= stop:
                raise LogLost(f"{partition}: offset {first} is gone, it holds {start} to {stop}")
            if first == stop:
                raise Transient(f"{partition}: offset {first} did not come in time")
            chunk = self._broker.partitions[partition][first : min(end, first + 7)]
            first += len(chunk)
            yield chunk


class FakeFeed:
    """A consumer: `step` fetches the next records of one partition and delivers them."""

    def __init__(self, broker: FakeBroker, deliver: Callable[[Sequence[Record]], None]) -> None:
        self._broker, self._deliver = broker, deliver
        self.positions: dict[Partition, int] = {}
        self.paused: set[Partition] = set()

    def seek(self, partition: Partition, offset: int) -> None:
        self.positions[partition] = offset

    def pause(self, partitions: Collection[Partition]) -> None:
        self.paused.update(partitions)

    def resume(self, partitions: Collection[Partition]) -> None:
        self.paused.difference_update(partitions)

    def idle(self) -> None:
        return

    def fetchable(self) -> list[Partition]:
        """Partitions that have something new and are not paused."""
        return [
            place
            for place, position in self.positions.items()
            if place not in self.paused and position < len(self._broker.partitions[place])
        ]

    def step(self, place: Partition, at_most: int) -> None:
        """Hands over up to `at_most` records of one partition."""
        position = self.positions[place]
        records = self._broker.partitions[place][position : position + at_most]
        self.positions[place] = position + len(records)
        self._deliver(records)
