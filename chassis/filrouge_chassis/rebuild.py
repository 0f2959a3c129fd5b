"""A lane's states and row made anew from what Kafka holds: its journal and its own events.

Events are folded batch by batch. If Kafka does not hold all events of the last journalled batch (the
database was lost while the row was half published), that batch is decided again and its row put back
into the outbox: readers drop by sequence what they had already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from filrouge_contracts.envelope import H_SUBJECT, H_TYPE
from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.register import REGISTER

from filrouge_chassis.control import Control, to_microseconds
from filrouge_chassis.decider import Decider, State, kind_of
from filrouge_chassis.errors import Diverged
from filrouge_chassis.history import history
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane_row import LaneRow, WakeCursor
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Outgoing, encode_outgoing
from filrouge_chassis.replay import Past, difference, replay_batch
from filrouge_chassis.store import OutboxRow
from filrouge_chassis.tape import Tape


@dataclass(slots=True)
class Rebuilt:
    """What a lane's stream says about it; `outbox` holds at most the last batch."""

    row: LaneRow = field(default_factory=LaneRow)
    states: dict[str, State] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    events: int = 0


async def rebuild(past: Past, journal: Journal) -> Rebuilt:
    """Folds the lane's whole past; `journal` must stand at its beginning and is followed to its end."""
    rebuilt = Rebuilt()
    async for batch in history(past.log, past.identity, journal, past.partner):
        if batch.events is None:
            await _decide_again(past, batch.note, rebuilt)
        else:
            _fold(past, batch.note, batch.events, rebuilt)
    rebuilt.row.journal_offset, rebuilt.row.journal_sequence = journal.end, journal.sequence
    return rebuilt


def _fold(past: Past, note: BatchDecided, events: Sequence[Outgoing], rebuilt: Rebuilt) -> None:
    row = rebuilt.row
    row.sent[f"{_journal_place(past)}"] = note.first_sequence
    for sequence, event in enumerate(events, note.first_sequence + 1):
        row.sent[f"{event.topic}/{event.partition}"] = sequence
        _evolve(past.decider, rebuilt.states, event)
    row.sequence, row.batch = note.last_sequence, note.batch
    for part in note.read:
        row.positions[part.partition] = part.end
    for partition, seen in note.watermarks.items():
        row.watermarks.setdefault(partition, {}).update(seen)
    for key, numbers in note.closed.items():
        row.closed[key] = numbers
        if numbers == (0, 0):
            del row.closed[key]
    row.control_offset = note.control_end
    row.now_us = to_microseconds(past.control.advance(Control(), note.control_end).now)
    row.tick_offset = past.control.last_tick(note.control_end)
    row.waking = None if note.waking is None else WakeCursor(*note.waking)
    rebuilt.events += len(events)


def _evolve(decider: Decider, states: dict[str, State], event: Outgoing) -> None:
    headers = dict(event.headers)
    model = REGISTER.by_type[headers[H_TYPE].decode()].model
    if model.__module__.endswith(".parking"):
        return
    key = headers[H_SUBJECT].decode()
    kind = kind_of(key)
    said: Event = model.from_json(event.value)
    state = states.get(key)
    states[key] = decider.evolve(kind, decider.initial(kind) if state is None else state, said)


async def _decide_again(past: Past, note: BatchDecided, rebuilt: Rebuilt) -> None:
    control = past.control.advance(Control(), rebuilt.row.control_offset)
    progress = Progress(rebuilt.row, control)
    batch, decided = await replay_batch(past, Tape(past.log), note, progress, rebuilt.states)
    if decided.note.events_sha256 != note.events_sha256:
        raise Diverged(str(difference(note, None, decided)))
    rebuilt.row = batch.progress.row
    rebuilt.states.update(decided.states)
    journal = Outgoing(
        decided.journal.topic,
        decided.journal.partition,
        decided.journal.key,
        note.to_json(),
        decided.journal.headers,
    )
    row = OutboxRow(note.first_sequence, encode_outgoing([journal]), decided.events_bytes)
    rebuilt.outbox.append(row)


def _journal_place(past: Past) -> str:
    return str(Journal.of(past.log, past.identity).partition)
