"""A part of the past once more, in the order in which the brokers took it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from filrouge_chassis.records import Partition, Record
from filrouge_chassis.tape import following

from filrouge.audit.selection import Selection, with_traces
from filrouge.audit.told import Told
from filrouge.stream import Bounds, Source


class Replayed(NamedTuple):
    """A record as it is told, and as it was."""

    told: Told
    record: Record


@dataclass(slots=True)
class Chosen:
    """How much a selection is, and where it stands; nothing of it is kept in memory."""

    source: Source
    selection: Selection
    counts: dict[Partition, int] = field(default_factory=dict)
    spans: dict[Partition, Bounds] = field(default_factory=dict)
    first_ms: int = 0
    last_ms: int = 0

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def topics(self) -> list[str]:
        return sorted({place.topic for place in self.counts})

    async def records(self) -> AsyncIterator[Replayed]:
        """By the broker's time; records of one moment by topic, those of a partition as they stand there."""
        heads = []
        for place in sorted(self.spans):
            stream = self._of(place)
            if (head := await following(stream, None)) is not None:
                heads.append((head.told.recorded_ms, place, head.told.place.offset, head, stream))
        heapify(heads)
        while heads:
            _, place, _, head, stream = heads[0]
            yield head
            if (head_after := await following(stream, None)) is None:
                heappop(heads)
            else:
                at = head_after.told
                heapreplace(heads, (at.recorded_ms, place, at.place.offset, head_after, stream))

    async def _of(self, place: Partition) -> AsyncIterator[Replayed]:
        first, end = self.spans[place]
        async for chunk in self.source.log.read(place, first, end):
            for replayed in _wanted(self.selection, chunk):
                yield replayed


def _wanted(selection: Selection, records: Sequence[Record]) -> list[Replayed]:
    found = ((selection.has(record), record) for record in records)
    return [Replayed(one, record) for one, record in found if one is not None]


async def choose(source: Source, selection: Selection) -> Chosen:
    """Counts; raises AuditFailed for a selection of what does not exist."""
    selection = await with_traces(source, selection)
    chosen = Chosen(source, selection)
    async for record in source.records(selection.places(source)):
        one = selection.has(record)
        if one is None:
            continue
        place, offset = one.place.on, one.place.offset
        chosen.counts[place] = chosen.counts.get(place, 0) + 1
        chosen.spans[place] = (chosen.spans.get(place, (offset, 0))[0], offset + 1)
        chosen.first_ms = min(chosen.first_ms or one.recorded_ms, one.recorded_ms)
        chosen.last_ms = max(chosen.last_ms, one.recorded_ms)
    return chosen


def line(one: Told) -> str:
    """One event for people."""
    who = one.source if one.ours else one.partner or one.source
    return f"{one.time:20.20} {one.name:28} {one.key or one.id:32} {who:26} {one.place}"
