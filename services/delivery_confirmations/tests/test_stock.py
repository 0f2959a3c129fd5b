"""The stock of a model in a school: its equation, counts by hand, and who explains a difference."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from delivery_confirmations.device_state import Counts
from delivery_confirmations.stock import WAITING_AT_MOST
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.device import DeviceMoved, DeviceState
from filrouge_contracts.event import Event
from filrouge_contracts.stock import (
    AdjustmentDirection,
    AdjustmentFailed,
    AdjustmentRefusal,
    AdjustmentRefused,
    DeviceAdjusted,
    StockAdjusted,
    StockAdjustmentRecorded,
    StockCounted,
    StockCountRecorded,
    StockCounts,
    StockDifferenceUnexplained,
    StockMoved,
    StockRefusal,
    StockRefused,
)
from filrouge_contracts.waiting import EventHeld
from pydantic import ValidationError

STOCK = "stock:TABLET-10/0750655E"
RECEIVED, IN_STOCK, PREPARED = DeviceState.RECEIVED, DeviceState.IN_STOCK, DeviceState.PREPARED
ON_LOAN, LOST = DeviceState.ON_LOAN, DeviceState.LOST
ARRIVED_AT = instant("2020-05-11T08:00:00Z")
COUNTED_AT = example(StockCounted).counted_at
BEFORE, AFTER = COUNTED_AT - timedelta(hours=1), COUNTED_AT + timedelta(hours=1)
MISSING, FOUND = AdjustmentDirection


def _move(
    moved_from: DeviceState | None, moved_to: DeviceState, device: int = 0, **changes: Any
) -> DeviceMoved:
    fields = {"imei": imei(device), "moved_from": moved_from, "moved_to": moved_to}
    return example(DeviceMoved, **{**fields, "moved_at": ARRIVED_AT, **changes})


def _adjusted(device: int, moved_from: DeviceState, moved_to: DeviceState) -> DeviceMoved:
    said_type = DeviceAdjusted.event_type
    return _move(moved_from, moved_to, device, said_type=said_type, moved_at=AFTER)


def _stock(devices: int = 3) -> Scenario:
    """A stock to which this many devices have come."""
    scenario = Scenario(DECIDER).at(COUNTED_AT)
    for device in range(devices):
        scenario.when(_move(RECEIVED, IN_STOCK, device))
    return scenario


def _counted(counted: int) -> Scenario:
    return _stock().when(example(StockCounted, counted=counted))


def _refused(said: StockCounted | StockAdjusted, reason: StockRefusal) -> StockRefused:
    happened_at = said.counted_at if isinstance(said, StockCounted) else said.adjusted_at
    return example(StockRefused, said_type=said.event_type, happened_at=happened_at, reason=reason)


def _unexplained(scenario: Scenario) -> int:
    last = scenario.state(STOCK).last_count
    assert last is not None
    return int(last.unexplained)


# --- the equation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "counts"),
    [
        ([], Counts()),
        ([(RECEIVED, IN_STOCK)], Counts(accepted=1, in_stock=1)),
        ([(None, IN_STOCK)], Counts(swapped_in=1, in_stock=1)),
        ([(RECEIVED, IN_STOCK), (IN_STOCK, PREPARED)], Counts(accepted=1, prepared=1)),
        (
            [(RECEIVED, IN_STOCK), (None, IN_STOCK), (IN_STOCK, LOST)],
            Counts(accepted=1, swapped_in=1, in_stock=1, lost=1),
        ),
    ],
)
def test_each_move_is_counted_on_both_sides(
    moves: list[tuple[DeviceState | None, DeviceState]], counts: Counts
) -> None:
    scenario = Scenario(DECIDER)
    for moved_from, moved_to in moves:
        scenario.when(_move(moved_from, moved_to)).then_types(StockMoved)
    assert scenario.state(STOCK).counts == counts


def test_the_example_is_the_second_move_of_the_thread() -> None:
    own = [_move(RECEIVED, IN_STOCK), _move(RECEIVED, IN_STOCK, 1), _move(IN_STOCK, PREPARED)]
    scenario = Scenario(DECIDER)
    for moved in own:
        scenario.when(moved)
    scenario.when(example(DeviceMoved)).then(example(StockMoved))


def test_a_device_that_leaves_where_none_is_breaks_the_equation_and_is_a_defect() -> None:
    with pytest.raises(Contradiction, match="leaves on_loan, where no device is"):
        _stock().when(_move(ON_LOAN, IN_STOCK))


def test_counts_that_do_not_balance_cannot_be_said() -> None:
    with pytest.raises(ValidationError, match="sum of the states"):
        StockCounts(accepted=2, in_stock=1)


# --- counts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counted", "difference"), [(3, 0), (2, -1), (5, 2)])
def test_a_count_is_compared_with_the_events(counted: int, difference: int) -> None:
    scenario = _counted(counted)
    scenario.then(
        example(
            StockCountRecorded,
            expected=3,
            counted=counted,
            difference=difference,
            adjust_by=COUNTED_AT + timedelta(days=7) if difference else None,
        )
    )
    assert (scenario.state(STOCK).due_at is None) is (difference == 0)


def test_the_clock_waits_for_explanations_that_were_said_in_time() -> None:
    scenario = _stock().with_parameters(adjust_within_seconds=60, deadline_grace_seconds=5)
    scenario.when(example(StockCounted))
    assert scenario.state(STOCK).due_at == COUNTED_AT + timedelta(seconds=65)


def test_what_is_prepared_is_counted_and_what_is_lent_is_not() -> None:
    scenario = _stock().when(_move(IN_STOCK, PREPARED)).when(_move(IN_STOCK, ON_LOAN, 1))
    scenario.when(example(StockCounted, counted=2))
    assert _unexplained(scenario) == 0


@pytest.mark.parametrize(
    ("moved", "left"),
    [
        (_move(IN_STOCK, ON_LOAN, moved_at=BEFORE), 0),
        (_move(IN_STOCK, ON_LOAN, moved_at=COUNTED_AT), 0),
        (_move(IN_STOCK, ON_LOAN, moved_at=AFTER), -1),
        (_move(IN_STOCK, PREPARED, moved_at=BEFORE), -1),
        (_move(RECEIVED, IN_STOCK, 9, moved_at=BEFORE), -2),
        (_move(RECEIVED, IN_STOCK, 9, moved_at=AFTER), -1),
        (_adjusted(0, IN_STOCK, LOST), 0),
    ],
)
def test_a_move_of_before_the_count_that_is_told_later_explains_it(
    moved: DeviceMoved, left: int
) -> None:
    scenario = _counted(2).at(AFTER).when(moved)
    assert _unexplained(scenario) == left
    due_at = COUNTED_AT + timedelta(days=7) if left else None
    assert scenario.state(STOCK).due_at == due_at


def test_a_move_of_before_a_count_that_fitted_opens_a_difference() -> None:
    scenario = _counted(3).at(AFTER).when(_move(IN_STOCK, ON_LOAN, moved_at=BEFORE))
    assert _unexplained(scenario) == 1
    assert scenario.state(STOCK).due_at == AFTER + timedelta(days=7)


def test_a_difference_that_nobody_explains_is_named_once_and_stays_open() -> None:
    scenario = _counted(2).with_parameters(adjust_within_seconds=60).when_due(STOCK)
    by = COUNTED_AT + timedelta(days=7)
    scenario.then(example(StockDifferenceUnexplained, adjust_by=by))
    assert scenario.state(STOCK).due_at is None
    scenario.when(_move(IN_STOCK, ON_LOAN, moved_at=AFTER)).then_types(StockMoved)
    assert _unexplained(scenario) == -1
    assert scenario.state(STOCK).due_at is None


def test_counting_again_wins_no_time_but_may_find_what_was_missing() -> None:
    scenario = _counted(2).at(AFTER).when(example(StockCounted, counted=1, counted_at=AFTER))
    assert scenario.state(STOCK).due_at == COUNTED_AT + timedelta(days=7)
    later = AFTER + timedelta(hours=1)
    scenario.when(example(StockCounted, counted=3, counted_at=later))
    assert scenario.state(STOCK).due_at is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (example(StockCounted, counted_at=COUNTED_AT), StockRefusal.DATES_OUT_OF_ORDER),
        (example(StockCounted, counted_at=BEFORE), StockRefusal.DATES_OUT_OF_ORDER),
        (
            example(StockCounted, counted_at=AFTER - timedelta(seconds=1)),
            StockRefusal.MOVED_SINCE,
        ),
    ],
)
def test_a_count_that_comes_too_late_is_refused(said: StockCounted, reason: StockRefusal) -> None:
    scenario = _counted(3).when(_move(IN_STOCK, ON_LOAN, moved_at=AFTER))
    scenario.when(said).then(_refused(said, reason))


@pytest.mark.parametrize("moved_at", [BEFORE, AFTER])
def test_what_moves_on_the_shelf_or_is_told_late_does_not_make_an_old_count_count(
    moved_at: datetime,
) -> None:
    scenario = _counted(3).when(_move(IN_STOCK, ON_LOAN, moved_at=AFTER))
    scenario.when(_move(IN_STOCK, PREPARED, 1, moved_at=moved_at))
    said = example(StockCounted, counted_at=AFTER - timedelta(seconds=1))
    scenario.when(said).then(_refused(said, StockRefusal.MOVED_SINCE))


def test_a_count_in_the_moment_of_the_last_move_counts() -> None:
    scenario = _counted(3).when(_move(IN_STOCK, ON_LOAN, moved_at=AFTER))
    scenario.when(example(StockCounted, counted=2, counted_at=AFTER))
    scenario.then_types(StockCountRecorded)


# --- adjustments ---------------------------------------------------------------------------------


def test_a_difference_is_explained_by_the_devices_that_are_named() -> None:
    scenario = _counted(2).when(example(StockAdjusted))
    scenario.then(example(StockAdjustmentRecorded), example(DeviceAdjusted))
    scenario.when(_adjusted(0, IN_STOCK, LOST))
    (moved,) = scenario.said
    assert isinstance(moved, StockMoved)
    assert moved.adjusted
    assert (moved.unexplained, moved.adjust_by) == (0, None)
    assert scenario.state(STOCK).last_count.asked == 0


def test_a_difference_may_be_explained_at_once() -> None:
    scenario = _counted(2).when(example(StockAdjusted, adjusted_at=COUNTED_AT))
    scenario.then_types(StockAdjustmentRecorded, DeviceAdjusted)


def test_what_is_found_again_is_back_on_the_shelf() -> None:
    scenario = _stock().when(_move(IN_STOCK, LOST)).when(example(StockCounted, counted=3))
    scenario.when(example(StockAdjusted, direction=FOUND, imeis=(imei(0),)))
    scenario.then_types(StockAdjustmentRecorded, DeviceAdjusted)
    scenario.when(_adjusted(0, LOST, IN_STOCK))
    assert _unexplained(scenario) == 0
    assert scenario.state(STOCK).counts == Counts(accepted=3, in_stock=3)


def test_a_device_that_does_not_explain_it_leaves_the_difference_to_another() -> None:
    scenario = _counted(1).when(example(StockAdjusted, imeis=(imei(0), imei(1))))
    next_day = AFTER + timedelta(days=1)
    other = example(StockAdjusted, imeis=(imei(2),), adjusted_at=next_day)
    two = example(StockAdjusted, imeis=(imei(1), imei(2)), adjusted_at=next_day)
    scenario.when(other).then(_refused(other, StockRefusal.MORE_THAN_THE_DIFFERENCE))
    scenario.when(example(AdjustmentRefused)).then(example(AdjustmentFailed))
    scenario.when(two).then(_refused(two, StockRefusal.MORE_THAN_THE_DIFFERENCE))
    scenario.when(other).then_types(StockAdjustmentRecorded, DeviceAdjusted)


def test_devices_that_were_asked_before_a_new_count_still_answer_for_its_difference() -> None:
    scenario = _counted(2).when(example(StockAdjusted))
    scenario.when(example(StockCounted, counted=2, counted_at=AFTER))
    other = example(StockAdjusted, imeis=(imei(1),), adjusted_at=AFTER + timedelta(days=1))
    scenario.when(other).then(_refused(other, StockRefusal.MORE_THAN_THE_DIFFERENCE))


@pytest.mark.parametrize(
    ("counted", "changes", "reason"),
    [
        (3, {}, StockRefusal.NOTHING_TO_EXPLAIN),
        (2, {"direction": FOUND}, StockRefusal.NOTHING_TO_EXPLAIN),
        (4, {}, StockRefusal.NOTHING_TO_EXPLAIN),
        (2, {"imeis": (imei(0), imei(1))}, StockRefusal.MORE_THAN_THE_DIFFERENCE),
        (2, {"adjusted_by": "U-2001"}, StockRefusal.SAME_PERSON),
        (2, {"adjusted_at": BEFORE}, StockRefusal.DATES_OUT_OF_ORDER),
    ],
)
def test_an_adjustment_that_does_not_fit_the_difference_is_refused(
    counted: int, changes: dict[str, Any], reason: StockRefusal
) -> None:
    said = example(StockAdjusted, **changes)
    _counted(counted).when(said).then(_refused(said, reason))


@pytest.mark.parametrize("scenario", [_stock(), _counted(2)])
def test_an_answer_that_nobody_asked_for_is_a_defect(scenario: Scenario) -> None:
    with pytest.raises(Contradiction, match="which did not ask it"):
        scenario.when(example(AdjustmentRefused, reason=AdjustmentRefusal.OTHER_SITE))


# --- waiting -------------------------------------------------------------------------------------


def test_what_is_said_of_a_stock_before_its_first_device_waits_for_it() -> None:
    scenario = Scenario(DECIDER).at(COUNTED_AT)
    scenario.when(example(StockAdjusted)).then_types(EventHeld)
    scenario.when(example(StockCounted)).then_types(EventHeld)
    scenario.when(_move(RECEIVED, IN_STOCK)).then_types(
        StockMoved, StockCountRecorded, StockAdjustmentRecorded, DeviceAdjusted
    )
    assert scenario.state(STOCK).waiting == ()


def test_an_explanation_that_comes_before_the_count_waits_for_it() -> None:
    refused = example(StockAdjusted, direction=FOUND, adjusted_at=AFTER)
    scenario = _stock().when(example(StockAdjusted)).then_types(EventHeld).when(refused)
    scenario.when(example(StockCounted, counted=2)).then_types(
        StockCountRecorded, StockAdjustmentRecorded, DeviceAdjusted, StockRefused
    )
    assert scenario.state(STOCK).due_at == COUNTED_AT + timedelta(days=7)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (example(StockCounted), StockRefusal.UNKNOWN_STOCK),
        (example(StockAdjusted), StockRefusal.NOT_COUNTED),
    ],
)
def test_what_waits_is_said_once_and_does_not_wait_for_ever(
    said: StockCounted | StockAdjusted, reason: StockRefusal
) -> None:
    scenario = Scenario(DECIDER).when(said).when(said)
    scenario.then(_refused(said, StockRefusal.ALREADY_WAITING))
    scenario.when_due(STOCK).then(_refused(said, reason))
    assert scenario.state(STOCK).due_at is None


@pytest.mark.parametrize("said", [example(StockCounted), example(StockAdjusted)])
def test_not_too_much_waits_for_one_stock(said: StockCounted | StockAdjusted) -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        waiting: Event = example(StockCounted, counted_at=ARRIVED_AT + timedelta(hours=number))
        scenario.when(waiting)
    scenario.when(said).then(_refused(said, StockRefusal.TOO_MANY_WAITING))
