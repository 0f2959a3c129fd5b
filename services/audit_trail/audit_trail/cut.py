"""What may be archived now: a consistent cut grows by it, and what lies beyond waits.

What is read is handed on in such an order that the archive may commit behind every portion. Where much waits,
less is read: what a record waits for is older, and lies where nothing waits. Only what cannot be had ends the
patience with a record: then it is archived without a cut for its lane, and that is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from filrouge_archive.archive import Archive
from filrouge_archive.consistency import (
    Lane,
    Note,
    is_partners_own,
    lane_of_journal,
    note_of,
    said_by_lane,
)
from filrouge_archive.errors import Missing
from filrouge_archive.standing import standing
from filrouge_chassis.records import Partition, Record

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
    """Records of a partition that were read, and lie beyond the cut."""

    def __init__(self, now: float) -> None:
        self.records: list[Record] = []
        self.bytes = 0
        self.since = now
        self._note: tuple[int, Note | None] = (-1, None)

    def add(self, records: Sequence[Record]) -> None:
        self.records.extend(records)
        self.bytes += sum(map(bytes_of, records))

    def hand_on(self, count: int, now: float) -> list[Record]:
        """The first of them; who is the first then has waited since now."""
        handed_on = self.records[:count]
        del self.records[:count]
        self.bytes -= sum(map(bytes_of, handed_on))
        self.since = now
        return handed_on

    def note(self, record: Record) -> Note | None:
        """Read once, however often it is asked whether it still has to wait."""
        if self._note[0] != record.offset:
            self._note = (record.offset, note_of(record))
        return self._note[1]


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
        self._lanes = defaultdict(Lane, lanes)
        self._at_most, self._let_go = bytes_at_most, let_go
        self._waiting: dict[Partition, _Waiting] = {}
        self._ready: dict[Partition, list[Record]] = {}

    def crowded(self, records: int) -> set[Partition]:
        """Where so many wait that others should be read first."""
        return {place for place, one in self._waiting.items() if len(one.records) >= records}

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
        waiting.add(records)
        return True

    # --- growing ---------------------------------------------------------------------------------

    def _advance(self, now: float) -> None:
        """As far as it goes: what is included lets others in."""
        moved = True
        while moved:
            moved = False
            for place, waiting in list(self._waiting.items()):
                if count := self._admitted(place, waiting):
                    self._ready.setdefault(place, []).extend(waiting.hand_on(count, now))
                    self.ends[place] += count
                    moved = True
                if not waiting.records:
                    del self._waiting[place]

    def _admitted(self, place: Partition, waiting: _Waiting) -> int:
        """How many records need not wait any longer."""
        if is_partners_own(place.topic):
            return len(waiting.records)
        journal = lane_of_journal(place)
        if journal is not None:
            return self._notes(self._lanes[journal], waiting)
        return self._events(waiting.records)

    def _notes(self, lane: Lane, waiting: _Waiting) -> int:
        for index, record in enumerate(waiting.records):
            note = waiting.note(record)
            if note is None:
                self._not_understood(lane, record)
            elif lane.note_lacks(note, self.ends) is None:
                lane.take_note(note)
            else:
                return index
        return len(waiting.records)

    def _not_understood(self, lane: Lane, record: Record) -> None:
        """Of a newer release, or of somebody else; what it speaks of cannot be waited for."""
        if not lane.loose:
            lane.loosen()
            place = Partition(record.topic, record.partition)
            self._let_go(LetGo(place, record.offset, NOT_UNDERSTOOD))

    def _events(self, records: Sequence[Record]) -> int:
        for index, record in enumerate(records):
            said = said_by_lane(record.headers)
            if said is not None and not self._lanes[said[0]].take_event(said[1]):
                return index
        return len(records)

    # --- the end of patience ---------------------------------------------------------------------

    def _wait(self, news: Sequence[Chunk], now: float) -> None:
        """Whoever waits for something older may still see it come."""
        oldest_ms = min((records[0].timestamp for _, records in news), default=None)
        if oldest_ms is None:
            return
        for waiting in self._waiting.values():
            if oldest_ms <= waiting.records[0].timestamp + CLOCKS_APART_MS:
                waiting.since = now

    def _overdue(self, now: float) -> Partition | None:
        """Where a record has waited too long; or, if there is no room, where the oldest one waits."""
        for place, waiting in self._waiting.items():
            if now - waiting.since > PATIENCE_SECONDS:
                return place
        if sum(waiting.bytes for waiting in self._waiting.values()) > self._at_most:
            return min(self._waiting, key=lambda place: self._waiting[place].records[0].timestamp)
        return None

    def _give_up(self, place: Partition) -> None:
        """All that waits there is let in, and its lanes are loose until their notes have caught up."""
        waiting, journal = self._waiting[place], lane_of_journal(place)
        offset = waiting.records[0].offset
        why, *_ = self._loosened(waiting) if journal is None else self._noted(journal, waiting)
        self._let_go(LetGo(place, offset, why))

    def _loosened(self, waiting: _Waiting) -> Iterator[str]:
        """Lanes of events that no note speaks of."""
        for record in waiting.records:
            said = said_by_lane(record.headers)
            if said is None:
                continue
            source, sequence = said
            lane = self._lanes[source]
            if not lane.loose and sequence > lane.noted:
                yield f"{source.decode()} {lane.event_lacks(sequence)}"
                lane.loosen()

    def _noted(self, journal: bytes, waiting: _Waiting) -> Iterator[str]:
        """Notes that are included whatever they lack, here by being void when they are looked at again."""
        lane = self._lanes[journal]
        for record in waiting.records:
            note = waiting.note(record)
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
        ends, lanes = _end_of(open_archive())
    except Missing:
        ends, lanes = _end_of(open_archive())
    return Cut(ends, lanes, bytes_at_most, let_go)


def _end_of(archive: Archive) -> tuple[Mapping[Partition, int], Mapping[bytes, Lane]]:
    return archive.ends, {name: lane for name, (lane, _) in standing(archive).items()}
