"""What a lane asks of Kafka. aiokafka and the fake of the tests pass the same suite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from filrouge_chassis.records import Outgoing, Partition, Record


class Publisher(Protocol):
    """A producer with acks=all and idempotence, used by one lane."""

    async def publish(self, records: Sequence[Outgoing]) -> Sequence[int]:
        """Sends the records, in order within each partition, and waits for all of them.

        Returns the first offset of each partition in order of first use; raises PublishFailed if
        any record was not acknowledged: then any subset may have been written.
        """
        ...

    async def close(self) -> None:
        """Stops within a bound; afterwards nothing of this publisher is under way."""
        ...


class Log(Protocol):
    """Reading any partition by offset, and making publishers. Every method may raise Transient."""

    async def publisher(self) -> Publisher: ...

    async def bounds(
        self, partitions: Collection[Partition]
    ) -> Mapping[Partition, tuple[int, int]]:
        """First and end offset of each partition."""
        ...

    def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        """Chunks of the records from `first` to `end` (exclusive); raises LogLost on a gap. `said_by`: what
        another source has certainly said may be left out, where that is cheaper than to hand it over."""
        ...


class Feed(Protocol):
    """The consumer's controls that a lane may use for its own partitions."""

    def seek(self, partition: Partition, offset: int) -> None: ...

    def pause(self, partitions: Collection[Partition]) -> None: ...

    def resume(self, partitions: Collection[Partition]) -> None: ...

    def idle(self) -> None:
        """The lane has taken all that it was given: a good moment to commit offsets."""
        ...
