"""Agreements are amended and end: what is ordered keeps its price, and stays reserved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from equipment_orders.app import DECIDER
from equipment_orders.reservations import WAITING_AT_MOST
from filrouge_chassis.decider import Context
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario, instant
from filrouge_chassis.waiting import hold
from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementAmendmentRecorded,
    AgreementEnded,
    AgreementEndRecorded,
    AgreementItem,
    AgreementOpened,
    AgreementRefusal,
    AgreementRefused,
    AgreementRegistered,
    AgreementWord,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Growth,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.waiting import EventHeld

AGREEMENT = "agreement:A-2020-01"
PIECE_CENTS = 184_80  # 154.00 euros and 20 % VAT
NEW_PIECE_CENTS = 178_80  # 149.00
AMENDED, ENDED = example(AgreementAmended), example(AgreementEnded)
AMENDMENT, END = AgreementWord.AMENDED, AgreementWord.ENDED
MOMENTS = {AMENDMENT: AMENDED.amended_at, END: ENDED.ended_at}


def _only(**changes: Any) -> AgreementAmended:
    """An amendment of this and of nothing else."""
    return example(
        AgreementAmended, **{"items": None, "maximum_cents": None, "ends_at": None, **changes}
    )


def _ask(order: str = "O-075-0001", **changes: Any) -> ReservationRequested:
    return example(ReservationRequested, target=AGREEMENT, order=order, **changes)


def _grow(unit_cents: int, vat_rate_bp: int = 2000) -> ReservationRequested:
    growth = Growth(
        ordered_quantity=2, unit_price_excl_vat_cents=unit_cents, vat_rate_bp=vat_rate_bp
    )
    return _ask(quantity=1, grows=growth)


def _agreement(*events: Event, maximum_cents: int = 740_000_000) -> Scenario:
    registered = example(AgreementRegistered, maximum_cents=maximum_cents)
    scenario = Scenario(DECIDER).when(registered)
    for event in events:
        scenario.when(event)
    return scenario


def _refused(word: AgreementWord, reason: AgreementRefusal, **changes: Any) -> AgreementRefused:
    fields = {"dated_at": MOMENTS[word], **changes}
    return example(AgreementRefused, word=word, reason=reason, **fields)


def _not_kept(reason: ReservationRefusal) -> ReservationRefused:
    return example(ReservationRefused, target=AGREEMENT, reason=reason)


def _reserved_cents(scenario: Scenario) -> int:
    cents: int = scenario.state(AGREEMENT).reserved_cents
    return cents


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = _agreement(AMENDED).then(example(AgreementAmendmentRecorded))
    scenario.when(ENDED).then(example(AgreementEndRecorded))
    scenario.when(example(AgreementRegistered)).then(example(AgreementRefused))


def test_new_prices_hold_for_later_orders_only() -> None:
    scenario = _agreement(_ask(), AMENDED)
    assert _reserved_cents(scenario) == 2 * PIECE_CENTS
    scenario.when(_ask("O-2"))
    assert _reserved_cents(scenario) == 2 * PIECE_CENTS + 2 * NEW_PIECE_CENTS
    given_back = {"target": AGREEMENT, "amount_cents": 2 * PIECE_CENTS}
    scenario.when(example(ReservationReleaseRequested, **given_back))
    scenario.then(example(ReservationReleased, **given_back))
    assert _reserved_cents(scenario) == 2 * NEW_PIECE_CENTS


def test_what_is_not_changed_stays() -> None:
    scenario = _agreement(_only(maximum_cents=369_60))
    scenario.then(
        example(AgreementAmendmentRecorded, items=None, ends_at=None, maximum_cents=369_60)
    )
    scenario.when(_ask()).then_types(ReservationAccepted)
    scenario.when(_ask("O-2")).then_types(ReservationRefused)


def test_what_is_no_longer_agreed_cannot_be_ordered() -> None:
    key = AgreementItem(item="KEY-4G", unit_price_excl_vat_cents=66_00, vat_rate_bp=2000)
    scenario = _agreement(_only(items=(key,)), _ask())
    scenario.then(_not_kept(ReservationRefusal.OTHER_ITEM))


@pytest.mark.parametrize(
    ("maximum_cents", "answer"),
    [
        (2 * PIECE_CENTS, AgreementAmendmentRecorded),
        (2 * PIECE_CENTS - 1, AgreementRefused),
    ],
)
def test_a_maximum_does_not_fall_below_what_is_reserved(
    maximum_cents: int, answer: type[Event]
) -> None:
    scenario = _agreement(_ask(), _only(maximum_cents=maximum_cents)).then_types(answer)
    assert _reserved_cents(scenario) <= scenario.state(AGREEMENT).maximum_cents


@pytest.mark.parametrize(
    ("amended", "requested_at", "kept"),
    [
        ({"ends_at": instant("2020-05-04T08:00:00Z")}, START, True),
        ({"ends_at": instant("2020-05-04T07:59:59Z")}, START, False),
        ({"ends_at": instant("2021-06-30T08:00:00Z")}, instant("2021-06-30T08:00:00Z"), True),
    ],
)
def test_another_end_holds_from_now_on(
    amended: dict[str, Any], requested_at: datetime, kept: bool
) -> None:
    scenario = _agreement(_only(**amended), _ask(requested_at=requested_at))
    scenario.then_types(ReservationAccepted if kept else ReservationRefused)


@pytest.mark.parametrize(
    ("requested_at", "kept"),
    [(ENDED.ended_at - timedelta(seconds=1), True), (ENDED.ended_at, False)],
)
def test_an_ended_agreement_takes_nothing_from_its_end_on(
    requested_at: datetime, kept: bool
) -> None:
    scenario = _agreement(_ask("O-1"), ENDED, _ask(requested_at=requested_at))
    scenario.then_types(ReservationAccepted if kept else ReservationRefused)
    assert _reserved_cents(scenario) >= 2 * PIECE_CENTS


@pytest.mark.parametrize(
    ("before", "said", "word", "reason"),
    [
        ([ENDED], AMENDED, AMENDMENT, AgreementRefusal.ALREADY_ENDED),
        ([ENDED], ENDED, END, AgreementRefusal.ALREADY_ENDED),
        (
            [],
            _only(ends_at=instant("2020-04-20T08:00:00Z")),
            AMENDMENT,
            AgreementRefusal.DATES_OUT_OF_ORDER,
        ),
        ([_ask()], _only(maximum_cents=1), AMENDMENT, AgreementRefusal.BELOW_RESERVED),
    ],
)
def test_a_word_that_does_not_count_is_refused(
    before: list[Event], said: Event, word: AgreementWord, reason: AgreementRefusal
) -> None:
    scenario = _agreement(*before)
    state = scenario.state(AGREEMENT)
    scenario.when(said).then(_refused(word, reason))
    assert scenario.state(AGREEMENT) == state


def test_an_agreement_does_not_end_before_it_was_signed() -> None:
    moment = example(AgreementRegistered).signed_at
    scenario = _agreement(example(AgreementEnded, ended_at=moment))
    scenario.then(_refused(END, AgreementRefusal.DATES_OUT_OF_ORDER, dated_at=moment))


@pytest.mark.parametrize(
    ("unit_cents", "vat_rate_bp", "kept"),
    [(154_00, 2000, True), (153_99, 2000, False), (154_00, 550, False)],
)
def test_an_order_grows_at_its_own_price_only(
    unit_cents: int, vat_rate_bp: int, kept: bool
) -> None:
    scenario = _agreement(_ask(), _grow(unit_cents, vat_rate_bp))
    if not kept:
        scenario.then(_not_kept(ReservationRefusal.OTHER_PRICE))
    assert _reserved_cents(scenario) == (3 if kept else 2) * PIECE_CENTS


def test_growth_stays_within_the_maximum() -> None:
    scenario = _agreement(_ask(), _grow(154_00), maximum_cents=3 * PIECE_CENTS - 1)
    scenario.then(_not_kept(ReservationRefusal.NOT_ENOUGH_LEFT))


def test_what_is_said_before_the_registration_waits_and_is_decided_in_its_order() -> None:
    scenario = Scenario(DECIDER)
    for event in (_ask(), _only(maximum_cents=1), ENDED):
        scenario.when(event).then_types(EventHeld)
    scenario.when(_ask("O-2", requested_at=ENDED.ended_at)).when(example(AgreementRegistered))
    scenario.then_types(
        AgreementOpened,
        ReservationAccepted,
        AgreementRefused,
        AgreementEndRecorded,
        ReservationRefused,
    )
    assert scenario.state(AGREEMENT).waiting == ()
    assert scenario.state(AGREEMENT).due_at is None


@pytest.mark.parametrize("said", [AMENDED, ENDED])
def test_a_word_waits_once_and_not_for_ever(said: AgreementAmended | AgreementEnded) -> None:
    word = AMENDMENT if said is AMENDED else END
    scenario = Scenario(DECIDER).when(said).when(said)
    scenario.then(_refused(word, AgreementRefusal.ALREADY_WAITING))
    scenario.when_due(AGREEMENT).then(_refused(word, AgreementRefusal.UNKNOWN_IN_TIME))
    assert scenario.state(AGREEMENT).due_at is None


def test_not_too_many_words_wait_for_one_agreement() -> None:
    held = [
        hold(Context(START, AGREEMENT), _ask(), f"O-{number}", START)
        for number in range(WAITING_AT_MOST)
    ]
    scenario = Scenario(DECIDER).given(AGREEMENT, *held).when(ENDED)
    scenario.then(_refused(END, AgreementRefusal.TOO_MANY_WAITING))
