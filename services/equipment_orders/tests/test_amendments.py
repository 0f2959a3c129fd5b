"""What becomes of an order that binds: it grows, shrinks or ends, or stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from equipment_orders.amendments import WAITING_AT_MOST
from equipment_orders.app import DECIDER
from equipment_orders.state import Step
from equipment_orders.targets import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefusal,
    AmendmentRefused,
    Asked,
    CancellationReason,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Growth,
    Place,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
    Terms,
)
from filrouge_contracts.values import line_total_cents
from filrouge_contracts.waiting import EventHeld

ORDER = "order:O-075-0001"
NEED, AGREEMENT = "need:N-075-0001", "agreement:A-2020-01"
PIECE_CENTS = 184_80  # 154.00 euros and 20 % VAT
LATER = START + timedelta(days=2)
PLACE = Place(uai="0750655E", qpv="QP075019")
FROM_NEED = example(ReservationAccepted, target=NEED, terms=None, place=PLACE)
MONEY = example(CommitmentAccepted)
PLACED = (FROM_NEED, example(ReservationAccepted), MONEY)
NO_MONEY = example(CommitmentRefused, amount_cents=PIECE_CENTS)
DELIVERED = example(DeliveryCompleted)
CANCEL = example(OrderCancellationRequested, requested_at=LATER)
MORE_FROM_NEED = example(
    ReservationAccepted, target=NEED, quantity=1, ordered_quantity=2, terms=None, place=PLACE
)
MORE_FROM_AGREEMENT = example(
    ReservationAccepted,
    quantity=1,
    ordered_quantity=2,
    terms=example(ReservationAccepted).terms.model_copy(update={"amount_cents": PIECE_CENTS}),  # type: ignore[union-attr]
)
MORE_MONEY = example(CommitmentAccepted, amount_cents=PIECE_CENTS, adjusts=True)
NO_FROM_NEED = example(ReservationRefused)
NO_FROM_AGREEMENT = example(ReservationRefused, target=AGREEMENT)
OTHER_PRICE = example(ReservationRefused, target=AGREEMENT, reason=ReservationRefusal.OTHER_PRICE)
NEED_BACK = example(ReservationReleaseRequested, quantity=1)
AGREEMENT_BACK = example(
    ReservationReleaseRequested, target=AGREEMENT, quantity=1, amount_cents=PIECE_CENTS
)
MONEY_BACK = example(CommitmentReleaseRequested, amount_cents=PIECE_CENTS)


def _want(quantity: int, hours: int = 0) -> OrderAmendmentRequested:
    moment = LATER + timedelta(hours=hours)
    return example(OrderAmendmentRequested, quantity=quantity, requested_at=moment)


def _story(*events: Event, placed: bool = True) -> Scenario:
    """An order of two pieces, placed or only opened, and what was heard of it since, at LATER."""
    scenario = Scenario(DECIDER).when(example(OrderRequested))
    for answer in PLACED if placed else ():
        scenario.when(answer)
    scenario.at(LATER)
    for event in events:
        scenario.when(event)
    return scenario


def _refused(quantity: int, reason: AmendmentRefusal, **changes: Any) -> AmendmentRefused:
    fields = {"requested_at": LATER, "refused_at": LATER, **changes}
    return example(AmendmentRefused, quantity=quantity, reason=reason, **fields)


def _recorded(asked: Asked, accepted: bool = True) -> AmendmentAnswerRecorded:
    return example(AmendmentAnswerRecorded, asked=asked, accepted=accepted)


def _amended(quantity: int) -> OrderAmended:
    return example(
        OrderAmended,
        quantity=quantity,
        amount_cents=quantity * PIECE_CENTS,
        amended_at=LATER,
    )


def _cancelled(quantity: int, **changes: Any) -> OrderCancelled:
    fields = {"amount_cents": quantity * PIECE_CENTS, "cancelled_at": LATER, **changes}
    return example(OrderCancelled, quantity=quantity, **fields)


def _reservation(target: str, quantity: int = 1) -> ReservationRequested:
    growth = Growth(ordered_quantity=2, unit_price_excl_vat_cents=154_00, vat_rate_bp=2000)
    return example(
        ReservationRequested,
        target=target,
        quantity=quantity,
        grows=growth,
        requested_at=LATER,
        answer_by=LATER + timedelta(days=3),
    )


# --- more ----------------------------------------------------------------------------------------


def test_an_order_grows_when_need_agreement_and_line_agree() -> None:
    scenario = _story(_want(3))
    due_at = LATER + timedelta(days=3)
    scenario.then(
        example(AmendmentOpened, quantity=3, requested_at=LATER, due_at=due_at),
        _reservation(NEED),
        _reservation(AGREEMENT),
    )
    scenario.when(MORE_FROM_AGREEMENT).then(_recorded(Asked.AGREEMENT))
    scenario.when(MORE_FROM_NEED).then(
        _recorded(Asked.NEED),
        example(
            CommitmentRequested,
            amount_cents=PIECE_CENTS,
            requested_at=LATER,
            answer_by=due_at,
            adjusts=True,
        ),
    )
    scenario.when(MORE_MONEY).then(_recorded(Asked.LINE), _amended(3))
    state = scenario.state(ORDER)
    assert (state.quantity, state.change, state.due_at, state.step) == (3, None, None, Step.PLACED)


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
    answers: list[Event], last: Event, reason: AmendmentRefusal, given_back: list[Event]
) -> None:
    scenario = _story(_want(3), *answers).when(last)
    asked = Asked.LINE if last is NO_MONEY else Asked(last.target.partition(":")[0])
    scenario.then(_recorded(asked, accepted=False), _refused(3, reason), *given_back)
    state = scenario.state(ORDER)
    assert (state.quantity, state.step, state.answer_by) == (2, Step.PLACED, None)


@pytest.mark.parametrize(
    ("answers", "given_back", "late"),
    [
        ([], [], [(MORE_FROM_NEED, [NEED_BACK]), (MORE_FROM_AGREEMENT, [AGREEMENT_BACK])]),
        ([], [], [(NO_FROM_AGREEMENT, []), (MORE_FROM_NEED, [NEED_BACK])]),
        ([MORE_FROM_NEED], [NEED_BACK], [(MORE_FROM_AGREEMENT, [AGREEMENT_BACK])]),
        ([MORE_FROM_AGREEMENT], [AGREEMENT_BACK], [(NO_FROM_NEED, [])]),
        (
            [MORE_FROM_NEED, MORE_FROM_AGREEMENT],
            [NEED_BACK, AGREEMENT_BACK],
            [(MORE_MONEY, [MONEY_BACK])],
        ),
        ([MORE_FROM_AGREEMENT, MORE_FROM_NEED], [AGREEMENT_BACK, NEED_BACK], [(NO_MONEY, [])]),
    ],
)
def test_a_deadline_gives_back_what_was_kept_and_what_is_kept_too_late(
    answers: list[Event],
    given_back: list[Event],
    late: Sequence[tuple[Event, list[Event]]],
) -> None:
    scenario = _story(_want(3), *answers).when_due(ORDER)
    in_vain = AmendmentRefusal.NO_ANSWER_IN_TIME
    over = LATER + timedelta(days=3)
    scenario.then(_refused(3, in_vain, refused_at=over), *given_back)
    assert scenario.state(ORDER).due_at is None
    for answer, returned in late:
        assert scenario.state(ORDER).change is not None
        said = scenario.when(answer).said
        assert said[1:] == returned
    assert scenario.state(ORDER).change is None
    assert scenario.state(ORDER).quantity == 2


def test_an_answer_to_a_growth_that_was_refused_already_is_given_back() -> None:
    scenario = _story(_want(3), NO_FROM_NEED, MORE_FROM_AGREEMENT)
    scenario.then(_recorded(Asked.AGREEMENT), AGREEMENT_BACK)
    scenario.when(_want(4, hours=1)).then_types(
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
        scenario.when(_want(quantity, hours=quantity)).when(MORE_FROM_NEED)
        scenario.when(example(ReservationAccepted, target=AGREEMENT))
        (asked,) = [event for event in scenario.said if isinstance(event, CommitmentRequested)]
        engaged_cents += asked.amount_cents
        (_, amended) = scenario.when(MORE_MONEY).said
        assert isinstance(amended, OrderAmended)
        assert amended.amount_cents == engaged_cents == line_total_cents(quantity, 13, 2000)


def test_an_order_that_was_completed_while_it_grew_is_open_again() -> None:
    scenario = _story(_want(3), MORE_FROM_NEED, MORE_FROM_AGREEMENT, DELIVERED)
    assert scenario.state(ORDER).step is Step.COMPLETED
    scenario.when(MORE_MONEY).then_types(AmendmentAnswerRecorded, OrderAmended)
    assert scenario.state(ORDER).step is Step.PLACED


def test_what_was_complete_before_the_order_grew_completes_nothing() -> None:
    scenario = _story(_want(3), MORE_FROM_NEED, MORE_FROM_AGREEMENT, MORE_MONEY)
    scenario.when(DELIVERED).then_nothing()
    scenario.when(example(DeliveryCompleted, quantity=3)).then_types(OrderCompleted)


# --- fewer ---------------------------------------------------------------------------------------


def test_an_order_shrinks_when_the_delivery_agrees() -> None:
    scenario = _story(_want(1)).then(
        example(AmendmentOpened, quantity=1, requested_at=LATER),
        example(QuantityChangeRequested, requested_at=LATER),
    )
    scenario.when(example(QuantityChangeAccepted))
    scenario.then(_amended(1), NEED_BACK, AGREEMENT_BACK, MONEY_BACK)
    assert scenario.state(ORDER).quantity == 1
    scenario.when(example(DeliveryCompleted, quantity=1)).then_types(OrderCompleted)


def test_an_order_stays_when_too_many_are_under_way() -> None:
    scenario = _story(_want(1), example(QuantityChangeRefused))
    scenario.then(_refused(1, AmendmentRefusal.UNDER_WAY))
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
    scenario = _story(CANCEL).then(
        example(
            AmendmentOpened,
            quantity=0,
            reason=CancellationReason.SUPPLIER_FAILED,
            requested_at=LATER,
        ),
        example(QuantityChangeRequested, quantity=0, closing=True, requested_at=LATER),
    )
    scenario.when(example(QuantityChangeAccepted, quantity=under_way))
    scenario.then(_cancelled(under_way), *given_back)
    assert scenario.state(ORDER).step is Step.CANCELLED


def test_goods_that_go_back_after_the_cancellation_are_given_back_too() -> None:
    scenario = _story(CANCEL, example(QuantityChangeAccepted, quantity=1))
    week = LATER + timedelta(days=7)
    scenario.at(week).when(example(QuantityChangeAccepted, quantity=0))
    scenario.then(_cancelled(0, cancelled_at=week), NEED_BACK, AGREEMENT_BACK, MONEY_BACK)


def test_what_stays_of_a_cancelled_order_completes_it() -> None:
    scenario = _story(CANCEL, example(QuantityChangeAccepted, quantity=1))
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
        ([], _want(2), 2, AmendmentRefusal.SAME_QUANTITY),
        ([DELIVERED], _want(3), 3, AmendmentRefusal.ALREADY_COMPLETED),
        ([CANCEL, example(QuantityChangeAccepted)], CANCEL, 0, AmendmentRefusal.ALREADY_CANCELLED),
        (
            [CANCEL, example(QuantityChangeAccepted)],
            _want(3),
            3,
            AmendmentRefusal.ALREADY_CANCELLED,
        ),
        ([_want(1), CANCEL], CANCEL, 0, AmendmentRefusal.ALREADY_WAITING),
        (
            [_want(1), *(_want(3, hours) for hours in range(WAITING_AT_MOST))],
            CANCEL,
            0,
            AmendmentRefusal.TOO_MANY_WAITING,
        ),
    ],
)
def test_a_word_that_cannot_be_followed_is_refused(
    before: list[Event], word: Event, quantity: int, reason: AmendmentRefusal
) -> None:
    scenario = _story(*before)
    state = scenario.state(ORDER)
    scenario.when(word).then(_refused(quantity, reason))
    assert scenario.state(ORDER) == state


@pytest.mark.parametrize("word", [_want(1), CANCEL])
def test_a_complete_order_still_asks_its_delivery_whether_it_can_be_less(word: Event) -> None:
    _story(DELIVERED, word).then_types(AmendmentOpened, QuantityChangeRequested)


def test_words_wait_for_the_order_to_be_placed_and_are_followed_in_turn() -> None:
    scenario = _story(_want(1), CANCEL, placed=False).then_types(EventHeld)
    for answer in PLACED:
        scenario.when(answer)
    scenario.then_types(OrderPlaced, AmendmentOpened, QuantityChangeRequested)
    scenario.when(example(QuantityChangeAccepted))
    scenario.then(
        _amended(1),
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
    scenario = _story(_want(1), _want(1, hours=1), CANCEL, example(QuantityChangeAccepted))
    assert [type(event) for event in scenario.said[4:]] == [
        AmendmentRefused,
        AmendmentOpened,
        QuantityChangeRequested,
    ]


def test_words_about_an_order_that_is_not_placed_are_refused_with_it() -> None:
    scenario = _story(_want(1), placed=False).when(NO_FROM_NEED)
    scenario.then(
        example(OrderRefused, reason=OrderRefusal.NEED_REFUSED, refused_at=LATER),
        _refused(1, AmendmentRefusal.NOT_PLACED),
    )
    scenario.when(CANCEL).then(_refused(0, AmendmentRefusal.NOT_PLACED))


def test_words_about_an_order_that_nobody_requests_do_not_wait_for_ever() -> None:
    scenario = Scenario(DECIDER).at(LATER).when(_want(1)).when(CANCEL).when_due(ORDER)
    over = LATER + timedelta(days=3)
    scenario.then(
        _refused(1, AmendmentRefusal.NOT_PLACED, refused_at=over),
        _refused(0, AmendmentRefusal.NOT_PLACED, refused_at=over),
    )
    assert scenario.state(ORDER).due_at is None


def test_a_word_does_not_wait_for_ever_for_another_change() -> None:
    scenario = _story(_want(1), CANCEL).when_due(ORDER)
    over = LATER + timedelta(days=3)
    scenario.then(_refused(0, AmendmentRefusal.ANOTHER_UNDER_WAY, refused_at=over))
    scenario.when(example(QuantityChangeAccepted)).then_types(
        OrderAmended,
        ReservationReleaseRequested,
        ReservationReleaseRequested,
        CommitmentReleaseRequested,
    )


def test_the_deadline_of_a_growth_lets_a_waiting_word_begin_once_all_have_answered() -> None:
    scenario = _story(_want(3), MORE_FROM_NEED)
    scenario.at(LATER + timedelta(days=1)).when(CANCEL).then_types(EventHeld)
    scenario.when_due(ORDER).then_types(AmendmentRefused, ReservationReleaseRequested)
    scenario.when(NO_FROM_AGREEMENT)
    scenario.then_types(AmendmentAnswerRecorded, AmendmentOpened, QuantityChangeRequested)


@pytest.mark.parametrize(
    ("before", "unasked"),
    [
        ([], example(QuantityChangeAccepted)),
        ([], example(QuantityChangeRefused)),
        ([], example(QuantityChangeAccepted, quantity=3)),
        ([_want(3)], example(QuantityChangeAccepted)),
        ([_want(3)], example(QuantityChangeRefused)),
        ([_want(1)], example(QuantityChangeAccepted, quantity=0)),
        ([_want(3)], MORE_MONEY),
        ([_want(3), MORE_FROM_NEED], MORE_FROM_NEED),
        ([_want(1)], MORE_FROM_NEED),
        ([_want(1)], NO_FROM_NEED),
        ([_want(1)], NO_MONEY),
        ([], MORE_FROM_AGREEMENT),
        ([], MORE_MONEY),
    ],
)
def test_an_answer_that_nobody_asked_for_is_a_defect(before: list[Event], unasked: Event) -> None:
    scenario = _story(*before)
    with pytest.raises(Contradiction):
        scenario.when(unasked)
