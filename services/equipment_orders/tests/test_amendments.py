"""An order that binds shrinks or ends as far as its delivery can, and follows one word at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from equipment_orders.amendments import WAITING_AT_MOST
from equipment_orders.app import DECIDER
from equipment_orders.state import Step
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefusal,
    AmendmentRefused,
    CancellationReason,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.budget import (
    CommitmentReleaseRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted, DeliveryReopened
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderReopened,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationReleaseRequested,
)
from filrouge_contracts.waiting import EventHeld

from services.equipment_orders.tests.placed_order import (
    AGREEMENT,
    AGREEMENT_BACK,
    CANCEL,
    DELIVERED,
    LATER,
    MONEY_BACK,
    MORE_FROM_AGREEMENT,
    MORE_FROM_NEED,
    MORE_MONEY,
    NEED_BACK,
    NO_FROM_AGREEMENT,
    NO_FROM_NEED,
    NO_MONEY,
    ORDER,
    PLACED,
    amended,
    cancelled,
    refused,
    story,
    want,
)

# --- fewer ---------------------------------------------------------------------------------------


def test_an_order_shrinks_when_the_delivery_agrees() -> None:
    scenario = story(want(1)).then(
        example(AmendmentOpened, quantity=1, requested_at=LATER),
        example(QuantityChangeRequested, requested_at=LATER),
    )
    scenario.when(example(QuantityChangeAccepted))
    scenario.then(amended(1), NEED_BACK, AGREEMENT_BACK, MONEY_BACK)
    assert scenario.state(ORDER).quantity == 1
    scenario.when(example(DeliveryCompleted, quantity=1)).then_types(OrderCompleted)


def test_an_order_stays_when_too_many_are_under_way() -> None:
    scenario = story(want(1), example(QuantityChangeRefused))
    scenario.then(refused(1, AmendmentRefusal.UNDER_WAY))
    assert scenario.state(ORDER).change is None
    assert scenario.state(ORDER).quantity == 2


@pytest.mark.parametrize(
    ("under_way", "given_back"),
    [
        (1, [NEED_BACK, AGREEMENT_BACK, MONEY_BACK]),
        (2, []),
        (
            0,
            [
                example(ReservationReleaseRequested),
                example(ReservationReleaseRequested, target=AGREEMENT, amount_cents=369_60),
                example(CommitmentReleaseRequested),
            ],
        ),
    ],
)
def test_a_cancelled_order_keeps_what_is_under_way(under_way: int, given_back: list[Event]) -> None:
    scenario = story(CANCEL).then(
        example(
            AmendmentOpened,
            quantity=0,
            reason=CancellationReason.SUPPLIER_FAILED,
            requested_at=LATER,
        ),
        example(QuantityChangeRequested, quantity=0, closing=True, requested_at=LATER),
    )
    scenario.when(example(QuantityChangeAccepted, quantity=under_way))
    scenario.then(cancelled(under_way), *given_back)
    assert scenario.state(ORDER).step is Step.CANCELLED


def test_goods_that_go_back_after_the_cancellation_are_given_back_too() -> None:
    scenario = story(CANCEL, example(QuantityChangeAccepted, quantity=1))
    week = LATER + timedelta(days=7)
    scenario.at(week).when(example(QuantityChangeAccepted, quantity=0))
    scenario.then(cancelled(0, cancelled_at=week), NEED_BACK, AGREEMENT_BACK, MONEY_BACK)


def test_a_cancelled_order_whose_goods_went_back_after_all_is_still_cancelled() -> None:
    scenario = story(CANCEL, example(QuantityChangeAccepted, quantity=1))
    scenario.when(example(DeliveryCompleted, quantity=1)).when(example(DeliveryReopened))
    scenario.then(example(OrderReopened))
    assert scenario.state(ORDER).step is Step.CANCELLED


def test_a_complete_order_that_is_cancelled_stays_complete_until_goods_go_back() -> None:
    scenario = story(DELIVERED, CANCEL, example(QuantityChangeAccepted, quantity=2))
    scenario.then(cancelled(2))
    assert scenario.state(ORDER).step is Step.COMPLETED
    scenario.when(example(DeliveryReopened)).then(example(OrderReopened))
    assert scenario.state(ORDER).step is Step.CANCELLED


def test_what_stays_of_a_cancelled_order_completes_it() -> None:
    scenario = story(CANCEL, example(QuantityChangeAccepted, quantity=1))
    scenario.when(example(DeliveryCompleted, quantity=1))
    scenario.then(example(OrderCompleted, quantity=1))
    scenario.when(example(QuantityChangeAccepted, quantity=0)).then_types(
        OrderCancelled,
        ReservationReleaseRequested,
        ReservationReleaseRequested,
        CommitmentReleaseRequested,
    )


# --- words out of turn ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "word", "quantity", "reason"),
    [
        ([], want(2), 2, AmendmentRefusal.SAME_QUANTITY),
        ([DELIVERED], want(3), 3, AmendmentRefusal.ALREADY_COMPLETED),
        ([CANCEL, example(QuantityChangeAccepted)], CANCEL, 0, AmendmentRefusal.ALREADY_CANCELLED),
        (
            [CANCEL, example(QuantityChangeAccepted)],
            want(3),
            3,
            AmendmentRefusal.ALREADY_CANCELLED,
        ),
        ([want(1), CANCEL], CANCEL, 0, AmendmentRefusal.ALREADY_WAITING),
        (
            [want(1), *(want(3, hours) for hours in range(WAITING_AT_MOST))],
            CANCEL,
            0,
            AmendmentRefusal.TOO_MANY_WAITING,
        ),
    ],
)
def test_a_word_that_cannot_be_followed_is_refused(
    before: list[Event], word: Event, quantity: int, reason: AmendmentRefusal
) -> None:
    scenario = story(*before)
    state = scenario.state(ORDER)
    scenario.when(word).then(refused(quantity, reason))
    assert scenario.state(ORDER) == state


@pytest.mark.parametrize("word", [want(1), CANCEL])
def test_a_complete_order_still_asks_its_delivery_whether_it_can_be_less(word: Event) -> None:
    story(DELIVERED, word).then_types(AmendmentOpened, QuantityChangeRequested)


def test_words_wait_for_the_order_to_be_placed_and_are_followed_in_turn() -> None:
    scenario = story(want(1), CANCEL, placed=False).then_types(EventHeld)
    for answer in PLACED:
        scenario.when(answer)
    scenario.then_types(OrderPlaced, AmendmentOpened, QuantityChangeRequested)
    scenario.when(example(QuantityChangeAccepted))
    scenario.then(
        amended(1),
        NEED_BACK,
        AGREEMENT_BACK,
        MONEY_BACK,
        example(
            AmendmentOpened,
            quantity=0,
            reason=CancellationReason.SUPPLIER_FAILED,
            requested_at=LATER,
        ),
        example(QuantityChangeRequested, quantity=0, closing=True, requested_at=LATER),
    )
    assert scenario.state(ORDER).waiting == ()


def test_a_waiting_word_that_comes_to_nothing_lets_the_next_one_begin() -> None:
    scenario = story(want(1), want(1, hours=1), CANCEL, example(QuantityChangeAccepted))
    assert [type(event) for event in scenario.said[4:]] == [
        AmendmentRefused,
        AmendmentOpened,
        QuantityChangeRequested,
    ]


def test_words_about_an_order_that_is_not_placed_are_refused_with_it() -> None:
    scenario = story(want(1), placed=False).when(NO_FROM_NEED)
    scenario.then(
        example(OrderRefused, reason=OrderRefusal.NEED_REFUSED, refused_at=LATER),
        refused(1, AmendmentRefusal.NOT_PLACED),
    )
    scenario.when(CANCEL).then(refused(0, AmendmentRefusal.NOT_PLACED))


def test_words_about_an_order_that_nobody_requests_do_not_wait_for_ever() -> None:
    scenario = Scenario(DECIDER).at(LATER).when(want(1)).when(CANCEL).when_due(ORDER)
    over = LATER + timedelta(days=3)
    scenario.then(
        refused(1, AmendmentRefusal.NOT_PLACED, refused_at=over),
        refused(0, AmendmentRefusal.NOT_PLACED, refused_at=over),
    )
    assert scenario.state(ORDER).due_at is None


def test_words_wait_for_another_change_in_their_turn_as_long_as_that_takes() -> None:
    scenario = story(want(3), MORE_FROM_NEED, want(1, hours=1))
    scenario.at(LATER + timedelta(days=1)).when(CANCEL)
    scenario.when_due(ORDER).then_types(EventHeld, EventHeld)
    scenario.when(NO_FROM_AGREEMENT).then_types(
        AmendmentAnswerRecorded,
        AmendmentRefused,
        ReservationReleaseRequested,
        AmendmentOpened,
        QuantityChangeRequested,
    )
    assert scenario.state(ORDER).change.quantity == 1
    scenario.when(example(QuantityChangeRefused)).then_types(
        AmendmentRefused, AmendmentOpened, QuantityChangeRequested
    )
    assert (scenario.state(ORDER).waiting, scenario.state(ORDER).due_at) == ((), None)


def test_a_waiting_word_begins_once_all_have_answered_to_a_change_that_was_refused() -> None:
    scenario = story(want(3), CANCEL, NO_FROM_NEED).then_types(
        AmendmentAnswerRecorded, AmendmentRefused
    )
    scenario.when(MORE_FROM_AGREEMENT).then_types(
        AmendmentAnswerRecorded,
        ReservationReleaseRequested,
        AmendmentOpened,
        QuantityChangeRequested,
    )


@pytest.mark.parametrize(
    ("before", "unasked"),
    [
        ([], example(QuantityChangeAccepted)),
        ([], example(QuantityChangeRefused)),
        ([], example(QuantityChangeAccepted, quantity=3)),
        ([want(3)], example(QuantityChangeAccepted)),
        ([want(3)], example(QuantityChangeRefused)),
        ([want(1)], example(QuantityChangeAccepted, quantity=0)),
        ([want(3)], MORE_MONEY),
        ([want(3), MORE_FROM_NEED], MORE_FROM_NEED),
        ([want(1)], MORE_FROM_NEED),
        ([want(1)], NO_FROM_NEED),
        ([want(1)], NO_MONEY),
        ([], MORE_FROM_AGREEMENT),
        ([], MORE_MONEY),
    ],
)
def test_an_answer_that_nobody_asked_for_is_a_defect(before: list[Event], unasked: Event) -> None:
    scenario = story(*before)
    with pytest.raises(Contradiction):
        scenario.when(unasked)
