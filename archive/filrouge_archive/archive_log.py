"""An archive instead of Kafka: whoever reads a log by its offsets, re-execution say, reads it as well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from filrouge_chassis.log import Publisher
from filrouge_chassis.records import Partition, Record

from filrouge_archive.archive import Archive
from filrouge_archive.errors import ArchiveError


class ArchiveLog:
    """A filrouge_chassis.log.Log that ends where the archive did when it was opened."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def publisher(self) -> Publisher:
        raise ArchiveError("an archive is read only: nothing that is replayed from it is published")

    async def bounds(
        self, partitions: Collection[Partition]
    ) -> Mapping[Partition, tuple[int, int]]:
        return {place: self._archive.bounds(place) for place in partitions}

    async def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        """Raises NotYet beyond the end, Erased and Damaged."""
        chunks = self._archive.read(partition, first, end, said_by=said_by)
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            if chunk:
                yield chunk
