"""A lane is opened as it was left; where Kafka tells more, or other things, Kafka is right."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from filrouge_chassis.errors import LogLost, UnknownShape
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.opening import Opened, note_of
from filrouge_chassis.records import Partition, decode_outgoing, encode_outgoing
from filrouge_chassis.states import stored_states
from filrouge_chassis.store import OutboxRow, StoredState
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeBroker
from filrouge_chassis.testing.fake_store import FakeDatabase
from filrouge_chassis.testing.stepwise import Stepwise
from msgspec.structs import replace

LATER = toy.START + timedelta(hours=1)
JOURNAL = Partition("journal.equipment_orders.g1", 0)
HEARD = Partition("equipment.g1", 0)


async def begun(lane: Stepwise | None = None) -> Stepwise:
    lane = lane or Stepwise()
    await lane.open()
    return lane


async def two_batches(lane: Stepwise) -> list[OutboxRow]:
    """Two orders asked; one of them given up by the clock, the other one just asked."""
    first = await lane.commit(lane.batch(*lane.hear(toy.order_requested(1))))
    batch = await lane.woken(LATER)
    lane.take(batch, *lane.hear(toy.order_requested(2)))
    return [first, await lane.commit(batch)]


def kept(lane: Stepwise) -> list[StoredState]:
    return sorted(lane.database.states.values(), key=lambda state: state.key)


def but_journal(row: LaneRow) -> LaneRow:
    """How far the journal was followed is another matter than what was decided."""
    return replace(row, journal_offset=0, journal_sequence=0)


def says(opened: Opened, lane: Stepwise, row: LaneRow) -> bool:
    """The lane stands where `row` says, in memory and in the database."""
    states = sorted(stored_states(lane.states), key=lambda state: state.key)
    return but_journal(opened.row) == but_journal(row) and kept(lane) == states


async def test_a_lane_that_never_was_is_opened_at_the_beginning() -> None:
    lane = Stepwise()
    opened = await lane.open()
    assert (opened.row, list(opened.outbox), opened.rebuilt) == (LaneRow(), [], False)
    assert (opened.journal.end, opened.journal.sequence) == (0, 0)
    assert (await lane.store.load()).version == opened.version


@pytest.mark.parametrize(
    ("published", "followed"),
    [([], (0, 0)), ([None], (1, 2)), ([0], (1, 2)), ([None, None], (2, 5)), ([None, 1], (2, 5))],
)
async def test_what_is_in_the_database_is_opened_as_it_is_and_the_journal_followed(
    published: list[int | None], followed: tuple[int, int]
) -> None:
    lane = await begun()
    rows = await two_batches(lane)
    for row, events in zip(rows, published, strict=False):
        lane.publish(row, events)
    committed = lane.committed
    opened = await lane.open()
    assert says(opened, lane, committed)
    assert (list(opened.outbox), opened.rebuilt) == (rows, False)
    assert (opened.journal.end, opened.journal.sequence) == followed


@pytest.mark.parametrize("backup", [0, 1])
@pytest.mark.parametrize("events", [0, 1, 2, None])
async def test_a_database_that_is_behind_the_journal_is_rebuilt(
    backup: int, events: int | None
) -> None:
    """`backup`: batches in the copy that came back; `events`: of the last batch, so many in Kafka."""
    lane = await begun()
    copies = [lane.database.snapshot()]
    first = await lane.commit(lane.batch(*lane.hear(toy.order_requested(1))))
    lane.publish(first)
    copies.append(lane.database.snapshot())
    batch = await lane.woken(LATER)
    lane.take(batch, *lane.hear(toy.order_requested(2)))
    last = await lane.commit(batch)
    lane.publish(last, events)
    committed = lane.committed
    lane.database.restore(copies[backup])
    opened = await lane.open()
    assert opened.rebuilt
    assert says(opened, lane, committed)
    assert (opened.journal.end, opened.journal.sequence) == (2, 5)
    assert list(opened.outbox) == ([] if events in (2, None) else [last])
    assert list((await lane.store.load()).outbox) == list(opened.outbox)


async def test_a_lost_batch_that_nobody_journalled_is_decided_anew() -> None:
    lane = await begun()
    await two_batches(lane)
    lane.database.restore(None)
    opened = await lane.open()
    assert (opened.row, list(opened.outbox), opened.rebuilt) == (LaneRow(), [], False)


async def test_where_another_instance_journalled_other_things_kafka_is_right() -> None:
    """The database was restored, and this instance committed its own second batch meanwhile."""
    lane = await begun()
    first = await lane.commit(lane.batch(*lane.hear(toy.order_requested(1))))
    lane.publish(first)
    twin = Stepwise(broker=lane.broker, database=lane.database.snapshot(), control=lane.control)
    await twin.open()
    twin.states = dict(lane.states)
    two, three = lane.hear(toy.order_requested(2), toy.order_requested(3))
    await lane.commit(lane.batch(two, three))
    twin.publish(await twin.commit(twin.batch(two)))
    opened = await lane.open()
    lane.states = twin.states
    assert opened.rebuilt
    assert says(opened, lane, twin.committed)
    assert list(opened.outbox) == []


@pytest.mark.parametrize("published", [0, 1, 2])
async def test_a_newer_release_publishes_what_the_older_one_left_and_takes_over(
    published: int,
) -> None:
    older = await begun()
    rows = await two_batches(older)
    for row in rows[:published]:
        older.publish(row)
    newer = Stepwise(
        dataclasses.replace(toy.ORDERS, shape=2), older.broker, older.database, older.control
    )
    opened = await newer.open()
    assert opened.rebuilt
    assert but_journal(opened.row) == but_journal(older.committed)
    assert list(opened.outbox) == []
    mine = [state for (shape, _, _), state in older.database.states.items() if shape[0] == "2"]
    assert mine == stored_states(older.states)
    assert not (await newer.open()).rebuilt
    with pytest.raises(UnknownShape, match=r"shape 2_\w+, this release reads 1_\w+; deploy"):
        await older.open()


@pytest.mark.parametrize(
    "shape", ["1_00000000", "2_0a1b2c3d", "10_0a1b2c3d", "", "x_y", "_", "-1_a"]
)
async def test_a_shape_that_this_release_does_not_know_is_left_alone(shape: str) -> None:
    lane = await begun()
    await two_batches(lane)
    version, _, body = lane.database.lanes[0]
    lane.database.lanes[0] = (version, shape, body)
    before = lane.database.snapshot()
    with pytest.raises(UnknownShape, match="equipment_orders/0: its states have shape"):
        await lane.open()
    assert lane.database == before


async def lane_with_past() -> Stepwise:
    """Everything published and followed, nothing left to do."""
    lane = await begun()
    for row in await two_batches(lane):
        lane.publish(row)
    lane.committed.journal_offset, lane.committed.journal_sequence = 2, 5
    lane.version = await lane.store.replace(
        lane.version, lane.committed, stored_states(lane.states), []
    )
    assert not (await lane.open()).rebuilt
    return lane


def remade(broker: FakeBroker, place: Partition) -> None:
    del broker.partitions[place][1:]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (JOURNAL, r"journal\.equipment_orders\.g1/0 ends at 1, 2 was acknowledged"),
        (HEARD, r"equipment\.g1/0 holds 0 to 1, equipment_orders/0 has read up to 2"),
    ],
)
async def test_a_topic_that_ends_before_what_was_acknowledged_is_a_loss(
    place: Partition, reason: str
) -> None:
    lane = await lane_with_past()
    remade(lane.broker, place)
    with pytest.raises(LogLost, match=reason):
        await lane.open()


async def test_a_topic_that_starts_after_the_position_is_a_loss() -> None:
    lane = await lane_with_past()
    lane.broker.trim(HEARD, 2)
    lane.broker.trim(JOURNAL, 2)
    await lane.open()  # what was read may be gone
    lane.hear(toy.order_requested(3))
    lane.broker.trim(HEARD, 3)
    with pytest.raises(LogLost, match=r"equipment\.g1/0 holds 3 to \d, .* read up to 2"):
        await lane.open()


@pytest.mark.parametrize("place", [JOURNAL, HEARD])
async def test_a_lane_whose_past_is_gone_cannot_be_rebuilt(place: Partition) -> None:
    lane = await lane_with_past()
    lane.database.restore(FakeDatabase())
    remade(lane.broker, HEARD) if place == HEARD else lane.broker.trim(JOURNAL, 1)
    with pytest.raises(LogLost, match=str(place)):
        await lane.open()
    assert lane.database.lanes == {}


def test_the_note_of_a_row_is_its_journal_record() -> None:
    lane = Stepwise()
    decided = lane.keep(lane.batch(*lane.hear(toy.order_requested(1))))
    assert decided is not None
    row = OutboxRow(1, encode_outgoing([decided.journal]), decided.events_bytes)
    assert note_of(row) == decided.note
    assert decode_outgoing(row.events) == decided.events
