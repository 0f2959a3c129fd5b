"""Whether Kafka holds what the archive does, record by record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from filrouge_archive.archive import Archive
from filrouge_archive.put_back import ERASED_HEADER, Placeholder
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition, RawRecord, Record


async def first_difference(
    archive: Archive, log: Log, place: Partition, first: int, end: int
) -> int | None:
    """The first offset at which they differ. Raises Damaged, Refused, and what reading Kafka raises."""
    chunks = archive.put_back(place, first, end)
    waiting: list[RawRecord] = []
    async for found in log.read(place, first, end):
        while len(waiting) < len(found):
            waiting += await asyncio.to_thread(next, chunks)
        different = _first_difference(found, waiting)
        if different is not None:
            return different
        del waiting[: len(found)]
    return None


def _first_difference(found: Iterable[Record], archived: Iterable[RawRecord]) -> int | None:
    for ours, theirs in zip(found, archived, strict=False):
        if not _same(ours, theirs):
            return ours.offset
    return None


def _same(found: Record, archived: RawRecord) -> bool:
    """Where words are erased, Kafka may have its own copy still: then only the time can be compared."""
    if found.timestamp != archived.timestamp:
        return False
    headers = tuple(found.headers)
    told = (found.key, found.value, headers)
    if told == (archived.key, archived.value, archived.headers):
        return True
    return isinstance(archived, Placeholder) and ERASED_HEADER not in dict(headers)
