"""A lane without a database: it takes records in batches and publishes what it decides at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filrouge_chassis.batch import Batch
from filrouge_chassis.control import Control
from filrouge_chassis.decider import State
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.replay import Past
from filrouge_chassis.states import due_of
from filrouge_chassis.testing.fake_log import FakeBroker

RECORDS_AT_ONCE = 50


class RecordedLane:
    """One lane of one service on a broker in memory."""

    def __init__(self, past: Past, broker: FakeBroker, places: Sequence[Partition]) -> None:
        self._past, self._broker, self._places = past, broker, places
        self._committed, self._progress = LaneRow(), Progress(LaneRow(), Control())
        self._states: dict[str, State] = {}
        self._said: list[Outgoing] = []

    def take_records(self) -> bool:
        """Some of what is unread, partition by partition; False if there was nothing."""
        positions = self._progress.row.positions
        unread = [
            record
            for place in self._places
            for first in (positions.get(str(place), 0),)
            for record in self._broker.partitions[place][first : first + RECORDS_AT_ONCE]
        ]
        if not unread:
            return False
        self._take_control_before_tick()
        batch = self._batch()
        for record in unread:
            batch.take(record, self._past.reader.read(record))
        self._finish(batch)
        return True

    def take_control(self) -> None:
        """All of it, and whatever is due then is woken; everything must have been read before."""
        if self._progress.read:
            self._finish(self._batch(), note_anyway=True)
        batch = self._batch()
        batch.take_control(self._past.control, self._past.control.end)
        row = batch.progress.row
        if row.waking is not None:
            due = sorted(
                (due_us, key)
                for key, state in self._states.items()
                if (due_us := due_of(state)) is not None and due_us <= row.now_us
            )
            batch.wake(due, done=True)
        self._finish(batch)

    def said(self) -> Iterator[Outgoing]:
        """What was said since this was asked last."""
        said, self._said = self._said, []
        yield from said

    def _take_control_before_tick(self) -> None:
        offset, control = self._progress.row.control_offset, self._past.control
        tick = control.next_tick(offset)
        to = control.end if tick is None else tick
        if to > offset:
            if self._progress.read:
                self._finish(self._batch(), note_anyway=True)
            batch = self._batch()
            batch.take_control(control, to)
            self._finish(batch)

    def _batch(self) -> Batch:
        past = self._past
        return Batch(past.decider, past.identity, self._committed, self._progress, self._states)

    def _finish(self, batch: Batch, note_anyway: bool = False) -> None:
        decided = batch.finish(note_anyway)
        self._progress = batch.progress
        if decided is None:
            return
        self._committed = batch.progress.row
        self._states.update(decided.states)
        for record in (decided.journal, *decided.events):
            self._broker.append(record)
        self._said += decided.events
