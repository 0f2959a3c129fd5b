"""Records on their way from Kafka to the archive: as many as fit; the others stay in Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from filrouge_chassis.records import Partition, Record

RECORD_BYTES = 500
"""What a record takes besides its key and value."""
Chunk = tuple[Partition, Sequence[Record]]
Portion = Sequence[Chunk]
"""What is archived as a whole before anything is committed to."""


class Inbox:
    """Between the reader, who waits for room, and the archiver, who waits for news."""

    def __init__(self, bytes_at_most: int) -> None:
        self._at_most, self._bytes = bytes_at_most, 0
        self._portions: list[Portion] = []
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()

    async def put(self, portion: Portion) -> None:
        """Takes it in any case, then waits until there is room for more."""
        self._portions.append(portion)
        self._bytes += sum(bytes_of(record) for _, records in portion for record in records)
        self._news.set()
        if self._bytes >= self._at_most:
            self._room.clear()
        await self._room.wait()

    def take(self) -> list[Portion]:
        """All that waits."""
        portions, self._portions, self._bytes = self._portions, [], 0
        self._news.clear()
        self._room.set()
        return portions

    def wake(self) -> None:
        self._news.set()

    async def wait(self, seconds: float | None) -> None:
        """Returns when there is something, when somebody wakes it, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()


def bytes_of(record: Record) -> int:
    return len(record.key or b"") + len(record.value or b"") + RECORD_BYTES
