"""The steps of an order: each row of a table is an answer, what follows, and what is given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from equipment_orders.app import DECIDER
from equipment_orders.state import Step
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted, DeliveryReopened
from filrouge_contracts.equipment import (
    Emergency,
    EmergencyReason,
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderReopened,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Place,
    ReservationAccepted,
    ReservationRecorded,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

ORDER = "order:O-075-0001"
NEED, AGREEMENT = "need:N-075-0001", "agreement:A-2020-01"
FROM_AGREEMENT = example(ReservationAccepted)
FROM_NEED = example(
    ReservationAccepted, target=NEED, terms=None, place=Place(uai="0750655E", qpv="QP075019")
)
NO_FROM_NEED = example(ReservationRefused)
NO_FROM_AGREEMENT = example(ReservationRefused, target=AGREEMENT)
NEED_BACK = example(ReservationReleaseRequested)
AGREEMENT_BACK = example(ReservationReleaseRequested, target=AGREEMENT, amount_cents=369_60)
MONEY_BACK = example(CommitmentReleaseRequested)


def _order(*answers: Event) -> Scenario:
    scenario = Scenario(DECIDER).when(example(OrderRequested))
    for answer in answers:
        scenario.when(answer)
    return scenario


def _refused(reason: OrderRefusal) -> OrderRefused:
    return example(OrderRefused, reason=reason, refused_at=START)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = _order()
    scenario.then(
        example(OrderOpened),
        example(ReservationRequested),
        example(ReservationRequested, target=AGREEMENT),
    )
    scenario.when(FROM_NEED).then(example(ReservationRecorded))
    scenario.when(FROM_AGREEMENT).then_types(ReservationRecorded, CommitmentRequested)
    assert scenario.said[1] == example(CommitmentRequested)
    scenario.at("2020-05-04T09:00:00Z").when(example(CommitmentAccepted))
    scenario.then(example(OrderPlaced))
    assert scenario.state(ORDER).due_at is None
    scenario.when(example(DeliveryCompleted)).then(example(OrderCompleted))


def test_an_order_whose_goods_went_back_after_all_is_completed_once_more() -> None:
    scenario = _order(FROM_NEED, FROM_AGREEMENT, example(CommitmentAccepted))
    scenario.when(example(DeliveryReopened)).then_nothing()
    scenario.when(example(DeliveryCompleted))
    scenario.when(example(DeliveryReopened)).then(example(OrderReopened))
    assert scenario.state(ORDER).step is Step.PLACED
    scenario.when(example(DeliveryCompleted)).then(example(OrderCompleted))


def test_an_emergency_order_is_committed_afterwards_and_flagged() -> None:
    ordered_at = START - timedelta(days=4)
    emergency = Emergency(ordered_at=ordered_at, reason=EmergencyReason.PUPILS_OUT_OF_REACH)
    scenario = Scenario(DECIDER).when(example(OrderRequested, emergency=emergency))
    scenario.then(
        example(OrderOpened, emergency=emergency),
        example(ReservationRequested, requested_at=ordered_at),
        example(ReservationRequested, target=AGREEMENT, requested_at=ordered_at),
    )
    scenario.when(FROM_NEED).when(FROM_AGREEMENT)
    assert scenario.said[1] == example(CommitmentRequested, regularises=True)
    scenario.when(example(CommitmentAccepted, regularisation=True))
    scenario.then(example(OrderPlaced, placed_at=ordered_at, regularisation=True))


@pytest.mark.parametrize(
    ("answers", "last", "reason", "given_back"),
    [
        ([], NO_FROM_NEED, OrderRefusal.NEED_REFUSED, []),
        ([], NO_FROM_AGREEMENT, OrderRefusal.AGREEMENT_REFUSED, []),
        ([FROM_AGREEMENT], NO_FROM_NEED, OrderRefusal.NEED_REFUSED, [AGREEMENT_BACK]),
        ([FROM_NEED], NO_FROM_AGREEMENT, OrderRefusal.AGREEMENT_REFUSED, [NEED_BACK]),
        (
            [FROM_NEED, FROM_AGREEMENT],
            example(CommitmentRefused),
            OrderRefusal.COMMITMENT_REFUSED,
            [NEED_BACK, AGREEMENT_BACK],
        ),
    ],
)
def test_a_refusal_gives_back_what_was_kept(
    answers: list[Event], last: Event, reason: OrderRefusal, given_back: list[Event]
) -> None:
    scenario = _order(*answers).when(last).then(_refused(reason), *given_back)
    assert scenario.state(ORDER).step is Step.REFUSED
    assert scenario.state(ORDER).due_at is None


@pytest.mark.parametrize(
    ("answers", "given_back"),
    [
        ([], []),
        ([FROM_NEED], [NEED_BACK]),
        ([FROM_AGREEMENT], [AGREEMENT_BACK]),
        ([FROM_AGREEMENT, FROM_NEED], [NEED_BACK, AGREEMENT_BACK]),
    ],
)
def test_a_deadline_gives_back_what_was_kept(answers: list[Event], given_back: list[Event]) -> None:
    scenario = _order(*answers).when_due(ORDER)
    refused = example(
        OrderRefused,
        reason=OrderRefusal.NO_ANSWER_IN_TIME,
        refused_at=START + timedelta(days=3),
    )
    scenario.then(refused, *given_back)


def test_each_step_has_a_deadline_of_its_own() -> None:
    scenario = _order().at(START + timedelta(days=1)).when(FROM_NEED).when(FROM_AGREEMENT)
    assert scenario.state(ORDER).due_at == START + timedelta(days=4)


@pytest.mark.parametrize(
    ("answers", "late", "given_back"),
    [
        ([], FROM_NEED, [NEED_BACK]),
        ([], FROM_AGREEMENT, [AGREEMENT_BACK]),
        ([FROM_NEED], NO_FROM_AGREEMENT, []),
        ([FROM_NEED, FROM_AGREEMENT], example(CommitmentAccepted), [MONEY_BACK]),
        ([FROM_NEED, FROM_AGREEMENT], example(CommitmentRefused), []),
    ],
)
def test_an_answer_after_the_deadline_is_given_back(
    answers: list[Event], late: Event, given_back: list[Event]
) -> None:
    _order(*answers).when_due(ORDER).when(late).then(*given_back)


@pytest.mark.parametrize("answers", [[], [FROM_NEED], [FROM_NEED, FROM_AGREEMENT], [NO_FROM_NEED]])
def test_an_order_is_opened_once_whatever_became_of_it(answers: list[Event]) -> None:
    scenario = _order(*answers)
    before = scenario.state(ORDER)
    scenario.when(example(OrderRequested)).then(_refused(OrderRefusal.ALREADY_OPEN))
    assert scenario.state(ORDER) == before


@pytest.mark.parametrize(
    ("answers", "unasked"),
    [
        ([], example(CommitmentAccepted)),
        ([FROM_NEED, FROM_AGREEMENT], FROM_NEED),
        ([], example(DeliveryCompleted)),
        ([FROM_NEED, FROM_AGREEMENT, example(CommitmentAccepted)], FROM_NEED),
        (
            [FROM_NEED, FROM_AGREEMENT, example(CommitmentAccepted)],
            example(DeliveryCompleted, quantity=3),
        ),
    ],
)
def test_an_answer_that_nobody_asked_for_is_a_defect(answers: list[Event], unasked: Event) -> None:
    with pytest.raises(Contradiction):
        _order(*answers).when(unasked)
