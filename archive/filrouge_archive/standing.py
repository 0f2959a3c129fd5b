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


def standing(archive: Archive) -> dict[bytes, tuple[Lane, str | None]]:
    """Of each lane that said or noted anything, by its source: how it stands where the archive ends, and the
    first thing that it lacks there."""
    ends = archive.ends
    return {name: one.standing(ends) for name, one in _lately(archive, ends).items()}


def _lately(archive: Archive, ends: Mapping[Partition, int]) -> dict[bytes, Lately]:
    since = _newest(archive, ends) - WINDOW_MS
    lanes: dict[bytes, Lately] = defaultdict(Lately)
    for place, end in ends.items():
        if is_partners_own(place.topic):
            continue
        journal = lane_of_journal(place)
        for record in _since(archive, place, end, since):
            if journal is not None:
                if (note := note_of(record)) is not None:
                    lanes[journal].noted(note, record.timestamp >= since)
            elif (said := said_by_lane(record.headers)) is not None:
                lanes[said[0]].said.add(said[1])
    return lanes


def _newest(archive: Archive, ends: Mapping[Partition, int]) -> int:
    last = (archive.read(place, end - 1, end, True) for place, end in ends.items() if end)
    return max((record.timestamp for one in last for chunk in one for record in chunk), default=0)


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
