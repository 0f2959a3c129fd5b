"""Deciding the past again: one journalled batch, with the very code that decided it first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from filrouge_contracts.journal import BatchDecided

from filrouge_chassis.batch import Batch, Decided
from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.decider import Decider, State
from filrouge_chassis.errors import Diverged
from filrouge_chassis.facts import FactReader
from filrouge_chassis.history import history
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.log import Log
from filrouge_chassis.outbound import Identity
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.states import due_of
from filrouge_chassis.tape import Tape


@dataclass(frozen=True)
class Past:
    """All that deciding again needs: rules, the log to read from, control, and whose decisions."""

    decider: Decider
    reader: FactReader
    log: Log
    control: ControlLog
    identity: Identity
    partner: str | None = None  # whose door the lane is, for the gateway's lanes


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event that is not what it was; None: there is none at its place."""

    note: BatchDecided
    then: Outgoing | None
    now: Outgoing | None
    sentence: str

    def __str__(self) -> str:
        return f"{_where(self.note)}: {self.sentence}"


@dataclass(slots=True)
class Replayed:
    """What re-executing a lane found."""

    batches: int = 0
    decisions: int = 0
    first_difference: Difference | None = None


async def replay_batch(
    past: Past, tape: Tape, note: BatchDecided, progress: Progress, states: Mapping[str, State]
) -> tuple[Batch, Decided]:
    """Decides the batch of `note` again, after everything before it; raises Diverged."""
    batch = Batch(past.decider, past.identity, progress.row, progress, states, note.defects)
    if note.control_end > progress.row.control_offset:
        batch.take_control(past.control, note.control_end)
    _wake(batch, note, states)
    for part in note.read:
        async for chunk in tape.read(Partition.parse(part.partition), part.first, part.end):
            for record in chunk:
                batch.take(record, past.reader.read(record))
    decided = batch.finish(note_anyway=True)
    assert decided is not None
    return batch, decided


def _wake(batch: Batch, note: BatchDecided, states: Mapping[str, State]) -> None:
    waking, now_us = batch.progress.row.waking, batch.progress.row.now_us
    if waking is None:
        if note.woken:
            raise Diverged(f"{_where(note)}: nothing is to be woken, {note.woken} were")
        return
    after = (waking.due_us, waking.key)
    due = sorted(
        (due_us, key)
        for key, state in states.items()
        if (due_us := due_of(state)) is not None and due_us <= now_us and (due_us, key) > after
    )
    if note.waking is None and len(due) != note.woken:
        raise Diverged(f"{_where(note)}: {len(due)} aggregates are due, {note.woken} were woken")
    batch.wake(due[: note.woken], done=note.waking is None)


async def reexecute(past: Past) -> AsyncIterator[Replayed]:
    """Every journalled decision of a lane again, compared to the byte; yields after each batch.

    Ends at the first difference. The digests of the journal were compared with the bytes in Kafka
    while reading, so a match here is a match with what was published.
    """
    replayed = Replayed()
    progress, states = Progress(LaneRow(), Control()), dict[str, State]()
    journal, tape = Journal.of(past.log, past.identity), Tape(past.log)
    async for batch in history(past.log, past.identity, journal, past.partner):
        again, decided = await replay_batch(past, tape, batch.note, progress, states)
        replayed.batches += 1
        replayed.decisions += again.counts.taken + again.counts.woken
        if decided.note.events_sha256 != batch.note.events_sha256:
            replayed.first_difference = difference(batch.note, batch.events, decided)
            yield replayed
            return
        progress = again.progress
        states.update(decided.states)
        yield replayed


def difference(
    note: BatchDecided, published: Sequence[Outgoing] | None, decided: Decided
) -> Difference:
    """The first event that differs."""
    if published is None:
        sentence = "decided again it has another digest, and its events are not in Kafka"
        return Difference(note, None, None, sentence)
    pairs = zip_longest(published, decided.events)
    then, now = next((pair for pair in pairs if pair[0] != pair[1]), (None, None))
    if then is None or now is None:
        sentence = f"{len(published)} events then, {len(decided.events)} now"
    else:
        sentence = f"then {_shown(then)}, now {_shown(now)}"
    return Difference(note, then, now, sentence)


def _where(note: BatchDecided) -> str:
    return f"{note.service}/{note.lane} batch {note.batch} of release {note.release}"


def _shown(event: Outgoing) -> str:
    headers = dict(event.headers)
    return (
        f"{headers.get('ce_type', b'').decode()} {event.key.decode()} {event.value.decode()[:300]}"
    )
