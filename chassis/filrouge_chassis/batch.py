"""One batch folded: records and timers in, one row of events out. Pure and synchronous.

The running lane and the re-execution both use this very code, so that a replay cannot decide in
another way than the lane did. Nothing here touches Kafka, PostgreSQL or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided, DefectNote, ReadRange
from filrouge_contracts.topics import CONTROL
from msgspec.structs import replace

from filrouge_chassis import parking
from filrouge_chassis.control import ControlLog, from_microseconds, to_microseconds
from filrouge_chassis.decider import Decider, Due, State, kind_of
from filrouge_chassis.defects import Defects
from filrouge_chassis.errors import Defect, Malformed, RuleFailed, SequenceHole, SkippedRecords
from filrouge_chassis.facts import Fact, Read, Redriven, Unreadable
from filrouge_chassis.lane_row import LaneRow, WakeCursor, changed_closed, changed_watermarks
from filrouge_chassis.outbound import Identity, Outbound
from filrouge_chassis.progress import Counts, Decision, Progress
from filrouge_chassis.records import Outgoing, Record, encode_outgoing
from filrouge_chassis.span_names import DECIDE, PARK
from filrouge_chassis.trace_context import root_of

ROW_AT_MOST_BYTES = 8 * 1024 * 1024
DEFECTS_AT_MOST = 100


class States(Protocol):
    """Where a batch finds the states it starts from; None: the aggregate has none yet."""

    def get(self, key: str, /) -> State | None: ...


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
    span: list[Any]  # the last of `Progress.read`, whose end is the position
    seen: dict[str, int] | None  # its watermarks; None before the first one


class Batch:
    """A batch in progress on copies: dropping it leaves everything as it was committed."""

    def __init__(
        self,
        decider: Decider,
        identity: Identity,
        committed: LaneRow,
        progress: Progress,
        states: States,
        noted: Iterable[DefectNote] | None = None,
        keeps: Callable[[str], bool] | None = None,
    ) -> None:
        """`noted`: when a journalled batch is decided again, the defects of its record. `keeps`: of
        which traces the decisions are told; None: of none."""
        self.progress = progress.copy()
        self.counts = Counts()
        self.states: dict[str, State] = {}
        self.kept: list[Decision] = []
        self._keeps = keeps
        self._decider, self._identity = decider, identity
        self._committed = committed
        self._row = self.progress.row
        self._cached = states
        self._context = self.progress.control.context(decider.service)
        self._out = Outbound(identity, self._row)
        self._out.set_time(self._context.now)
        self._defects = Defects(identity, self.progress, self._out, noted)
        self._place: _Place | None = None

    @property
    def full(self) -> bool:
        """Whether the outbox row or the journal record is large enough; the rest is for the next batch."""
        return (
            self._out.size_bytes >= ROW_AT_MOST_BYTES or len(self._defects.notes) >= DEFECTS_AT_MOST
        )

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
        """Wakes aggregates in the order (due, key); `done` if this tick has no further ones. A batch
        that is full stops at its cursor, and the next one goes on from there."""
        tick = self._row.tick_offset
        for due_us, key in due:
            if self.full:
                return
            self._row.waking = WakeCursor(due_us, key)
            self.counts.woken += 1
            if key in self._row.closed:
                continue
            cause = self._timer(tick, key)
            try:
                self._defects.raise_noted((CONTROL, tick, key))
                self._decide(key, Due(from_microseconds(due_us)), cause, None)
            except Defect as error:
                error = self._defects.note((CONTROL, tick, key), error)
                self._park(key, parking.Timer(CONTROL, tick, due_us), cause, error)
        if done:
            self._row.waking = None

    def take(self, record: Record, read: Read) -> None:
        """Takes one record at the lane's position; below it there is nothing to do. `read`: what the
        reader said about the record.

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
        if isinstance(read, Fact) and read.source is not None and not self._is_new(place, read):
            self.counts.duplicates += 1
            return
        try:
            self._defects.raise_noted((place.name, offset, ""))
            self._take_new(record, read)
        except Defect as error:
            error = self._defects.note((place.name, offset, ""), error)
            if isinstance(read, Fact) or (isinstance(read, Unreadable) and read.parks):
                self._park(read.key, record, self._origin(record), error, read.traceparent)

    def finish(self, note_anyway: bool = False) -> Decided | None:
        """The batch as one unit to commit; None if it decided nothing: then only progress moved."""
        row, out = self._row, self._out
        changed_nothing = not out.events and row.closed == self._committed.closed
        if changed_nothing and not self._defects.notes and not note_anyway:
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
            defects=tuple(self._defects.notes),
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
            spans[-1],
            self._row.watermarks.get(name),
        )

    def _is_new(self, place: _Place, fact: Fact) -> bool:
        """Advances the watermark of the producing lane; False for a record published again."""
        assert fact.source is not None
        seen = place.seen
        if seen is None:
            seen = place.seen = self._row.watermarks.setdefault(place.name, {})
        last = seen.get(fact.source, 0)
        if fact.sequence <= last:
            return False
        if fact.prev != last:
            raise SequenceHole(
                f"{place.name}: {fact.source} sent {fact.sequence} after its {fact.prev}, but the last"
                f" one seen here is {last}; find the missing records before going on"
            )
        seen[fact.source] = fact.sequence
        return True

    def _take_new(self, record: Record, read: Read) -> None:
        """Raises Defect if the record cannot be processed."""
        if isinstance(read, Redriven):
            self._redrive(read)
        elif isinstance(read, Unreadable):
            raise Malformed(read.reason)
        elif read.key in self._row.closed:
            self._park(read.key, record, self._origin(record), None, read.traceparent)
        elif read.model is None and read.malformed is None:
            self.counts.ignored += 1
        else:
            self._decide(read.key, read.event(), self._origin(record), read)

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
            said_at = fact.said_at if fact else None
            for answer in rule(state, event, replace(self._context, key=key, said_at=said_at)):
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
            trace = trace or root_of(cause)
            self._out.add(key, prepared, cause, trace, received_ms)
            keeps = self._keeps is not None and self._keeps(trace)
            if keeps:
                name = f"{DECIDE.name} {type(event).__name__}"
                self.kept.append(Decision(name, key, cause, trace, len(said)))
            if received_ms:
                self.counts.waited(received_ms, trace if keeps else None)
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

    def _park(
        self,
        key: str,
        record: Record | parking.Timer,
        cause: str,
        error: Defect | None,
        trace: str | None = None,
    ) -> None:
        trace, cause = trace or root_of(cause), f"{cause}/parked"
        self._defects.park(key, record, error, cause, trace)
        self.counts.parked += 1
        if self._keeps is not None and self._keeps(trace):
            why = error.name if error else "waits behind another"
            self.kept.append(Decision(PARK.name, key, cause, trace, 1, why))

    def _redrive(self, redriven: Redriven) -> None:
        """A parked record on its second way; out of turn: no effect. Raises Defect if it fails again."""
        if not self._defects.is_next(redriven.key, redriven.index):
            self.counts.ignored += 1
            return
        origin, fact = redriven.parked, redriven.fact
        if isinstance(fact, Unreadable):
            raise Malformed(fact.reason)
        if fact is None:
            assert origin.due_us is not None
            cause = self._timer(origin.offset, redriven.key)
            self._decide(redriven.key, Due(from_microseconds(origin.due_us)), cause, None)
        elif fact.model is not None or fact.malformed is not None:
            self._decide(fact.key, fact.event(), self._origin(parking.original(origin)), fact)
        self._defects.redriven(redriven.key)
