"""Rows leave one at a time, the journal record first; what stops the relay is heard by its lane."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from filrouge_chassis import tasks
from filrouge_chassis.errors import LaneLost, LaneStopped, PublishFailed, Transient
from filrouge_chassis.journal import Journal
from filrouge_chassis.log import Publisher
from filrouge_chassis.records import RawRecord, decode_outgoing
from filrouge_chassis.relay import ROWS_QUEUED, Relay
from filrouge_chassis.store import OutboxRow
from filrouge_chassis.testing import failpoints, toy
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_chassis.testing.stepwise import Stepwise, outbox_row
from msgspec.structs import replace

PATIENCE = 20.0
JOURNAL = "journal.equipment_orders.g1"


def rows_of(lane: Stepwise, count: int, events: int = 3) -> list[OutboxRow]:
    """Batches with so many events each, decided and not published."""
    rows = []
    for batch in range(count):
        orders = [toy.order_requested(batch * events + number) for number in range(events)]
        decided = lane.keep(lane.batch(*lane.hear(*orders)), note_anyway=True)
        assert decided is not None
        rows.append(outbox_row(decided))
    return rows


class Setting:
    """A relay on a broker that can be held back, or fail at the nth step of a kind."""

    def __init__(self, broker: FakeBroker | None = None) -> None:
        self.broker = broker or FakeBroker()
        self.lane = Stepwise(broker=self.broker)
        self.open = asyncio.Event()
        self.open.set()
        self.fails: tuple[str, int, Exception] | None = None
        self.steps: Counter[str] = Counter()
        self.news = 0
        self.log = FakeLog(self.broker, self._turn)
        self.relay = self.new_relay()

    def new_relay(self) -> Relay:
        return Relay(self.log, Journal.of(self.log, self.lane.identity), self._heard)

    def published(self) -> list[RawRecord]:
        """All that lanes of the service wrote, in the order in which the broker took it."""
        records = [record for written in self.broker.partitions.values() for record in written]
        ours = ("ce_source", b"equipment_orders/0")
        return sorted((r for r in records if ours in r.headers), key=lambda r: r.timestamp)

    def sequences(self) -> list[int]:
        return [int(dict(record.headers)["ce_sequence"]) for record in self.published()]

    async def let_run(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0)

    async def _turn(self, place: str) -> None:
        await asyncio.sleep(0)
        await self.open.wait()
        self.steps[place] += 1
        if self.fails is not None and (place, self.steps[place]) == self.fails[:2]:
            raise self.fails[2]

    def _heard(self) -> None:
        self.news += 1


@pytest.fixture
async def at() -> AsyncIterator[Setting]:
    setting = Setting()
    yield setting
    failpoints.install(None)
    await setting.relay.stop()


@pytest.mark.parametrize("found", [0, 1, 3])
async def test_rows_leave_in_order_those_of_the_outbox_first(at: Setting, found: int) -> None:
    rows = rows_of(at.lane, 5)
    at.relay.start(rows[:found])
    for row in rows[found:]:
        await at.relay.put(row)
    await at.relay.drain(PATIENCE)
    assert at.relay.idle
    assert at.sequences() == list(range(1, 21))
    assert (at.relay.acknowledged, at.news) == (rows[-1].first_sequence, 5)
    said = [record.topic == JOURNAL for record in at.published()]
    assert said == [True, False, False, False] * 5
    assert (at.relay.journal.end, at.relay.journal.sequence) == (5, 20)
    assert at.relay.waiting_since is None


async def test_a_row_without_events_is_its_journal_record(at: Setting) -> None:
    (row,) = rows_of(at.lane, 1, events=0)
    at.relay.start([row])
    await at.relay.drain(PATIENCE)
    assert [record.topic for record in at.published()] == [JOURNAL]
    assert at.relay.acknowledged == 1


@pytest.mark.parametrize(
    ("place", "before"), [("before_journal", 0), ("after_journal", 1), ("after_publish", 4)]
)
async def test_each_step_waits_for_the_one_before(at: Setting, place: str, before: int) -> None:
    """Whoever dies at one of these places has written so much of a row, and nothing of the next."""
    written: list[tuple[int, int]] = []

    async def hook(name: str) -> None:
        await asyncio.sleep(0)
        if name == place:
            written.append((len(at.published()), at.relay.acknowledged))

    failpoints.install(hook)
    at.relay.start(rows_of(at.lane, 3))
    await at.relay.drain(PATIENCE)
    assert written == [(before, 0), (4 + before, 1), (8 + before, 5)]


@pytest.mark.parametrize(
    "error",
    [PublishFailed("p"), Transient("t"), LaneStopped("s"), RuntimeError("nobody expects it")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(
    ("place", "nth", "written", "acknowledged"),
    [
        ("publisher", 1, 0, 0),
        ("publish", 1, 0, 0),  # the first journal record
        ("published", 1, 1, 0),  # it is written, but nobody knows
        ("publish", 3, 2, 0),  # in the middle of the events
        ("published", 2, 4, 0),
        ("publish", 5, 4, 1),  # the second journal record
        ("publish", 8, 7, 1),
    ],
)
async def test_a_failure_stops_the_relay_and_is_heard(
    at: Setting, error: Exception, place: str, nth: int, written: int, acknowledged: int
) -> None:
    at.fails = (place, nth, error)
    rows = rows_of(at.lane, 3)
    at.relay.start(rows[:2])
    await at.relay.drain(PATIENCE)  # ends early
    assert not at.relay.idle
    assert at.news == bool(acknowledged) + 1
    with pytest.raises(type(error)):
        at.relay.raise_failure()
    with pytest.raises(type(error)):
        await at.relay.put(rows[2])
    await at.let_run()
    assert (len(at.published()), at.relay.acknowledged) == (written, acknowledged)


async def test_a_full_queue_makes_the_lane_wait(at: Setting) -> None:
    rows = rows_of(at.lane, ROWS_QUEUED + 2)
    at.relay.start([])
    await at.let_run()
    at.open.clear()
    for row in rows[:-1]:  # one is on its way, the others fill the queue
        await at.relay.put(row)
        await at.let_run()
    last = asyncio.create_task(at.relay.put(rows[-1]))
    await at.let_run()
    assert not last.done()
    at.open.set()
    await last
    await at.relay.drain(PATIENCE)
    assert at.sequences() == list(range(1, 4 * len(rows) + 1))


async def test_a_lane_that_waits_hears_what_stopped_the_relay(at: Setting) -> None:
    rows = rows_of(at.lane, ROWS_QUEUED + 2)
    at.fails = ("publish", 1, PublishFailed("the broker is gone"))
    at.relay.start([])
    await at.let_run()
    at.open.clear()
    for row in rows[:-1]:
        await at.relay.put(row)
        await at.let_run()
    last = asyncio.create_task(at.relay.put(rows[-1]))
    await at.let_run()
    at.open.set()
    with pytest.raises(PublishFailed, match="the broker is gone"):
        await last
    assert at.published() == []


async def test_draining_has_a_bound(at: Setting) -> None:
    at.relay.start(rows_of(at.lane, 2))
    at.open.clear()
    await at.relay.drain(0.01)
    assert not at.relay.idle
    at.open.set()
    await at.relay.drain(PATIENCE)
    assert at.relay.idle
    await at.relay.drain(0)


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_stopped_relay_writes_nothing_more(at: Setting, turns: int) -> None:
    at.relay.start(rows_of(at.lane, 3))
    for _ in range(turns):
        await asyncio.sleep(0)
    await at.relay.stop()
    written = at.sequences()
    await at.let_run()
    assert at.sequences() == written == list(range(1, len(written) + 1))


# --- the journal as a fence ------------------------------------------------------------------------


@pytest.mark.parametrize("common", [0, 1])
async def test_of_two_histories_the_first_in_the_journal_counts(at: Setting, common: int) -> None:
    rows = rows_of(at.lane, 2)
    for row in rows[:common]:
        at.lane.publish(row)
    _ = [note async for note in at.relay.journal.follow()]
    (ours,) = decode_outgoing(rows[common].journal)
    at.lane.write(replace(ours, value=ours.value.replace(b'"woken":0', b'"woken":1')))
    before = len(at.published())
    at.relay.start(rows[common:])
    await at.relay.drain(PATIENCE)
    with pytest.raises(LaneLost, match=rf"{JOURNAL}/0/{common + 1}: another instance"):
        at.relay.raise_failure()
    assert [record.topic for record in at.published()[before:]] == [JOURNAL]
    assert at.relay.acknowledged == 0


@pytest.mark.parametrize("events", [0, 2, 3])
async def test_a_row_that_was_cut_off_is_published_whole_after_a_load(
    at: Setting, events: int
) -> None:
    rows = rows_of(at.lane, 2)
    at.lane.publish(rows[0], events)
    _ = [note async for note in at.relay.journal.follow()]
    at.relay.start(rows)
    await at.relay.drain(PATIENCE)
    at.relay.raise_failure()
    assert at.relay.idle
    assert at.sequences() == [1, *range(2, 2 + events), *range(1, 9)]


async def test_a_relay_is_stopped_although_a_library_swallows_the_cancellation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `wait_for` does in the moment in which the producer has started."""
    monkeypatch.setattr(tasks, "CANCEL_SECONDS", 0.01)
    at = Setting()
    starting, publisher = asyncio.Event(), await at.log.publisher()

    async def started_at_that_moment() -> Publisher:
        starting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return publisher
        raise AssertionError

    monkeypatch.setattr(at.log, "publisher", started_at_that_moment)
    at.relay.start([])
    await starting.wait()
    async with asyncio.timeout(PATIENCE):
        await at.relay.stop()
