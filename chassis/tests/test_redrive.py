"""The way back of parked records: in order, once, with the ids that they would have had at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from filrouge_chassis.control import to_microseconds
from filrouge_chassis.decider import Context, Decider, Due
from filrouge_chassis.progress import Counts
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.equipment import OrderRefused, OrderRequested
from filrouge_contracts.parking import RecordParked
from msgspec import structs

KEY = "order:O-1"


def with_rule(event: type[OrderRequested] | type[Due], rule: object) -> Decider:
    return replace(toy.ORDERS, rules={**toy.ORDERS.rules, ("order", event): rule})  # type: ignore[dict-item]


def sound(
    state: toy.Order, event: OrderRequested, context: Context
) -> Iterator[CommitmentRequested]:
    """The mended rule: every request is asked for."""
    return toy.request(toy.Order(), event.model_copy(update={"quantity": 1}), context)


def broken() -> tuple[Stepwise, list[RecordParked]]:
    """A lane in which one record failed and two wait behind it."""
    lane = Stepwise()
    parked = []
    for quantity in (toy.POISON, 1, toy.POISON):
        decided = lane.keep(lane.batch(*lane.hear(toy.order_requested(1, quantity))))
        parked += parked_in(decided)
    assert lane.committed.closed == {KEY: (3, 0)}
    return lane, parked


def mended() -> tuple[Stepwise, list[RecordParked]]:
    lane, parked = broken()
    lane.decider = with_rule(OrderRequested, sound)
    return lane, parked


def test_in_order_they_are_decided_as_they_would_have_been_and_the_key_opens() -> None:
    lane, parked = mended()
    ids: list[str] = []
    for event, closed in zip(parked, ({KEY: (3, 1)}, {KEY: (3, 2)}, {}), strict=True):
        decided = lane.keep(lane.batch(*lane.redrive(event)))
        assert decided is not None
        ids += [dict(said.headers)["ce_id"].decode() for said in decided.events]
        assert lane.committed.closed == closed
        assert decided.note.closed == {KEY: closed.get(KEY, (0, 0))}
    assert ids == [f"equipment_orders/equipment.g1/0/{offset}/0" for offset in (0, 1, 2)]
    assert lane.states[KEY].status == "asked"
    decided = lane.keep(lane.batch(*lane.hear(toy.order_requested(1))))
    assert decided is not None
    assert parked_in(decided) == []


def test_all_at_once_comes_to_the_same() -> None:
    lane, parked = mended()
    batch = lane.batch(*lane.redrive(*parked))
    decided = lane.keep(batch)
    assert decided is not None
    assert batch.counts == Counts(
        taken=3, decided={CommitmentRequested.event_type: 3}, oldest_ms=batch.counts.oldest_ms
    )
    assert (lane.committed.closed, decided.note.closed) == ({}, {KEY: (0, 0)})


def test_what_arrives_while_others_are_on_their_way_waits_behind_them() -> None:
    lane, parked = mended()
    (late,) = lane.hear(toy.order_requested(1))
    decided = lane.keep(lane.batch(*lane.redrive(*parked[:2]), late, *lane.redrive(parked[2])))
    (behind,) = parked_in(decided)
    assert (behind.index, behind.behind) == (4, True)
    assert lane.committed.closed == {KEY: (4, 3)}
    lane.keep(lane.batch(*lane.redrive(behind)))
    assert lane.committed.closed == {}


@pytest.mark.parametrize(
    ("order", "done"),
    [
        ([1], 0),
        ([2, 1], 0),
        ([1, 0], 1),
        ([0, 0], 1),
        ([0, 2], 1),
        ([0, 2, 1], 2),
        ([0, 1, 0, 1], 2),
    ],
)
def test_out_of_turn_they_have_no_effect(order: list[int], done: int) -> None:
    lane, parked = mended()
    batch = lane.batch(*lane.redrive(*(parked[index] for index in order)))
    decided = lane.keep(batch, note_anyway=True)
    assert decided is not None
    assert len(decided.events) == done
    assert batch.counts.ignored == len(order) - done
    assert lane.committed.closed == {KEY: (3, done)}


def test_what_was_never_parked_or_is_open_again_has_no_effect() -> None:
    lane, parked = mended()
    unknown = parked[0].model_copy(update={"key": "order:O-2"})
    beyond = parked[0].model_copy(update={"index": 4})
    lane.keep(lane.batch(*lane.redrive(unknown, *parked, beyond, *parked)))
    assert lane.committed.closed == {}
    assert lane.states.keys() == {KEY}
    sent = [lane.broker.partitions[place] for place in lane.partitions if "redrive" in place.topic]
    assert lane.committed.positions["redrive.equipment_orders.g1/0"] == len(sent[0]) == 8


def test_one_that_fails_again_keeps_its_place_and_its_key_closed() -> None:
    lane, parked = broken()
    before = lane.states.copy()
    for _ in range(2):
        batch = lane.batch(*lane.redrive(*parked))
        assert batch.counts.parked == 0  # it is in the parked topic already
        assert lane.keep(batch) is not None
        assert (lane.committed.closed, lane.states) == ({KEY: (3, 0)}, before)
    lane.decider = with_rule(OrderRequested, sound)
    lane.keep(lane.batch(*lane.redrive(*parked)))
    assert lane.committed.closed == {}


def test_a_record_of_the_redrive_topic_that_is_none_has_no_effect() -> None:
    lane, parked = mended()
    strange = [structs.replace(record, value=b"{}") for record in lane.redrive(*parked)]
    batch = lane.batch(*strange)
    assert batch.counts.parked == 0
    decided = lane.keep(batch)
    assert decided is not None
    assert [note.error for note in decided.note.defects] == ["Malformed"] * 3
    assert list(decided.events) == []
    assert lane.committed.closed == {KEY: (3, 0)}


def test_a_timer_is_sent_back_as_a_timer() -> None:
    def raises(_state: toy.Order, _due: Due, _context: Context) -> Iterator[OrderRefused]:
        raise toy.Poisoned("by the clock")

    lane = Stepwise(with_rule(Due, raises))
    lane.keep(lane.batch(*lane.hear(toy.order_requested(1))))
    due_us = to_microseconds(lane.states[KEY].due_at)
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(toy.START + timedelta(hours=1)))
    batch.wake([(due_us, KEY)], done=True)
    (parked,) = parked_in(lane.keep(batch))
    lane.decider = toy.ORDERS
    decided = lane.keep(lane.batch(*lane.redrive(parked)))
    assert decided is not None
    (event,) = decided.events
    assert dict(event.headers)["ce_id"] == b"equipment_orders/control.g1/0/0/order:O-1/0"
    assert OrderRefused.from_json(event.value).refused_at == toy.START + timedelta(hours=1)
    assert (lane.states[KEY].status, lane.committed.closed) == ("ended", {})
