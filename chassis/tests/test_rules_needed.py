"""Each rule of the chassis is left out once: then some schedule of the simulation must break."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from filrouge_chassis import opening
from filrouge_chassis.batch import Batch
from filrouge_chassis.errors import LaneLost
from filrouge_chassis.facts import Fact
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane import Lane
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.records import decode_outgoing
from filrouge_chassis.relay import Relay
from filrouge_chassis.replay import Past
from filrouge_chassis.state_cache import StateCache
from filrouge_chassis.store import Loaded, OutboxRow, StoredState
from filrouge_chassis.testing.fake_store import FakeLaneStore
from filrouge_contracts.journal import BatchDecided

from chassis.tests.simulation.checks import Broken
from chassis.tests.simulation.world import simulate

SCHEDULES = 1_000
LeaveOut = Callable[[pytest.MonkeyPatch], None]


def the_swap_of_the_version(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes last owns the lane."""
    check = FakeLaneStore._check

    def careless(self: FakeLaneStore, _: str | None, states: Sequence[StoredState]) -> None:
        found = self._database.lanes.get(self._lane)
        check(self, None if found is None else found[0], states)

    patch.setattr(FakeLaneStore, "_check", careless)


def the_watermark(patch: pytest.MonkeyPatch) -> None:
    """What is published again is taken again."""
    patch.setattr(Batch, "_is_new", lambda *_: True)


def unsent_rows_first(patch: pytest.MonkeyPatch) -> None:
    """After a load, only new rows are published."""
    start = Relay.start
    patch.setattr(Relay, "start", lambda self, _rows: start(self, []))


def rows_stay_until_acknowledged(patch: pytest.MonkeyPatch) -> None:
    """An outbox row is forgotten when the next one is written."""
    commit = FakeLaneStore.commit

    async def hasty(
        self: FakeLaneStore, version: str, row: LaneRow, states: object, outbox: OutboxRow, _: int
    ) -> str:
        before = outbox.first_sequence - 1
        return await commit(self, version, row, states, outbox, before)  # type: ignore[arg-type]

    patch.setattr(FakeLaneStore, "commit", hasty)


def journal_first(patch: pytest.MonkeyPatch) -> None:
    """The events go out before the journal says so."""

    async def events_first(self: Relay, row: OutboxRow) -> None:
        assert self._publisher is not None
        events, records = decode_outgoing(row.events), decode_outgoing(row.journal)
        if events:
            await self._publisher.publish(events)
        (offset,) = await self._publisher.publish(records)
        note = BatchDecided.from_json(records[0].value)
        if not await self.journal.mine(note, offset):
            raise LaneLost("journalled by somebody else")
        self.acknowledged = row.first_sequence
        self._count(-1)
        self._on_acknowledged()

    patch.setattr(Relay, "_publish", events_first)


def the_fence_of_the_journal(patch: pytest.MonkeyPatch) -> None:
    """A journal record counts wherever it lands."""

    async def always(self: Journal, note: BatchDecided, offset: int) -> bool:
        self.end, self.sequence = max(self.end, offset + 1), note.last_sequence
        return True

    patch.setattr(Journal, "mine", always)


def the_comparison_with_the_journal(patch: pytest.MonkeyPatch) -> None:
    """A lane goes on with what the database says, however old it is."""

    async def trusting(past: Past, loaded: Loaded) -> Journal:
        journal = Journal.of(past.log, past.identity)
        _, journal.end = (await past.log.bounds([journal.partition]))[journal.partition]
        journal.sequence = max(loaded.row.journal_sequence, loaded.row.sequence)
        return journal

    patch.setattr(opening, "_follow_unless_behind", trusting)


def forgetting_after_an_error(patch: pytest.MonkeyPatch) -> None:
    """States in memory outlive the load they belong to."""
    patch.setattr(StateCache, "clear", lambda self: None)


def a_record_beyond_the_position(patch: pytest.MonkeyPatch) -> None:
    """What the consumer hands over is taken, even if something before it was not."""
    take = Batch.take

    def hurried(self: Batch, record: object, read: object) -> None:
        self._place = self._enter(record)  # type: ignore[arg-type]
        self._place.span[2] = max(self._place.span[2], record.offset)  # type: ignore[attr-defined]
        take(self, record, read)  # type: ignore[arg-type]

    patch.setattr(Batch, "take", hurried)


def positions_filter(patch: pytest.MonkeyPatch) -> None:
    """What was read before the load is read again from the start."""
    load = Lane._load

    async def from_the_start(self: Lane) -> None:
        await load(self)
        self.progress.row.positions.clear()
        for partition in self.partitions:
            self._around.feed.seek(partition, 0)

    patch.setattr(Lane, "_load", from_the_start)
    new = Batch._is_new

    def also_old(self: Batch, place: object, fact: Fact) -> bool:
        return new(self, place, fact) or True  # type: ignore[arg-type]

    patch.setattr(Batch, "_is_new", also_old)


def closed_keys(patch: pytest.MonkeyPatch) -> None:
    """Later records of a key are taken, though an earlier one is parked."""
    take_new = Batch._take_new

    def open_door(self: Batch, record: object, read: object) -> None:
        closed = self._row.closed
        if isinstance(read, Fact) and read.key in closed:
            self._decide(read.key, read.event(), self._origin(record), read)  # type: ignore[arg-type]
        else:
            take_new(self, record, read)  # type: ignore[arg-type]

    patch.setattr(Batch, "_take_new", open_door)


RULES: tuple[LeaveOut, ...] = (
    the_swap_of_the_version,
    the_watermark,
    unsent_rows_first,
    rows_stay_until_acknowledged,
    journal_first,
    the_fence_of_the_journal,
    the_comparison_with_the_journal,
    forgetting_after_an_error,
    a_record_beyond_the_position,
    positions_filter,
    closed_keys,
)


def every_schedule() -> None:
    for seed in range(SCHEDULES):
        simulate(seed)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_without(rule: LeaveOut, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(monkeypatch)
    with pytest.raises(Broken):
        every_schedule()
