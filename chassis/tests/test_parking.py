"""What a defect of ours does: the record is set aside with its key, nothing else stops, nothing is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
from filrouge_chassis import defects, outbound, parking
from filrouge_chassis.batch import Decided
from filrouge_chassis.control import to_microseconds
from filrouge_chassis.decider import Context, Decider
from filrouge_chassis.errors import Defect, TooManyDefects
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.equipment import OrderCompleted, OrderRefused, OrderRequested
from filrouge_contracts.topics import CONTROL
from msgspec.structs import replace


def breaking(how: str) -> Decider:
    """The toy, with a mistake after its first event for orders of POISON pieces."""

    def request(
        state: toy.Order, event: OrderRequested, context: Context
    ) -> Iterator[CommitmentRequested | OrderCompleted]:
        sound = event.model_copy(update={"quantity": 1})
        yield from toy.request(state, sound, context)
        if event.quantity == toy.POISON:
            if how == "contract":
                OrderCompleted.model_validate({})
            if how == "unknown event":
                yield event  # type: ignore[misc]
            if how == "rule":
                raise toy.Poisoned("after the first event")
            yield OrderCompleted(order=event.order, quantity=1, completed_at=context.now)

    def evolved(state: toy.Order, event: OrderCompleted) -> toy.Order:
        if how == "evolution":
            raise toy.Poisoned("in the evolution")
        return toy.ended(state, event)

    return dataclasses.replace(
        toy.ORDERS,
        rules={**toy.ORDERS.rules, ("order", OrderRequested): request},
        evolutions={**toy.ORDERS.evolutions, ("order", OrderCompleted): evolved},
    )


def subjects(decided: Decided) -> list[str]:
    said = [event for event in decided.events if not event.topic.startswith("parked.")]
    return [dict(event.headers)["ce_subject"].decode() for event in said]


@pytest.mark.parametrize(
    ("how", "error", "reason"),
    [
        ("rule", "RuleFailed", "Poisoned: after the first event"),
        ("contract", "RuleFailed", "ValidationError: "),
        ("evolution", "RuleFailed", "Poisoned: in the evolution"),
        ("unknown event", "RuleFailed", "KeyError: "),
        ("size", "TooLarge", "order-completed.v1 for order:O-1 has"),
    ],
)
def test_a_mistake_in_a_decision_takes_back_all_of_it(
    how: str, error: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = Stepwise(breaking(how))
    lane.keep(lane.batch(*lane.hear(toy.order_requested(9))))
    before = dict(lane.states)
    poison, sound = lane.hear(toy.order_requested(1, toy.POISON), toy.order_requested(2))
    if how == "size":
        too_large = len(OrderCompleted(order="O-1", quantity=1, completed_at=toy.START).to_json())
        monkeypatch.setattr(outbound, "EVENT_AT_MOST_BYTES", too_large - 1)
        monkeypatch.setattr(CommitmentRequested, "to_json", lambda _event: b"{}")
    batch = lane.batch(poison, sound)
    assert batch.states.keys() == {"order:O-2"}
    assert lane.states == before
    decided = lane.keep(batch)
    (event,) = parked_in(decided)
    assert (event.key, event.index, event.behind, event.error) == ("order:O-1", 1, False, error)
    assert reason in event.reason
    assert event.remedy == Defect.remedy
    assert parking.original(event) == poison
    assert decided is not None
    assert subjects(decided) == ["order:O-2"]
    assert lane.committed.closed == {"order:O-1": (1, 0)}


def test_later_records_of_a_closed_key_wait_behind_and_other_keys_go_on() -> None:
    lane = Stepwise()
    records = lane.hear(
        toy.order_requested(1, toy.POISON),
        toy.order_requested(1),
        toy.order_requested(2),
        toy.order_requested(1),
    )
    first = lane.keep(lane.batch(*records[:2]))
    second = lane.keep(lane.batch(*records[2:]))
    (failed, behind), (again,) = parked_in(first), parked_in(second)
    assert [event.index for event in (failed, behind, again)] == [1, 2, 3]
    assert [event.behind for event in (failed, behind, again)] == [False, True, True]
    assert behind.remedy == "is re-driven after that one"
    assert [parking.original(event).offset for event in (failed, behind, again)] == [0, 1, 3]
    assert second is not None
    assert subjects(second) == ["order:O-2"]
    assert second.note.closed == {"order:O-1": (3, 0)}
    ids = [dict(event.headers)["ce_id"] for event in second.events]
    assert b"equipment_orders/equipment.g1/0/3/parked/0" in ids


def test_a_record_without_a_key_closes_only_its_own_place() -> None:
    lane = Stepwise()
    broken = replace(lane.hear(toy.order_requested(1))[0], key=None, headers=())
    sound = Stepwise().hear(toy.order_requested(1))[0]
    decided = lane.keep(lane.batch(broken, replace(sound, offset=1)))
    assert lane.committed.closed == {"unreadable:equipment.g1/0/0": (1, 0)}
    assert decided is not None
    assert subjects(decided) == ["order:O-1"]


def test_a_timer_that_raises_parks_its_aggregate_and_not_the_tick() -> None:
    def raises(state: toy.Order, due: object, context: Context) -> Iterator[OrderRefused]:
        if state.quantity == 2:
            raise toy.Poisoned("by the clock")
        return toy.give_up(state, due, context)  # type: ignore[arg-type]

    rules = {pair: rule for pair, rule in toy.ORDERS.rules.items() if rule is not toy.give_up}
    (timer,) = toy.ORDERS.rules.keys() - rules.keys()
    lane = Stepwise(dataclasses.replace(toy.ORDERS, rules={**rules, timer: raises}))
    orders = [toy.order_requested(number, quantity=number) for number in (1, 2, 3)]
    lane.keep(lane.batch(*lane.hear(*orders)))
    due = [(to_microseconds(lane.states[key].due_at), key) for key in sorted(lane.states)]
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(toy.START + timedelta(hours=1)))
    batch.wake(due, done=True)
    decided = lane.keep(batch)
    (event,) = parked_in(decided)
    assert (event.topic, event.offset, event.key) == (CONTROL, 0, "order:O-2")
    assert (event.due_us, event.reason) == (due[1][0], "Poisoned: by the clock")
    assert {key: state.status for key, state in lane.states.items()} == {
        "order:O-1": "ended",
        "order:O-2": "asked",
        "order:O-3": "ended",
    }
    assert (batch.counts.woken, batch.counts.parked) == (3, 1)
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(toy.START + timedelta(hours=2)))
    batch.wake([due[1]], done=True)
    assert parked_in(lane.keep(batch, note_anyway=True)) == []  # its key is closed


@pytest.mark.parametrize("mended_after", [None, 25])
def test_many_failures_in_a_row_are_a_bad_release_and_stop_the_lane(
    mended_after: int | None,
) -> None:
    lane = Stepwise()
    limit = defects.DEFECTS_IN_A_ROW_AT_MOST
    bad = [toy.order_requested(number, toy.POISON) for number in range(limit + 1)]
    if mended_after is not None:
        bad.insert(mended_after, toy.order_requested(1000))
    records = lane.hear(*bad)
    lane.keep(lane.batch(*records[:20]))  # counted over batches
    batch = lane.batch(*records[20:-1])
    if mended_after is None:
        with pytest.raises(TooManyDefects, match=r"50 records in a row failed.*Poisoned: O-50"):
            lane.take(batch, records[-1])
    else:
        lane.take(batch, records[-1])
        assert len(batch.progress.row.closed) == limit + 1


def test_only_so_many_keys_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defects, "CLOSED_KEYS_AT_MOST", 2)
    lane = Stepwise()
    poison = [toy.order_requested(number, toy.POISON) for number in (1, 2, 1, 3)]
    records = lane.hear(*poison)
    batch = lane.batch(*records[:3])
    assert batch.progress.row.closed == {"order:O-1": (2, 0), "order:O-2": (1, 0)}
    with pytest.raises(TooManyDefects, match=r"2 keys are closed.*re-drive"):
        lane.take(batch, records[3])
