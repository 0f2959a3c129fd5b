"""An order that binds grows when need, agreement and budget line all agree, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from equipment_orders.app import DECIDER
from equipment_orders.state import Step
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefusal,
    Asked,
    OrderAmended,
    QuantityChangeAccepted,
)
from filrouge_contracts.budget import CommitmentRefused, CommitmentRequested
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRefused,
    ReservationRequested,
    Terms,
)
from filrouge_contracts.values import line_total_cents

from services.equipment_orders.tests.placed_order import (
    AGREEMENT,
    AGREEMENT_BACK,
    CANCEL,
    DELIVERED,
    FROM_NEED,
    LATER,
    MONEY,
    MORE_FROM_AGREEMENT,
    MORE_FROM_NEED,
    MORE_MONEY,
    NEED,
    NEED_BACK,
    NO_FROM_AGREEMENT,
    NO_FROM_NEED,
    NO_MONEY,
    ORDER,
    OTHER_PRICE,
    PIECE_CENTS,
    amended,
    cancelled,
    recorded,
    refused,
    reservation,
    story,
    want,
)


def test_an_order_grows_when_need_agreement_and_line_agree() -> None:
    scenario = story(want(3))
    scenario.then(
        example(AmendmentOpened, quantity=3, requested_at=LATER),
        reservation(NEED),
        reservation(AGREEMENT),
    )
    scenario.when(MORE_FROM_AGREEMENT).then(recorded(Asked.AGREEMENT))
    scenario.when(MORE_FROM_NEED).then(
        recorded(Asked.NEED),
        example(
            CommitmentRequested,
            amount_cents=PIECE_CENTS,
            requested_at=LATER,
            answer_by=LATER + timedelta(days=3),
            adjusts=True,
        ),
    )
    scenario.when(MORE_MONEY).then(recorded(Asked.LINE), amended(3))
    state = scenario.state(ORDER)
    assert (state.quantity, state.change, state.due_at, state.step) == (3, None, None, Step.PLACED)


def test_an_order_is_not_amended_before_the_money_is_engaged_whichever_clock_is_ahead() -> None:
    ahead = LATER + timedelta(hours=1)
    engaged = MORE_MONEY.model_copy(update={"committed_at": ahead})
    scenario = story(want(3), MORE_FROM_NEED, MORE_FROM_AGREEMENT, engaged)
    scenario.then(recorded(Asked.LINE), amended(3, amended_at=ahead))
    scenario.when(CANCEL).when(example(QuantityChangeAccepted, quantity=3))
    scenario.then(cancelled(3, cancelled_at=ahead))


@pytest.mark.parametrize(
    ("answers", "last", "reason", "given_back"),
    [
        ([], NO_FROM_NEED, AmendmentRefusal.NEED_REFUSED, []),
        ([], NO_FROM_AGREEMENT, AmendmentRefusal.AGREEMENT_REFUSED, []),
        ([], OTHER_PRICE, AmendmentRefusal.OTHER_PRICE, []),
        ([MORE_FROM_NEED], OTHER_PRICE, AmendmentRefusal.OTHER_PRICE, [NEED_BACK]),
        ([MORE_FROM_AGREEMENT], NO_FROM_NEED, AmendmentRefusal.NEED_REFUSED, [AGREEMENT_BACK]),
        (
            [MORE_FROM_NEED, MORE_FROM_AGREEMENT],
            NO_MONEY,
            AmendmentRefusal.COMMITMENT_REFUSED,
            [NEED_BACK, AGREEMENT_BACK],
        ),
    ],
)
def test_a_refusal_gives_back_what_was_kept_for_the_growth(
    answers: list[Event],
    last: ReservationRefused | CommitmentRefused,
    reason: AmendmentRefusal,
    given_back: list[Event],
) -> None:
    scenario = story(want(3), *answers).when(last)
    target = last.target if isinstance(last, ReservationRefused) else "line:"
    asked = Asked(target.partition(":")[0])
    scenario.then(recorded(asked, accepted=False), refused(3, reason), *given_back)
    state = scenario.state(ORDER)
    assert (state.quantity, state.step, state.answer_by) == (2, Step.PLACED, None)


def test_a_growth_waits_for_its_answers_as_long_as_they_take() -> None:
    scenario = story(want(3), MORE_FROM_NEED)
    assert scenario.state(ORDER).due_at is None
    scenario.at(LATER + timedelta(days=30)).when(MORE_FROM_AGREEMENT).when(MORE_MONEY)
    scenario.then_types(AmendmentAnswerRecorded, OrderAmended)


def test_an_answer_to_a_growth_that_was_refused_already_is_given_back() -> None:
    scenario = story(want(3), NO_FROM_NEED, MORE_FROM_AGREEMENT)
    scenario.then(recorded(Asked.AGREEMENT), AGREEMENT_BACK)
    scenario.when(want(4, hours=1)).then_types(
        AmendmentOpened, ReservationRequested, ReservationRequested
    )


def test_vat_is_rounded_once_on_the_line_however_often_it_grows() -> None:
    unit_cents = 13  # VAT on one is 2.6 cents
    terms = Terms(
        supplier="73282932000074",
        iban="FR1420041010050500013M02606",
        unit_price_excl_vat_cents=unit_cents,
        vat_rate_bp=2000,
        amount_cents=line_total_cents(2, unit_cents, 2000),
    )
    scenario = Scenario(DECIDER).when(example(OrderRequested)).when(FROM_NEED)
    scenario.when(example(ReservationAccepted, terms=terms)).when(MONEY)
    engaged_cents = line_total_cents(2, unit_cents, 2000)
    for quantity in range(3, 8):
        scenario.when(want(quantity, hours=quantity)).when(MORE_FROM_NEED)
        scenario.when(example(ReservationAccepted, target=AGREEMENT))
        (asked,) = [event for event in scenario.said if isinstance(event, CommitmentRequested)]
        engaged_cents += asked.amount_cents
        (_, amended) = scenario.when(MORE_MONEY).said
        assert isinstance(amended, OrderAmended)
        assert amended.amount_cents == engaged_cents == line_total_cents(quantity, 13, 2000)


def test_an_order_that_was_completed_while_it_grew_is_open_again() -> None:
    scenario = story(want(3), MORE_FROM_NEED, MORE_FROM_AGREEMENT, DELIVERED)
    assert scenario.state(ORDER).step is Step.COMPLETED
    scenario.when(MORE_MONEY).then_types(AmendmentAnswerRecorded, OrderAmended)
    assert scenario.state(ORDER).step is Step.PLACED


def test_what_was_complete_before_the_order_grew_completes_nothing() -> None:
    scenario = story(want(3), MORE_FROM_NEED, MORE_FROM_AGREEMENT, MORE_MONEY)
    scenario.when(DELIVERED).then_nothing()
    scenario.when(example(DeliveryCompleted, quantity=3)).then_types(OrderCompleted)


def test_a_second_refusal_of_a_growth_is_noted_and_changes_nothing() -> None:
    scenario = story(want(3), NO_FROM_NEED).when(NO_FROM_AGREEMENT)
    scenario.then(recorded(Asked.AGREEMENT, accepted=False))
