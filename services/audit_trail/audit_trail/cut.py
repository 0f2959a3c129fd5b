"""What may be archived now: a consistent cut grows by it, and what lies beyond waits.

What is read is handed on in such an order that the archive may commit behind every portion. Where much waits,
less is read: what a record waits for is older, and lies where nothing waits. Only what cannot be had ends the
patience with a record: then it is archived without a cut for its lane, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from filrouge_archive.archive import Archive
from filrouge_archive.consistency import (
    Lane,
    Note,
    is_lane,
    is_partners_own,
    lane_of_journal,
    note_of,
    sequence_of,
)
from filrouge_archive.errors import Missing
from filrouge_archive.standing import lately
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.envelope import H_SOURCE

from audit_trail.inbox import Chunk, bytes_of

PATIENCE_SECONDS = 5.0
"""From when on nothing is read any more that is older."""
CLOCKS_APART_MS = 1000
"""So far the clocks of brokers may differ."""
NOT_UNDERSTOOD = "is no note that this release understands"


class LetGo(NamedTuple):
    """From which record on what is archived, or its lane, had to do without a cut, and why."""

    place: Partition
    offset: int
    why: str


class _Waiting:
    """Records of a partition that were read, and lie beyond the cut from `first` on."""

    def __init__(self, now: float) -> None:
        self.records: list[Record] = []
        self.first = 0
        self.bytes = 0
        self.since = now
        self.note: tuple[int, Note | None] = (-1, None)
        """The one at this index, read."""

    def front(self) -> Record:
        return self.records[self.first]

    def __len__(self) -> int:
        return len(self.records) - self.first


class Cut:
    """Grows from where the archive ends, and `lanes` stand there."""

    def __init__(
        self,
        ends: Mapping[Partition, int],
        lanes: Mapping[bytes, Lane],
        bytes_at_most: int,
        let_go: Callable[[LetGo], None],
    ) -> None:
        """`let_go` is told whenever patience, or room, has come to an end."""
        self.ends = dict(ends)
        self._lanes = dict(lanes)
        self._at_most, self._let_go = bytes_at_most, let_go
        self._waiting: dict[Partition, _Waiting] = {}
        self._ready: dict[Partition, list[Record]] = {}

    def crowded(self, records: int) -> set[Partition]:
        """Where so many wait that others should be read first."""
        return {place for place, waiting in self._waiting.items() if len(waiting) >= records}

    def forget(self, place: Partition) -> None:
        """What waits there is read again."""
        self._waiting.pop(place, None)

    def take(self, found: Sequence[Chunk], now: float) -> list[Chunk]:
        """What of this, and of what waited, may be archived: all of it, before anything is committed to."""
        self._ready = {}
        news = [chunk for chunk in found if self._add(*chunk, now)]
        self._advance(now)
        self._wait(news, now)
        while (overdue := self._overdue(now)) is not None:
            self._give_up(overdue)
            self._advance(now)
        ready, self._ready = self._ready, {}
        return list(ready.items())

    def _add(self, place: Partition, records: Sequence[Record], now: float) -> bool:
        """Whether there is anything new; what lies within the cut may be compared at once."""
        waiting = self._waiting.get(place)
        if waiting is None:
            first = records[0].offset
            self.ends[place] = end = max(self.ends.get(place, 0), first)
            known = min(len(records), end - first)
            if known:
                self._ready[place] = list(records[:known])
                records = records[known:]
            if not records:
                return False
            waiting = self._waiting[place] = _Waiting(now)
        waiting.records.extend(records)
        return True

    # --- growing ---------------------------------------------------------------------------------

    def _advance(self, now: float) -> None:
        """As far as it goes: what is included lets others in."""
        moved = True
        while moved:
            moved = False
            for place, waiting in list(self._waiting.items()):
                if count := self._admitted(place, waiting) - waiting.first:
                    self._include(place, waiting, count, now)
                    moved = True

    def _include(self, place: Partition, waiting: _Waiting, count: int, now: float) -> None:
        end = waiting.first + count
        self._ready.setdefault(place, []).extend(waiting.records[waiting.first : end])
        self.ends[place] += count
        waiting.first, waiting.since = end, now
        if not waiting:
            del self._waiting[place]

    def _admitted(self, place: Partition, waiting: _Waiting) -> int:
        """Up to which index records need not wait any longer."""
        if is_partners_own(place.topic):
            return len(waiting.records)
        journal = lane_of_journal(place)
        if journal is not None:
            return self._notes(self._lane(journal), place, waiting)
        return self._events(waiting)

    def _notes(self, lane: Lane, place: Partition, waiting: _Waiting) -> int:
        for index in range(waiting.first, len(waiting.records)):
            note = self._note(waiting, index)
            if note is None:
                self._not_understood(lane, place, waiting.records[index].offset)
            elif lane.note_lacks(note, self.ends) is None:
                lane.take_note(note)
            else:
                return index
        return len(waiting.records)

    def _not_understood(self, lane: Lane, place: Partition, offset: int) -> None:
        """Of a newer release, or of somebody else; what it speaks of cannot be waited for."""
        if not lane.loose:
            lane.loosen()
            self._let_go(LetGo(place, offset, NOT_UNDERSTOOD))

    def _events(self, waiting: _Waiting) -> int:
        lanes, records = self._lanes, waiting.records
        for index in range(waiting.first, len(records)):
            headers = dict(records[index].headers)
            source = headers.get(H_SOURCE, b"")
            lane = lanes.get(source)
            if lane is None:
                if not is_lane(source):
                    continue
                lane = self._lane(source)
            sequence = sequence_of(headers)
            if sequence is not None and not lane.take_event(sequence):
                return index
        return len(records)

    def _lane(self, source: bytes) -> Lane:
        return self._lanes.setdefault(source, Lane())

    @staticmethod
    def _note(waiting: _Waiting, index: int) -> Note | None:
        if waiting.note[0] != index:
            waiting.note = (index, note_of(waiting.records[index]))
        return waiting.note[1]

    # --- the end of patience ---------------------------------------------------------------------

    def _wait(self, news: Sequence[Chunk], now: float) -> None:
        """Whoever waits for something older may still see it come."""
        if not self._waiting:
            return
        oldest_ms = min((records[0].timestamp for _, records in news), default=None)
        if oldest_ms is not None:
            for waiting in self._waiting.values():
                if oldest_ms <= waiting.front().timestamp + CLOCKS_APART_MS:
                    waiting.since = now
        for place, _ in news:
            if (grown := self._waiting.get(place)) is not None:
                grown.bytes = sum(map(bytes_of, grown.records[grown.first :]))

    def _overdue(self, now: float) -> Partition | None:
        """Where a record has waited too long; or, if there is no room, where the oldest one waits."""
        for place, waiting in self._waiting.items():
            if now - waiting.since > PATIENCE_SECONDS:
                return place
        if sum(waiting.bytes for waiting in self._waiting.values()) > self._at_most:
            return min(self._waiting, key=lambda place: self._waiting[place].front().timestamp)
        return None

    def _give_up(self, place: Partition) -> None:
        """All that waits there is let in, and its lanes are loose until their notes have caught up."""
        waiting, journal = self._waiting[place], lane_of_journal(place)
        offset = waiting.front().offset
        whys = list(self._loosened(waiting) if journal is None else self._noted(journal, waiting))
        self._let_go(LetGo(place, offset, whys[0]))

    def _loosened(self, waiting: _Waiting) -> Iterator[str]:
        """Lanes of events that no note speaks of."""
        for record in waiting.records[waiting.first :]:
            headers = dict(record.headers)
            source, sequence = headers.get(H_SOURCE, b""), sequence_of(headers)
            if sequence is not None and is_lane(source):
                lane = self._lane(source)
                if not lane.loose and sequence > lane.noted:
                    yield f"{source.decode()} {lane.event_lacks(sequence)}"
                    lane.loosen()

    def _noted(self, journal: bytes, waiting: _Waiting) -> Iterator[str]:
        """Notes that are included whatever they lack, here by being void when they are looked at again."""
        lane = self._lane(journal)
        for index in range(waiting.first, len(waiting.records)):
            note = self._note(waiting, index)
            if note is not None:
                yield f"{journal.decode()} {lane.note_lacks(note, self.ends)}"
                lane.loosen()
                lane.take_note(note)


def cut_of(
    open_archive: Callable[[], Archive], bytes_at_most: int, let_go: Callable[[LetGo], None]
) -> Cut:
    """The one that the archive ends with. Raises Missing if something is not there twice: the first time it
    may be that another archiver has just replaced it."""
    try:
        ends, lanes = _standing(open_archive())
    except Missing:
        ends, lanes = _standing(open_archive())
    return Cut(ends, lanes, bytes_at_most, let_go)


def _standing(archive: Archive) -> tuple[Mapping[Partition, int], Mapping[bytes, Lane]]:
    ends = {place: head.size for place, head in archive.partitions.items()}
    return ends, {name: one.standing(ends)[0] for name, one in lately(archive).items()}
