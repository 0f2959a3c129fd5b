"""Which records may be committed to together: those that leave no lane with a loose end.

A lane notes a batch in its journal, and when Kafka holds the note it says the batch's events. All of these
lie in partitions that are archived one by one. A cut through the partitions is consistent if

1. what an included note has read is included, control too;
2. an included event of a lane is one that an included note of it speaks of;
3. all events of a note are included before the lane's next note is.

Each asks for what Kafka held earlier. So a cut can be grown record by record; of two consistent cuts, the
larger in each partition is one too; and when nobody speaks, everything is included. Of a lane's last note
events may be missing, for the lane decides that batch again. Who is no lane (partners, operators, clocks) notes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.envelope import H_SEQUENCE, H_SOURCE
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL, PARTNER_IN

EVENTS_OF_A_BATCH_AT_MOST = 1_000_000
"""A note that says more is no lane's: its rows are bounded in bytes."""
_JOURNALS = {REGISTER.by_model[BatchDecided].topic.format(service=name): name for name in SERVICES}
_LANE = re.compile(rb"([a-z_]+)/(?:0|[1-9]\d{0,5})")
_SERVICES = frozenset(name.encode() for name in SERVICES)
_PARTNERS_OWN = re.compile(re.escape(PARTNER_IN).replace(r"\{partner\}", r"[^.]+"))


class Note(NamedTuple):
    """What a journal record asks of a cut."""

    first_sequence: int
    """Its own; its events have the following ones."""
    last_sequence: int
    read: tuple[tuple[Partition, int], ...]
    """Partitions, control too, and up to which offset they were read."""


class _Range(msgspec.Struct):
    partition: str
    end: int


class _BatchDecided(msgspec.Struct):
    """The few fields that matter here: a fifth of the time that the whole event takes."""

    first_sequence: int
    last_sequence: int
    control_end: int
    read: tuple[_Range, ...] = ()


_decoder = msgspec.json.Decoder(_BatchDecided)


class Lane:
    """How far the notes and events of one lane lie within a cut."""

    def __init__(self, noted: int = 0) -> None:
        self.noted = noted
        """Last sequence of its last note."""
        self.missing: set[int] = set()
        """Events of that note."""
        self.loose = False
        """Events of it were let in that no note speaks of: it asks for nothing until notes have caught up."""
        self._said = 0

    def take_event(self, sequence: int) -> bool:
        """Includes an event, unless it has to wait."""
        if sequence > self.noted:
            if not self.loose:
                return False
            self._said = max(self._said, sequence)
        elif self.missing:
            self.missing.discard(sequence)
        return True

    def take_note(self, note: Note) -> None:
        """Includes a note; a later one for the same sequences is void."""
        if note.first_sequence <= self.noted:
            return
        self.noted = note.last_sequence
        if self.loose:
            self.loose = self._said > self.noted
        else:
            self.missing = set(range(note.first_sequence + 1, note.last_sequence + 1))

    def loosen(self) -> None:
        self.loose = True
        self.missing.clear()

    def event_lacks(self, sequence: int) -> str:
        """Why an event waits, in words that follow the lane's name."""
        return f"has said event {sequence}, and its notes are archived up to {self.noted}"

    def note_lacks(self, note: Note, ends: Mapping[Partition, int]) -> str | None:
        """Why a note has to wait, where partitions are included up to these ends; None: it need not."""
        if note.first_sequence <= self.noted:
            return None
        if self.missing:
            return f"has noted later batches, and event {min(self.missing)} is not archived"
        for place, end in note.read:
            if end > ends.get(place, 0):
                what = "control" if place.topic == CONTROL else str(place)
                return f"has read {what} to {end}, beyond what is archived"
        return None


def lane_of_journal(place: Partition) -> bytes | None:
    """The source whose notes lie in a partition; None: it is no journal."""
    service = _JOURNALS.get(place.topic)
    return None if service is None else f"{service}/{place.number}".encode()


def is_partners_own(topic: str) -> bool:
    """There a partner may write whatever headers it likes."""
    return _PARTNERS_OWN.fullmatch(topic) is not None


@lru_cache(1_024)  # there are few lanes, and each says much
def _is_lane(source: bytes | None) -> bool:
    """Others speak for themselves, and note nothing."""
    found = _LANE.fullmatch(source or b"")  # a header may be null
    return found is not None and found[1] in _SERVICES


def said_by_lane(headers: Iterable[tuple[str, bytes]]) -> tuple[bytes, int] | None:
    """The lane that said it, and its number there."""
    found = dict(headers)
    source = found.get(H_SOURCE, b"")
    if not _is_lane(source):
        return None
    try:
        return source, int(found[H_SEQUENCE])
    except (KeyError, ValueError, TypeError):
        return None


def note_of(record: Record) -> Note | None:
    """What a record of a journal asks for; None: it is no note that this release understands."""
    try:
        said = _decoder.decode(record.value or b"")
        read = tuple((Partition.parse(part.partition), part.end) for part in said.read)
    except (msgspec.DecodeError, ValueError):
        return None
    first, last = said.first_sequence, said.last_sequence
    if not 0 < first <= last <= first + EVENTS_OF_A_BATCH_AT_MOST:
        return None
    return Note(first, last, ((Partition(CONTROL, 0), said.control_end), *read))
