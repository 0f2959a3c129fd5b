"""Needs are counted again or withdrawn: never below what is reserved, and by their own site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from equipment_orders.app import DECIDER
from equipment_orders.reservations import WAITING_AT_MOST
from filrouge_chassis.decider import Context
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_chassis.waiting import hold
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedDeclared,
    NeedOpened,
    NeedRefusal,
    NeedRefused,
    NeedWithdrawalRecorded,
    NeedWithdrawn,
    NeedWord,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.waiting import EventHeld

NEED = "need:N-075-0001"
ASKED = example(ReservationRequested)  # two pieces
CORRECTED, WITHDRAWN = example(NeedCorrected), example(NeedWithdrawn)
MOMENTS = {
    NeedWord.DECLARED: example(NeedDeclared).declared_at,
    NeedWord.CORRECTED: CORRECTED.corrected_at,
    NeedWord.WITHDRAWN: WITHDRAWN.withdrawn_at,
}
CORRECTION, WITHDRAWAL = NeedWord.CORRECTED, NeedWord.WITHDRAWN


def _need(*events: Event) -> Scenario:
    scenario = Scenario(DECIDER).when(example(NeedDeclared))
    for event in events:
        scenario.when(event)
    return scenario


def _refused(word: NeedWord, reason: NeedRefusal) -> NeedRefused:
    return example(NeedRefused, word=word, dated_at=MOMENTS[word], reason=reason)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = _need(CORRECTED).then(example(NeedCorrectionRecorded))
    scenario.when(WITHDRAWN).then(example(NeedWithdrawalRecorded))
    scenario.when(example(NeedDeclared)).then(example(NeedRefused))


@pytest.mark.parametrize(
    ("quantity", "answer"),
    [
        (2, example(NeedCorrectionRecorded, quantity=2)),
        (1, _refused(CORRECTION, NeedRefusal.BELOW_RESERVED)),
        (1_000, example(NeedCorrectionRecorded, quantity=1_000)),
    ],
)
def test_a_need_is_not_corrected_below_what_is_reserved(quantity: int, answer: Event) -> None:
    _need(ASKED, example(NeedCorrected, quantity=quantity)).then(answer)


@pytest.mark.parametrize(("asked", "kept"), [(28, True), (29, False)])
def test_a_corrected_need_keeps_up_to_its_new_quantity(asked: int, kept: bool) -> None:
    scenario = _need(CORRECTED, example(ReservationRequested, quantity=asked))
    scenario.then_types(ReservationAccepted if kept else ReservationRefused)


def test_a_withdrawn_need_keeps_what_is_reserved_and_takes_nothing_new() -> None:
    scenario = _need(ASKED, WITHDRAWN).when(example(ReservationRequested, order="O-2"))
    gone = ReservationRefusal.WITHDRAWN
    scenario.then(example(ReservationRefused, order="O-2", reason=gone))
    assert scenario.state(NEED).reserved == 2
    scenario.when(example(ReservationReleaseRequested)).then(example(ReservationReleased))


@pytest.mark.parametrize(
    ("before", "said", "word", "reason"),
    [
        ([], {"uai": "0750654D"}, CORRECTION, NeedRefusal.OTHER_PLACE),
        ([], {"uai": "0750654D"}, WITHDRAWAL, NeedRefusal.OTHER_PLACE),
        ([WITHDRAWN], {}, CORRECTION, NeedRefusal.ALREADY_WITHDRAWN),
        ([WITHDRAWN], {}, WITHDRAWAL, NeedRefusal.ALREADY_WITHDRAWN),
    ],
)
def test_a_word_that_does_not_count_is_refused(
    before: list[Event], said: dict[str, Any], word: NeedWord, reason: NeedRefusal
) -> None:
    model = NeedCorrected if word is CORRECTION else NeedWithdrawn
    scenario = _need(*before)
    state = scenario.state(NEED)
    scenario.when(example(model, **said)).then(_refused(word, reason))
    assert scenario.state(NEED) == state


def test_what_is_said_before_the_declaration_waits_and_is_decided_in_its_order() -> None:
    scenario = Scenario(DECIDER)
    too_few = example(NeedCorrected, quantity=1, corrected_at=START)
    for event in (ASKED, too_few, CORRECTED, WITHDRAWN):
        scenario.when(event)
    scenario.when(example(ReservationRequested, order="O-2")).then_types(EventHeld)
    scenario.when(example(NeedDeclared))
    scenario.then_types(
        NeedOpened,
        ReservationAccepted,
        NeedRefused,
        NeedCorrectionRecorded,
        NeedWithdrawalRecorded,
        ReservationRefused,
    )
    state = scenario.state(NEED)
    assert (state.waiting, state.due_at, state.quantity) == ((), None, 28)


@pytest.mark.parametrize("said", [CORRECTED, WITHDRAWN])
def test_a_word_waits_once_and_not_for_ever(said: NeedCorrected | NeedWithdrawn) -> None:
    word = CORRECTION if said is CORRECTED else WITHDRAWAL
    scenario = Scenario(DECIDER).when(said).then_types(EventHeld)
    scenario.when(said).then(_refused(word, NeedRefusal.ALREADY_WAITING))
    assert scenario.state(NEED).due_at == START + timedelta(days=3)
    scenario.when_due(NEED).then(_refused(word, NeedRefusal.UNKNOWN_IN_TIME))
    assert scenario.state(NEED).due_at is None


def test_not_too_many_words_wait_for_one_need() -> None:
    held = [
        hold(Context(START, NEED), ASKED, f"O-{number}", ASKED.answer_by)
        for number in range(WAITING_AT_MOST)
    ]
    scenario = Scenario(DECIDER).given(NEED, *held).when(CORRECTED)
    scenario.then(_refused(CORRECTION, NeedRefusal.TOO_MANY_WAITING))
