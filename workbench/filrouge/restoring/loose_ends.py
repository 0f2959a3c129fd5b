"""Where an archive ends, when Kafka is lost under load: partitions are not archived at one instant.

A lane may have noted a batch whose records are not archived, or said events that no archived note speaks of. It
could not go on after them as it did before, so they are found before anything is put back. A last batch whose
events are not all there is no loose end, for a lane decides it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from filrouge_archive.archive import Archive
from filrouge_archive.tiles import WIDTH
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.envelope import H_SEQUENCE, H_SOURCE
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.topics import CONTROL

from filrouge.audit.archived import partners_of
from filrouge.restoring.problems import RestoreRefused

WINDOW_MS = 60_000
"""Whatever is older than this before the newest record was archived everywhere."""
_JOURNAL = "journal."


@dataclass
class _Lane:
    """What it noted lately, and said."""

    newest: BatchDecided | None = None
    """Its last note, be it old."""
    notes: list[BatchDecided] = field(default_factory=list)
    said: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """Up to which sequence it noted anything."""
        return self.newest.last_sequence if self.newest is not None else 0

    def noted(self, note: BatchDecided, lately: bool) -> None:
        """A later note for the same sequence is void."""
        if note.first_sequence > self.last:
            self.newest = note
            if lately:
                self.notes.append(note)


def check_ends(archive: Archive) -> None:
    """Raises RestoreRefused if there is one."""
    found = loose_ends(archive)
    if found:
        raise RestoreRefused(
            "Kafka was lost while these lanes worked, and before all of it was archived:"
            f" {'; '.join(found)}. If Kafka, or a newer copy of the archive, can be had back, have it back;"
            " --loose-ends restores what there is, and these lanes will stop and say so"
        )


def loose_ends(archive: Archive) -> list[str]:
    """A sentence for each lane that could not go on."""
    sizes = {place: head.size for place, head in archive.partitions.items()}
    since = _newest(archive, sizes) - WINDOW_MS
    lanes: dict[str, _Lane] = defaultdict(_Lane)
    for place, size in sizes.items():
        if partners_of([place.topic]):
            continue  # a partner may write whatever headers it likes
        for record in _lately(archive, place, size, since):
            if place.topic.startswith(_JOURNAL):
                note = BatchDecided.from_json(record.value or b"")
                lanes[f"{note.service}/{note.lane}"].noted(note, record.timestamp >= since)
            elif (said := _said(record)) is not None:
                lanes[said[0]].said.add(said[1])
    return [why for name in sorted(lanes) for why in _why(name, lanes[name], sizes)]


def _why(name: str, lane: _Lane, sizes: Mapping[Partition, int]) -> Iterator[str]:
    if name.partition("/")[0] not in SERVICES:
        return  # a voice: it notes nothing
    if lane.said and max(lane.said) > lane.last:
        yield f"{name} has said event {max(lane.said)}, and its notes are archived up to {lane.last}"
    for note in lane.notes[:-1]:
        missing = set(range(note.first_sequence + 1, note.last_sequence + 1)) - lane.said
        if missing:
            yield f"{name} has noted later batches, and event {min(missing)} is not archived"
            break
    if lane.newest is None:
        return
    if lane.newest.control_end > sizes.get(Partition(CONTROL, 0), 0):
        yield f"{name} has read control to {lane.newest.control_end}, beyond what is archived"
    for part in lane.newest.read:
        if part.end > sizes.get(Partition.parse(part.partition), 0):
            yield f"{name} has read {part.partition} to {part.end}, beyond what is archived"


def _newest(archive: Archive, sizes: Mapping[Partition, int]) -> int:
    ends = (archive.read(place, size - 1, size, True) for place, size in sizes.items() if size)
    return max((record.timestamp for end in ends for chunk in end for record in chunk), default=0)


def _lately(archive: Archive, place: Partition, size: int, since: int) -> Iterator[RawRecord]:
    """From a bundle on that begins before that time."""
    first, step = size, 1
    while first > 0:
        first, step = max(0, (size - 1) // WIDTH * WIDTH + WIDTH - step * WIDTH), step * 2
        ((begin,),) = archive.read(place, first, first + 1, with_erased=True)
        if begin.timestamp < since:
            break
    for chunk in archive.read(place, first, size, with_erased=True):
        yield from chunk


def _said(record: RawRecord) -> tuple[str, int] | None:
    """The source and its sequence, of what a lane may have said."""
    headers = dict(record.headers)
    try:
        return headers[H_SOURCE].decode(), int(headers[H_SEQUENCE])
    except (KeyError, ValueError):
        return None
