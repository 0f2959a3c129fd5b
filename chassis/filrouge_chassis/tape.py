"""Reading partitions forward in many small ranges without opening a reader for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from filrouge_chassis.errors import LogLost
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition, Record

Item = TypeVar("Item")
Default = TypeVar("Default")


async def following(stream: AsyncIterator[Item], default: Default) -> Item | Default:
    """`anext` with a default; the built-in one breaks in Python 3.11 when its task is cancelled."""
    try:
        return await stream.__anext__()
    except StopAsyncIteration:
        return default


class Tape:
    """Keeps one reader per partition open as long as the ranges follow one another."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: dict[Partition, _Reel] = {}

    async def read(
        self, partition: Partition, first: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        """Chunks of the records from `first` to `end` (exclusive), which somebody has read before."""
        reel = self._open.get(partition)
        if reel is None or reel.position != first or reel.stop < end:
            start, stop = (await self._log.bounds([partition]))[partition]
            if first < end and not start <= first <= end <= stop:
                raise LogLost(
                    f"{partition} holds {start} to {stop}, {first} to {end} had been read: records were"
                    " deleted or the topic was made anew; restore it before deciding again"
                )
            chunks = self._log.read(partition, first, stop)
            reel = self._open[partition] = _Reel(chunks, first, stop)
        while reel.position < end:
            chunk = await reel.take(end - reel.position)
            if not chunk:
                raise LogLost(f"{partition}: its reader ended before offset {reel.position}")
            yield chunk


class _Reel:
    """An open reader, and what it has read but not yet handed out."""

    def __init__(self, chunks: AsyncIterator[Sequence[Record]], position: int, stop: int) -> None:
        self.position = position
        self.stop = stop  # where the log ended when it was opened
        self._chunks = chunks
        self._rest: Sequence[Record] = ()

    async def take(self, at_most: int) -> Sequence[Record]:
        if not self._rest:
            self._rest = await following(self._chunks, ())
        taken, self._rest = self._rest[:at_most], self._rest[at_most:]
        self.position += len(taken)
        return taken
