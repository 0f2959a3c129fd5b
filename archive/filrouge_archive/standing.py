"""How each lane stands at the end of an archive: by what it noted and said lately.

Whoever goes on writing an archive needs it, and whoever wants to put Kafka back from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from filrouge_chassis.records import Partition, RawRecord

from filrouge_archive.archive import Archive
from filrouge_archive.consistency import (
    Lane,
    Note,
    is_partners_own,
    lane_of_journal,
    note_of,
    said_by_lane,
)
from filrouge_archive.tiles import WIDTH

WINDOW_MS = 60_000
"""Whatever is older than this before the newest record was archived everywhere."""


@dataclass
class Lately:
    """What a lane noted and said within the window."""

    before: Note | None = None
    """Its last note before that."""
    notes: list[Note] = field(default_factory=list)
    said: set[int] = field(default_factory=set)

    def noted(self, note: Note, lately: bool) -> None:
        if lately:
            self.notes.append(note)
        elif self.before is None or note.first_sequence > self.before.last_sequence:
            self.before = note

    def standing(self, ends: Mapping[Partition, int]) -> tuple[Lane, str | None]:
        """The lane where partitions end like this, and the first thing that it lacks there."""
        notes = self.notes if self.before is None else [self.before, *self.notes]
        lane, lack = Lane(notes[0].first_sequence - 1 if notes else 0), None
        for note in notes:
            lack = lack or lane.note_lacks(note, ends)
            lane.take_note(note)
            if note is self.before:
                lane.missing.clear()  # where they are is not looked at any more
            lane.missing -= self.said
        last = max(self.said, default=0)
        if last > lane.noted:
            lack = lane.event_lacks(last)
            lane.loosen()
            lane.take_event(last)
        return lane, lack


def lately(archive: Archive, window_ms: int = WINDOW_MS) -> dict[bytes, Lately]:
    """Of each lane that said or noted anything, by its source."""
    sizes = {place: head.size for place, head in archive.partitions.items()}
    since = _newest(archive, sizes) - window_ms
    lanes: dict[bytes, Lately] = defaultdict(Lately)
    for place, size in sizes.items():
        journal = lane_of_journal(place)
        if is_partners_own(place.topic):
            continue
        for record in _since(archive, place, size, since):
            if journal is not None:
                if (note := note_of(record)) is not None:
                    lanes[journal].noted(note, record.timestamp >= since)
            elif (said := said_by_lane(record.headers)) is not None:
                lanes[said[0]].said.add(said[1])
    return dict(lanes)


def _newest(archive: Archive, sizes: Mapping[Partition, int]) -> int:
    ends = (archive.read(place, size - 1, size, True) for place, size in sizes.items() if size)
    return max((record.timestamp for end in ends for chunk in end for record in chunk), default=0)


def _since(archive: Archive, place: Partition, size: int, since: int) -> Iterator[RawRecord]:
    """From a bundle on that begins before that time."""
    first, step = size, 1
    while first > 0:
        first, step = max(0, (size - 1) // WIDTH * WIDTH + WIDTH - step * WIDTH), step * 2
        ((begin,),) = archive.read(place, first, first + 1, with_erased=True)
        if begin.timestamp < since:
            break
    for chunk in archive.read(place, first, size, with_erased=True):
        yield from chunk
