"""One batch folded: records and timers in, one row of events out. Pure and synchronous.

The running lane and the re-execution both use this very code, so that a replay cannot decide in
another way than the lane did. Nothing here touches Kafka, PostgreSQL or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided, DefectNote, ReadRange
from filrouge_contracts.parking import RecordRedriven
from filrouge_contracts.topics import CONTROL
from msgspec.structs import replace

from filrouge_chassis import parking
from filrouge_chassis.control import Control, ControlLog, from_microseconds, to_microseconds
from filrouge_chassis.decider import Decider, Due, State, kind_of
from filrouge_chassis.errors import (
    Defect,
    RuleFailed,
    SequenceHole,
    SkippedRecords,
    TooManyDefects,
)
from filrouge_chassis.facts import Fact, FactReader
from filrouge_chassis.lane_row import LaneRow, WakeCursor
from filrouge_chassis.outbound import Identity, Outbound
from filrouge_chassis.records import Outgoing, Record, encode_outgoing

DEFECTS_IN_A_ROW_AT_MOST = 50
CLOSED_KEYS_AT_MOST = 10_000
Defects = AbstractSet[tuple[str, int, str]]
"""(partition, offset, key of the timer or "") of what raised."""


@dataclass(slots=True)
class Progress:
    """What a lane carries from batch to batch; batches that decided nothing are noted with the next."""

    row: LaneRow
    control: Control
    read: list[list[Any]] = field(
        default_factory=list
    )  # [partition, first, end], not yet journalled
    defects_in_a_row: int = 0

    def copy(self) -> Progress:
        read = [list(part) for part in self.read]
        return Progress(self.row.copy(), self.control, read, self.defects_in_a_row)


@dataclass(slots=True)
class Counts:
    """What the batch did, for the metrics."""

    taken: int = 0
    ignored: int = 0
    duplicates: int = 0
    parked: int = 0
    woken: int = 0
    oldest_ms: int | None = None  # arrival of the oldest partner's record behind a decision
    decided: dict[str, int] = field(default_factory=dict)  # event type → number


@dataclass(frozen=True, slots=True)
class Decided:
    """A batch worth committing: the changed states, and what to publish, the journal record first."""

    states: Mapping[str, State]
    journal: Outgoing
    events: Sequence[Outgoing]
    events_bytes: bytes
    note: BatchDecided


class _Place(msgspec.Struct):
    """The partition that the last record came from, so that the next one finds all at hand."""

    topic: str
    number: int
    name: str
    is_redrive: bool
    span: list[Any]  # the last of `Progress.read`, whose end is the position
    seen: dict[str, int] | None  # its watermarks; None before the first one


class Batch:
    """A batch in progress on copies: dropping it leaves everything as it was committed."""

    def __init__(
        self,
        decider: Decider,
        reader: FactReader,
        identity: Identity,
        committed: LaneRow,
        progress: Progress,
        states: Mapping[str, State],
        known_defects: Defects | None = None,
    ) -> None:
        self.progress = progress.copy()
        self.counts = Counts()
        self.states: dict[str, State] = {}
        self._decider, self._reader, self._identity = decider, reader, identity
        self._committed = committed
        self._row = self.progress.row
        self._cached = states
        self._context = self.progress.control.context(decider.service)
        self._out = Outbound(identity, self._row)
        self._out.set_time(self._context.now)
        self._defects: list[DefectNote] = []
        self._known_defects = known_defects
        self._place: _Place | None = None

    # --- what a batch is made of, in this order -------------------------------------------------

    def take_control(self, log: ControlLog, to: int) -> None:
        """Advances control to offset `to`; if that moves the clock, due aggregates must be woken."""
        before = self.progress.control
        control = log.advance(before, to)
        self.progress.control = control
        self._context = control.context(self._decider.service)
        self._out.set_time(control.now)
        self._row.control_offset = to
        if control.now > before.now:
            self._row.now_us = to_microseconds(control.now)
            self._row.tick_offset = log.last_tick(to)
            self._row.waking = WakeCursor(-1, "")

    def wake(self, due: Sequence[tuple[int, str]], done: bool) -> None:
        """Wakes aggregates in the order (due, key); `done` if this tick has no further ones."""
        tick = self._row.tick_offset
        for due_us, key in due:
            self._row.waking = WakeCursor(due_us, key)
            self.counts.woken += 1
            if key in self._row.closed:
                continue
            try:
                self._raise_if_known(CONTROL, tick, key)
                self._decide(key, Due(from_microseconds(due_us)), self._timer(tick, key), None)
            except Defect as error:
                self._defects.append(DefectNote(partition=CONTROL, offset=tick, key=key))
                self._park(key, parking.Timer(CONTROL, tick, due_us), error)
        if done:
            self._row.waking = None

    def take(self, record: Record, read: Fact | Defect | None = None) -> None:
        """Takes one record at the lane's position; below it there is nothing to do. `read`: what the
        reader said about the record, if it was asked already.

        Raises SkippedRecords, SequenceHole or TooManyDefects: then the batch is dropped.
        """
        place = self._place
        if place is None or record.topic != place.topic or record.partition != place.number:
            place = self._place = self._enter(record)
        offset = record.offset
        if offset != place.span[2]:
            if offset < place.span[2]:
                return
            raise SkippedRecords(f"{place.name}: expected offset {place.span[2]}, got {offset}")
        place.span[2] = self._row.positions[place.name] = offset + 1
        self.counts.taken += 1
        if place.is_redrive:
            self._redrive(place.name, record)
            return
        try:
            self._raise_if_known(place.name, offset, "")
            if isinstance(read, Defect):
                raise read
            fact = self._reader.read(record) if read is None else read
            if not self._is_new(place, fact):
                self.counts.duplicates += 1
            elif fact.model is None:
                self.counts.ignored += 1
            elif fact.key in self._row.closed:
                self._park(fact.key, record, None)
            else:
                self._decide(fact.key, fact.event(), self._origin(record), fact)
        except Defect as error:
            self._defects.append(DefectNote(partition=place.name, offset=offset, key=""))
            self._park(self._reader.key_of(record), record, error)

    def finish(self, note_anyway: bool = False) -> Decided | None:
        """The batch as one unit to commit; None if it decided nothing: then only progress moved."""
        row, out = self._row, self._out
        changed_nothing = not out.events and row.closed == self._committed.closed
        if changed_nothing and not self._defects and not note_anyway:
            return None
        events_bytes = encode_outgoing(out.events)
        row.batch += 1
        row.sequence = out.sequence
        note = BatchDecided(
            service=self._identity.service,
            lane=self._identity.lane,
            batch=row.batch,
            release=self._identity.release,
            shape=self._identity.shape,
            first_sequence=out.journal_sequence,
            last_sequence=out.sequence,
            control_end=row.control_offset,
            woken=self.counts.woken,
            waking=None if row.waking is None else (row.waking.due_us, row.waking.key),
            read=tuple(
                ReadRange(partition=partition, first=first, end=end)
                for partition, first, end in self.progress.read
                if end > first
            ),
            defects=tuple(self._defects),
            watermarks=changed_watermarks(self._committed, row),
            closed=changed_closed(self._committed, row),
            events_sha256=hashlib.sha256(events_bytes).hexdigest(),
        )
        self.progress.read = []
        return Decided(self.states, out.journal(note), out.events, events_bytes, note)

    # --- one record ------------------------------------------------------------------------------

    def _enter(self, record: Record) -> _Place:
        """The record's partition; what is read there goes on where it ended."""
        name = f"{record.topic}/{record.partition}"
        position = self._row.positions.get(name, 0)
        spans = self.progress.read
        if not spans or spans[-1][0] != name:
            spans.append([name, position, position])
        return _Place(
            record.topic,
            record.partition,
            name,
            self._reader.is_redrive(record),
            spans[-1],
            self._row.watermarks.get(name),
        )

    def _is_new(self, place: _Place, fact: Fact) -> bool:
        """Advances the watermark of the producing lane; False for a record published again."""
        source = fact.source
        if source is None:
            return True
        seen = place.seen
        if seen is None:
            seen = place.seen = self._row.watermarks.setdefault(place.name, {})
        last = seen.get(source, 0)
        if fact.sequence <= last:
            return False
        if fact.prev != last:
            raise SequenceHole(
                f"{place.name}: {source} sent {fact.sequence} after its {fact.prev}, but the last"
                f" one seen here is {last}; find the missing records before going on"
            )
        seen[source] = fact.sequence
        return True

    def _decide(self, key: str, event: Any, cause: str, fact: Fact | None) -> None:
        """decide and evolve; raises Defect and then has changed nothing."""
        kind = kind_of(key)
        rule = self._decider.rules.get((kind, type(event)))
        if rule is None:
            self.counts.ignored += 1
            return
        state = self.state_of(key, kind)
        said: list[Event] = []
        try:
            for answer in rule(state, event, replace(self._context, key=key)):
                state = self._decider.evolve(kind, state, answer)
                said.append(answer)
            prepared = self._out.prepare(said)
        except Defect:
            raise
        except Exception as error:  # the one place where a service's code may raise anything
            raise RuleFailed(f"{type(error).__name__}: {error}") from error
        self.progress.defects_in_a_row = 0
        if said:
            trace, received_ms = (fact.traceparent, fact.received_ms) if fact else (None, 0)
            self._out.add(key, prepared, cause, trace, received_ms)
            if received_ms and received_ms < (self.counts.oldest_ms or received_ms + 1):
                self.counts.oldest_ms = received_ms
            self.states[key] = state
            decided = self.counts.decided
            for event_said in prepared:
                name = event_said.entry.type
                decided[name] = decided.get(name, 0) + 1

    def state_of(self, key: str, kind: str) -> State:
        """The aggregate as this batch leaves it so far."""
        state = self.states.get(key)
        if state is None:
            state = self._cached.get(key)
        return self._decider.initial(kind) if state is None else state

    def _origin(self, record: Record) -> str:
        return f"{self._identity.service}/{record.topic}/{record.partition}/{record.offset}"

    def _timer(self, tick_offset: int, key: str) -> str:
        """A tick wakes aggregates in every lane: the key makes the ids it causes different."""
        return f"{self._identity.service}/{CONTROL}/0/{tick_offset}/{key}"

    # --- defects ---------------------------------------------------------------------------------

    def _park(self, key: str, record: Record | parking.Timer, error: Defect | None) -> None:
        """Parks a record: because of `error`, or (None) because its key is closed."""
        closed = self._row.closed
        if key not in closed and len(closed) >= CLOSED_KEYS_AT_MOST:
            raise TooManyDefects(f"{len(closed)} keys are closed: re-drive them first")
        if error is not None:
            self._count_defect(error)
        parked, redriven = closed.get(key, (0, 0))
        event = parking.parked(
            self._identity.service, self._identity.lane, key, parked + 1, record, error
        )
        cause = f"{self._identity.service}/{event.topic}/{event.partition}/{event.offset}"
        self._out.add(key, self._out.prepare([event]), f"{cause}/parked", None)
        closed[key] = (parked + 1, redriven)
        self.counts.parked += 1

    def _count_defect(self, error: Defect) -> None:
        self.progress.defects_in_a_row += 1
        limit = DEFECTS_IN_A_ROW_AT_MOST
        if self.progress.defects_in_a_row > limit and self._known_defects is None:
            raise TooManyDefects(f"{limit} records in a row failed; the last one: {error}")

    def _raise_if_known(self, partition: str, offset: int, key: str) -> None:
        """When deciding again: what was parked then is parked again, even if the rule is mended."""
        if self._known_defects is not None and (partition, offset, key) in self._known_defects:
            raise RuleFailed("was parked when it was decided first")

    def _redrive(self, partition: str, record: Record) -> None:
        """A parked record on its second way; out of turn, unknown or failing again: no effect."""
        closed = self._row.closed
        try:
            self._raise_if_known(partition, record.offset, "")
            redriven = self._reader.redriven(record)
            parked, done = closed.get(redriven.key, (0, 0))
            if redriven.index != done + 1 or redriven.index > parked:
                self.counts.ignored += 1
                return
            self._process_again(redriven)
        except Defect:
            self._defects.append(DefectNote(partition=partition, offset=record.offset, key=""))
            return
        if done + 1 == parked:
            del closed[redriven.key]
        else:
            closed[redriven.key] = (parked, done + 1)

    def _process_again(self, redriven: RecordRedriven) -> None:
        origin = redriven.parked
        if origin.due_us is not None:
            cause = self._timer(origin.offset, redriven.key)
            self._decide(redriven.key, Due(from_microseconds(origin.due_us)), cause, None)
            return
        record = parking.original(origin)
        fact = self._reader.read(record)
        if fact.model is not None:
            self._decide(fact.key, fact.event(), self._origin(record), fact)


def changed_watermarks(before: LaneRow, after: LaneRow) -> dict[str, dict[str, int]]:
    """The watermarks of `after` that `before` does not have."""
    changed: dict[str, dict[str, int]] = {}
    for partition, seen in after.watermarks.items():
        old = before.watermarks.get(partition, {})
        if seen != old:
            changed[partition] = {
                source: last for source, last in seen.items() if old.get(source) != last
            }
    return changed


def changed_closed(before: LaneRow, after: LaneRow) -> dict[str, tuple[int, int]]:
    """Closed keys whose numbers changed; (0, 0) for one that is open again."""
    keys = before.closed.keys() | after.closed.keys()
    return {
        key: after.closed.get(key, (0, 0))
        for key in sorted(keys)
        if before.closed.get(key) != after.closed.get(key)
    }
