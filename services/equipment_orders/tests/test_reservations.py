"""Needs and agreements: what is asked, what is left, what is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from equipment_orders.app import DECIDER
from equipment_orders.reservations import WAITING_AT_MOST
from filrouge_chassis.decider import Context, Contradiction, kind_of
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario, instant
from filrouge_chassis.waiting import hold
from filrouge_contracts.agreement import AgreementOpened, AgreementRefused, AgreementRegistered
from filrouge_contracts.equipment import NeedDeclared, NeedDeclaredV2, NeedOpened, NeedRefused
from filrouge_contracts.reservation import (
    Place,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.waiting import EventHeld

NEED, AGREEMENT = "need:N-075-0001", "agreement:A-2020-01"
PLACE = Place(uai="0750655E", qpv="QP075019")
PIECE_CENTS = 184_80  # 154.00 euros and 20 % VAT


def _ask(target: str, order: str = "O-075-0001", **changes: Any) -> ReservationRequested:
    return example(ReservationRequested, target=target, order=order, **changes)


def _held(request: ReservationRequested) -> EventHeld:
    return hold(Context(START, request.target), request, request.order, request.answer_by)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).when(example(NeedDeclared)).then(example(NeedOpened))
    scenario.when(_ask(NEED))
    scenario.then(example(ReservationAccepted, target=NEED, terms=None, place=PLACE))
    scenario.when(example(AgreementRegistered)).then(example(AgreementOpened))
    scenario.when(_ask(AGREEMENT)).then(example(ReservationAccepted))
    scenario.when(example(ReservationReleaseRequested)).then(example(ReservationReleased))
    assert scenario.state(NEED).reserved == 0
    given_back = {"target": AGREEMENT, "amount_cents": 2 * PIECE_CENTS}
    scenario.when(example(ReservationReleaseRequested, **given_back))
    scenario.then(example(ReservationReleased, **given_back))
    assert scenario.state(AGREEMENT).reserved_cents == 0


@pytest.mark.parametrize("version", [NeedDeclared, NeedDeclaredV2])
def test_a_need_opens_alike_in_whichever_version_it_was_declared(
    version: type[NeedDeclared | NeedDeclaredV2],
) -> None:
    scenario = Scenario(DECIDER).when(_ask(NEED)).when(example(version))
    scenario.then(
        example(NeedOpened),
        example(ReservationAccepted, target=NEED, terms=None, place=PLACE),
    )
    for again in (NeedDeclared, NeedDeclaredV2):
        scenario.when(example(again)).then(example(NeedRefused))


@pytest.mark.parametrize(
    ("needed", "asked", "kept"),
    [(30, [30], [30]), (30, [31], []), (30, [20, 11, 10], [20, 10]), (1, [1, 1], [1])],
)
def test_a_need_is_not_ordered_for_beyond_its_quantity(
    needed: int, asked: list[int], kept: list[int]
) -> None:
    scenario = Scenario(DECIDER).when(example(NeedDeclared, quantity=needed))
    answers = [
        scenario.when(_ask(NEED, f"O-{number}", quantity=quantity)).said[0]
        for number, quantity in enumerate(asked)
    ]
    assert [a.quantity for a in answers if isinstance(a, ReservationAccepted)] == kept


@pytest.mark.parametrize(
    ("maximum_cents", "asked", "kept"),
    [
        (2 * PIECE_CENTS, [2], [2]),
        (2 * PIECE_CENTS - 1, [2, 1], [1]),
        (3 * PIECE_CENTS, [2, 2, 1], [2, 1]),
        (10**13, [1_000_000, 1_000_000], [1_000_000, 1_000_000]),
        (1, [1_000_000], []),
    ],
)
def test_an_agreement_is_not_drawn_on_beyond_its_maximum(
    maximum_cents: int, asked: list[int], kept: list[int]
) -> None:
    registered = example(AgreementRegistered, maximum_cents=maximum_cents)
    scenario = Scenario(DECIDER).when(registered)
    answers = [
        scenario.when(_ask(AGREEMENT, f"O-{number}", quantity=quantity)).said[0]
        for number, quantity in enumerate(asked)
    ]
    assert [a.quantity for a in answers if isinstance(a, ReservationAccepted)] == kept


@pytest.mark.parametrize(
    ("target", "changes", "reason"),
    [
        (NEED, {"item": "KEY-4G"}, ReservationRefusal.OTHER_ITEM),
        (NEED, {"quantity": 31}, ReservationRefusal.NOT_ENOUGH_LEFT),
        (AGREEMENT, {"item": "KEY-4G"}, ReservationRefusal.OTHER_ITEM),
        (AGREEMENT, {"quantity": 40_044}, ReservationRefusal.NOT_ENOUGH_LEFT),
        (
            AGREEMENT,
            {"requested_at": instant("2020-04-20T07:59:59Z")},
            ReservationRefusal.OUTSIDE_PERIOD,
        ),
        (
            AGREEMENT,
            {"requested_at": instant("2020-12-31T08:00:01Z")},
            ReservationRefusal.OUTSIDE_PERIOD,
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    target: str, changes: dict[str, Any], reason: ReservationRefusal
) -> None:
    scenario = Scenario(DECIDER).when(example(NeedDeclared)).when(example(AgreementRegistered))
    scenario.when(_ask(target, **changes))
    scenario.then(example(ReservationRefused, target=target, reason=reason))


def test_the_most_expensive_order_is_refused_and_not_a_defect() -> None:
    dear = (
        example(AgreementRegistered)
        .items[0]
        .model_copy(update={"unit_price_excl_vat_cents": 10**13})
    )
    scenario = Scenario(DECIDER).when(example(AgreementRegistered, items=(dear,)))
    scenario.when(_ask(AGREEMENT, quantity=1_000_000)).then_types(ReservationRefused)


def test_agreements_and_needs_are_opened_once() -> None:
    scenario = Scenario(DECIDER).when(example(NeedDeclared)).when(example(NeedDeclared))
    scenario.then(example(NeedRefused))
    scenario.when(example(AgreementRegistered)).when(example(AgreementRegistered))
    scenario.then(example(AgreementRefused))


def test_orders_wait_for_a_need_and_are_answered_in_their_order() -> None:
    scenario = Scenario(DECIDER).when(_ask(NEED)).then(_held(_ask(NEED)))
    scenario.when(_ask(NEED, "O-2", quantity=29)).when(_ask(NEED, "O-3", quantity=28))
    scenario.when(example(NeedDeclared)).then_types(
        NeedOpened, ReservationAccepted, ReservationRefused, ReservationAccepted
    )
    assert scenario.state(NEED).waiting == ()
    assert scenario.state(NEED).due_at is None


def test_orders_wait_for_an_agreement_and_are_answered() -> None:
    scenario = Scenario(DECIDER).when(_ask(AGREEMENT)).then_types(EventHeld)
    scenario.when(_ask(AGREEMENT, "O-2")).when(example(AgreementRegistered))
    scenario.then_types(AgreementOpened, ReservationAccepted, ReservationAccepted)
    assert scenario.state(AGREEMENT).due_at is None


@pytest.mark.parametrize("target", [NEED, AGREEMENT])
def test_an_order_does_not_wait_for_ever(target: str) -> None:
    later = instant("2020-05-07T09:00:00Z")
    scenario = Scenario(DECIDER).when(_ask(target)).when(_ask(target, "O-2", answer_by=later))
    unknown = ReservationRefusal.UNKNOWN_IN_TIME
    scenario.when_due(target)
    scenario.then(example(ReservationRefused, target=target, reason=unknown))
    assert scenario.state(target).due_at == later
    scenario.when_due(target, at=later + timedelta(days=1)).then_types(ReservationRefused)
    assert scenario.state(target).due_at is None


@pytest.mark.parametrize("target", [NEED, AGREEMENT])
def test_not_too_many_orders_wait_for_one(target: str) -> None:
    held = [_held(_ask(target, f"O-{number}")) for number in range(WAITING_AT_MOST)]
    scenario = Scenario(DECIDER).given(target, *held).when(_ask(target, "O-LAST"))
    many = ReservationRefusal.TOO_MANY_WAITING
    scenario.then(example(ReservationRefused, target=target, order="O-LAST", reason=many))


@pytest.mark.parametrize("target", [NEED, AGREEMENT])
def test_how_many_may_wait_is_a_parameter(target: str) -> None:
    limit = {f"{kind_of(target)}_waiting_at_most": 1}
    scenario = Scenario(DECIDER).with_parameters(**limit).when(_ask(target)).then_types(EventHeld)
    scenario.when(_ask(target, "O-2")).then_types(ReservationRefused)


@pytest.mark.parametrize("target", [NEED, AGREEMENT])
def test_a_release_of_more_than_is_kept_is_a_defect(target: str) -> None:
    scenario = Scenario(DECIDER).when(example(NeedDeclared)).when(example(AgreementRegistered))
    with pytest.raises(Contradiction):
        scenario.when(example(ReservationReleaseRequested, target=target, amount_cents=1))
