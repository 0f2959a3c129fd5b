"""What silence decides, and what a buyer who had spoken in time can undo."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.delivery import DeliveryCompleted, DeliveryReopened, GoodsReceived
from filrouge_contracts.device import DeviceAccepted, DeviceSentBack
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionConfirmed,
    AdmissionRecorded,
    AdmissionUndone,
    AdmissionUpheld,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    RejectionRecorded,
    VerificationRefusal,
    VerificationRefused,
    VerificationWord,
)
from filrouge_contracts.waiting import EventHeld

from services.delivery_confirmations.tests.story import (
    DECIDE_BY,
    FIRST,
    NOTE,
    ORDER,
    RECEIVED_AT,
    SECOND,
    claimed,
    order,
    receive,
    received,
)

ONE_FAULTY = example(GoodsAdmitted, faulty_imeis=(SECOND,))
TOO_LATE = DECIDE_BY + timedelta(seconds=1)
Why = VerificationRefusal
Word = VerificationWord


def silent(quantity: int = 2) -> Scenario:
    """Fifteen days have passed over what was received."""
    return received(quantity).when_due(ORDER)


def contested(said: Event, quantity: int = 2) -> Scenario:
    """The buyer had decided in time, and the accounts are asked."""
    scenario = silent(quantity).when(said, said_at=DECIDE_BY)
    return scenario.then_types(EventHeld, ServiceWithdrawalRequested)


def refused(word: Word, reason: Why) -> VerificationRefused:
    return example(VerificationRefused, word=word, reason=reason)


def test_fifteen_days_of_silence_admit_the_goods() -> None:
    scenario = silent().then(
        example(AdmissionRecorded, admitted_at=DECIDE_BY, admitted_by=None, tacit=True),
        example(ServiceCertified, certified_at=DECIDE_BY, certified_by=None, tacit=True),
        example(DeviceAccepted, accepted_at=DECIDE_BY),
        example(DeviceAccepted, imei=SECOND, accepted_at=DECIDE_BY),
        example(DeliveryCompleted, completed_at=DECIDE_BY),
    )
    assert scenario.state(ORDER).due_at is None


def test_silence_admits_at_its_deadline_even_if_the_clock_comes_later() -> None:
    scenario = received().when_due(ORDER, TOO_LATE)
    assert scenario.said[:2] == [
        example(AdmissionRecorded, admitted_at=DECIDE_BY, admitted_by=None, tacit=True),
        example(ServiceCertified, certified_at=TOO_LATE, certified_by=None, tacit=True),
    ]


def test_goods_put_right_are_given_the_buyer_for_as_long_again() -> None:
    scenario = received().with_parameters(deadline_grace_seconds=1).when(example(GoodsAdjourned))
    presented = example(GoodsPresentedAgain)
    scenario.at(presented.presented_at).when(presented).when_due(ORDER)
    decide_by = presented.presented_at + timedelta(days=15)
    certified_at = decide_by + timedelta(seconds=1)
    assert scenario.said[:2] == [
        example(AdmissionRecorded, admitted_at=decide_by, admitted_by=None, tacit=True),
        example(ServiceCertified, certified_at=certified_at, certified_by=None, tacit=True),
    ]


def test_silence_certifies_nothing_before_it_was_received() -> None:
    """A school may have written a date that is yet to come."""
    scenario = order().when(example(GoodsReceived, received_at=TOO_LATE))
    scenario.when(claimed(FIRST)).when(claimed(SECOND)).when_due(ORDER)
    certified = scenario.said[1]
    assert isinstance(certified, ServiceCertified)
    assert (certified.received_at, certified.certified_at) == (TOO_LATE, TOO_LATE)


def test_how_long_the_buyer_may_be_silent_is_a_parameter() -> None:
    scenario = receive(order().with_parameters(tacit_admission_seconds=60))
    assert scenario.state(ORDER).due_at == RECEIVED_AT + timedelta(seconds=60)


def test_silence_over_two_notes_completes_the_order_once() -> None:
    scenario = receive(order(), "BL-1", (FIRST,)).at("2020-05-12T08:00:00Z")
    receive(scenario, "BL-2", (SECOND,)).when_due(ORDER)
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeviceAccepted)
    scenario.when_due(ORDER)
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeviceAccepted, DeliveryCompleted)


@pytest.mark.parametrize(
    ("said", "said_at", "answer"),
    [
        (example(GoodsRejected), DECIDE_BY, RejectionRecorded),
        (ONE_FAULTY, DECIDE_BY, AdmissionRecorded),
        (example(GoodsRejected), TOO_LATE, VerificationRefused),
        (ONE_FAULTY, TOO_LATE, VerificationRefused),
        (example(GoodsAdmitted), TOO_LATE, AdmissionRecorded),
    ],
)
def test_in_the_grace_after_the_deadline_only_what_was_said_before_it_changes_anything(
    said: Event, said_at: datetime, answer: type[Event]
) -> None:
    scenario = receive(order().with_parameters(deadline_grace_seconds=60))
    assert scenario.state(ORDER).due_at == DECIDE_BY + timedelta(seconds=60)
    scenario.at(TOO_LATE).when(said, said_at=said_at)
    assert isinstance(scenario.said[0], answer)


def test_an_admission_after_the_silence_changes_nothing_and_makes_it_final() -> None:
    scenario = silent().when(example(GoodsAdmitted), said_at=TOO_LATE)
    scenario.then(example(AdmissionConfirmed))
    scenario.when(example(GoodsRejected), said_at=DECIDE_BY)
    scenario.then(refused(Word.REJECTED, Why.ALREADY_DECIDED))
    assert scenario.state(ORDER).notes[NOTE].imeis == ()


@pytest.mark.parametrize(
    ("said", "said_at", "word", "reason"),
    [
        (example(GoodsRejected), TOO_LATE, Word.REJECTED, Why.TOO_LATE),
        (ONE_FAULTY, TOO_LATE, Word.ADMITTED, Why.TOO_LATE),
        (
            example(GoodsReduced, reduced_by="U-1001"),
            DECIDE_BY,
            Word.REDUCED,
            Why.SAME_PERSON,
        ),
    ],
)
def test_what_was_said_too_late_or_does_not_fit_undoes_nothing(
    said: Event, said_at: datetime, word: Word, reason: Why
) -> None:
    silent().when(said, said_at=said_at).then(refused(word, reason))


def test_a_rejection_said_in_time_takes_the_goods_out_of_the_accounts_and_of_the_stock() -> None:
    scenario = silent().when(example(GoodsRejected), said_at=DECIDE_BY)
    assert scenario.said[1] == example(ServiceWithdrawalRequested, requested_at=DECIDE_BY)
    scenario.when(example(ServiceWithdrawn)).then(
        example(AdmissionUndone),
        example(RejectionRecorded),
        example(DeviceSentBack, sent_back_at=DECIDE_BY),
        example(DeviceSentBack, imei=SECOND, sent_back_at=DECIDE_BY),
        example(DeliveryReopened, reopened_at=DECIDE_BY),
    )
    state = scenario.state(ORDER)
    assert (state.certified, state.completed, state.waiting) == (0, False, ())


def test_faulty_devices_named_in_time_leave_the_stock_and_the_others_stay() -> None:
    scenario = contested(ONE_FAULTY, quantity=3).when(example(ServiceWithdrawn))
    scenario.then_types(AdmissionUndone, AdmissionRecorded, ServiceCertified, DeviceSentBack)
    (sent_back,) = [said for said in scenario.said if isinstance(said, DeviceSentBack)]
    assert sent_back.imei == SECOND
    assert scenario.state(ORDER).certified == 1


def test_a_lower_price_asked_in_time_certifies_again_and_the_order_stays_complete() -> None:
    scenario = contested(example(GoodsReduced)).when(example(ServiceWithdrawn))
    scenario.then_types(AdmissionUndone, AdmissionRecorded, ServiceCertified)
    assert scenario.state(ORDER).completed


def test_goods_adjourned_in_time_are_put_right_where_they_are() -> None:
    scenario = contested(example(GoodsAdjourned)).when(example(GoodsPresentedAgain))
    scenario.then_types(EventHeld).when(example(ServiceWithdrawn))
    assert [type(said) for said in scenario.said[:2]] == [AdmissionUndone, AdjournmentRecorded]
    assert isinstance(scenario.said[-1], DeliveryReopened)
    scenario.when_due(ORDER)
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeliveryCompleted)
    assert scenario.state(ORDER).notes[NOTE].in_stock


def test_goods_adjourned_in_time_and_never_put_right_leave_the_stock() -> None:
    scenario = contested(example(GoodsAdjourned)).when(example(ServiceWithdrawn))
    scenario.then_types(AdmissionUndone, AdjournmentRecorded, DeliveryReopened)
    scenario.when_due(ORDER, DECIDE_BY + timedelta(days=1))
    scenario.then_types(RejectionRecorded, DeviceSentBack, DeviceSentBack)


def test_what_is_paid_for_stays_admitted() -> None:
    scenario = contested(example(GoodsRejected)).when(ONE_FAULTY, said_at=DECIDE_BY)
    scenario.then_types(EventHeld)
    scenario.when(example(GoodsAdmitted, delivery_note="BL-0009")).then_types(EventHeld)
    scenario.when(example(ServiceWithdrawalRefused)).then(
        refused(Word.ADMITTED, Why.ALREADY_PAID),
        refused(Word.REJECTED, Why.ALREADY_PAID),
        example(AdmissionUpheld),
    )
    assert len(scenario.state(ORDER).waiting) == 1
    scenario.when(example(GoodsRejected), said_at=DECIDE_BY)
    scenario.then(refused(Word.REJECTED, Why.ALREADY_DECIDED))


def test_while_the_accounts_are_asked_nothing_said_too_late_joins() -> None:
    scenario = contested(example(GoodsRejected)).when(ONE_FAULTY, said_at=TOO_LATE)
    scenario.then(refused(Word.ADMITTED, Why.TOO_LATE))


def test_if_the_accounts_answer_after_the_decision_was_given_up_silence_admits_again() -> None:
    scenario = contested(example(GoodsRejected)).when_due(ORDER)
    scenario.then(refused(Word.REJECTED, Why.UNKNOWN_IN_TIME))
    scenario.when(example(ServiceWithdrawn))
    scenario.then_types(AdmissionUndone, AdmissionRecorded, ServiceCertified)
    assert scenario.state(ORDER).completed


def test_of_two_decisions_said_in_time_the_first_counts() -> None:
    scenario = contested(example(GoodsRejected)).when(ONE_FAULTY, said_at=DECIDE_BY)
    scenario.when(example(ServiceWithdrawn))
    assert refused(Word.ADMITTED, Why.ALREADY_DECIDED) in scenario.said
    assert isinstance(scenario.said[1], RejectionRecorded)


@pytest.mark.parametrize("answer", [example(ServiceWithdrawn), example(ServiceWithdrawalRefused)])
def test_an_answer_of_the_accounts_that_nobody_asked_for_is_a_defect(answer: Event) -> None:
    for scenario in (order(), silent()):
        with pytest.raises(Contradiction, match="answer about BL-0001, which was not asked"):
            scenario.when(answer)
