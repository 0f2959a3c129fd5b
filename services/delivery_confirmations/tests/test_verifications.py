"""What the buyer decides on goods that were received, and what the supplier puts right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from delivery_confirmations.verification import WAITING_AT_MOST
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import DeliveryCompleted, ReceptionRecorded, SerialRecorded
from filrouge_contracts.device import DeviceAccepted
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionRecorded,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    PresentationRecorded,
    RejectionReason,
    RejectionRecorded,
    VerificationRefusal,
    VerificationRefused,
    VerificationWord,
)
from filrouge_contracts.waiting import EventHeld

from services.delivery_confirmations.tests.story import (
    FIRST,
    NOTE,
    ORDER,
    RECEIVED_AT,
    SECOND,
    order,
    receive,
    received,
)

BEFORE = RECEIVED_AT - timedelta(seconds=1)
ADJOURNED_AT = example(GoodsAdjourned).adjourned_at
REDO_BY = example(GoodsAdjourned).redo_by
PRESENTED_AT = example(GoodsPresentedAgain).presented_at
Why = VerificationRefusal
Word = VerificationWord
DECISIONS: dict[Word, Event] = {
    Word.ADMITTED: example(GoodsAdmitted),
    Word.REDUCED: example(GoodsReduced),
    Word.ADJOURNED: example(GoodsAdjourned),
    Word.REJECTED: example(GoodsRejected),
}
ALL_ACCEPTED = (AdmissionRecorded, ServiceCertified, DeviceAccepted, DeviceAccepted)


def refused(word: Word, reason: Why) -> VerificationRefused:
    return example(VerificationRefused, word=word, reason=reason)


@pytest.mark.parametrize(
    ("word", "changes", "reason"),
    [
        (Word.ADMITTED, {"admitted_at": BEFORE}, Why.DATES_OUT_OF_ORDER),
        (Word.ADMITTED, {"admitted_by": "U-1001"}, Why.SAME_PERSON),
        (Word.ADMITTED, {"faulty_imeis": (imei(1),)}, Why.OTHER_SERIALS),
        (Word.ADMITTED, {"faulty_imeis": (FIRST, SECOND)}, Why.NOTHING_ADMITTED),
        (Word.REDUCED, {"reduced_at": BEFORE}, Why.DATES_OUT_OF_ORDER),
        (Word.REDUCED, {"reduced_by": "U-1001"}, Why.SAME_PERSON),
        (Word.REDUCED, {"reduction_cents": 2 * 154_00}, Why.MORE_THAN_WORTH),
        (
            Word.ADJOURNED,
            {"adjourned_at": BEFORE, "redo_by": BEFORE + timedelta(days=1)},
            Why.DATES_OUT_OF_ORDER,
        ),
        (Word.REJECTED, {"rejected_at": BEFORE}, Why.DATES_OUT_OF_ORDER),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_can_be_corrected(
    word: Word, changes: dict[str, Any], reason: VerificationRefusal
) -> None:
    said = example(type(DECISIONS[word]), **changes)
    scenario = received().when(said).then(refused(word, reason))
    scenario.when(example(GoodsAdmitted)).then_types(*ALL_ACCEPTED, DeliveryCompleted)


def test_who_ordered_may_still_send_back() -> None:
    received().when(example(GoodsRejected, rejected_by="U-1001")).then_types(RejectionRecorded)


def test_the_lowest_price_leaves_something_to_pay() -> None:
    scenario = received().when(example(GoodsReduced, reduction_cents=2 * 154_00 - 1))
    scenario.then_types(*ALL_ACCEPTED, DeliveryCompleted)


def test_faulty_devices_go_back_and_the_others_are_certified() -> None:
    scenario = received().at("2020-05-13T08:00:00Z")
    scenario.when(example(GoodsAdmitted, faulty_imeis=(SECOND,))).then(
        example(AdmissionRecorded, quantity=1, faulty_imeis=(SECOND,)),
        example(ServiceCertified, quantity=1, imeis=(FIRST,)),
        example(DeviceAccepted),
    )
    receive(scenario, "BL-0002", (imei(1),))
    scenario.when(example(GoodsAdmitted, delivery_note="BL-0002"))
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeviceAccepted, DeliveryCompleted)


def test_goods_with_a_flaw_are_admitted_at_a_lower_price() -> None:
    scenario = received().at("2020-05-13T08:00:00Z").when(example(GoodsReduced))
    scenario.then(
        example(AdmissionRecorded, reduction_cents=2000),
        example(ServiceCertified, reduction_cents=2000),
        example(DeviceAccepted),
        example(DeviceAccepted, imei=SECOND),
        example(DeliveryCompleted),
    )


@pytest.mark.parametrize("first", [Word.ADMITTED, Word.REDUCED, Word.REJECTED])
@pytest.mark.parametrize("second", list(DECISIONS))
def test_the_first_decision_counts(first: Word, second: Word) -> None:
    scenario = received().when(DECISIONS[first]).when(DECISIONS[second])
    scenario.then(refused(second, Why.ALREADY_DECIDED))


@pytest.mark.parametrize("word", list(DECISIONS))
def test_a_decision_waits_for_the_reception_and_counts_once(word: Word) -> None:
    said = DECISIONS[word]
    scenario = order().when(said).then_types(EventHeld).when(said)
    scenario.then(refused(word, Why.ALREADY_KNOWN))
    other = Word.REJECTED if word is not Word.REJECTED else Word.ADMITTED
    scenario.when(DECISIONS[other]).then_types(EventHeld)
    receive(scenario)
    assert isinstance(scenario.said[0], SerialRecorded)
    assert isinstance(scenario.said[1], ReceptionRecorded)
    assert isinstance(scenario.said[2], AdmissionRecorded | AdjournmentRecorded | RejectionRecorded)
    if word is Word.ADJOURNED:
        scenario.when(example(GoodsPresentedAgain))
        scenario.then(
            example(
                PresentationRecorded,
                decide_by=RECEIVED_AT + timedelta(days=15),
                due_at=RECEIVED_AT + timedelta(days=15),
            ),
            refused(other, Why.DATES_OUT_OF_ORDER),
        )
    else:
        assert refused(other, Why.ALREADY_DECIDED) in scenario.said
    assert scenario.state(ORDER).waiting == ()


def test_not_too_many_decisions_wait_for_one_order() -> None:
    scenario = order()
    for number in range(WAITING_AT_MOST):
        scenario.when(example(GoodsAdmitted, delivery_note=f"BL-{number}"))
    scenario.when(example(GoodsAdmitted)).then(refused(Word.ADMITTED, Why.TOO_MANY_WAITING))


def test_rejected_goods_make_room_for_others() -> None:
    scenario = received().at("2020-05-13T08:00:00Z")
    scenario.when(example(GoodsRejected)).then(example(RejectionRecorded))
    receive(scenario, "BL-0002", (imei(1), imei(2)))
    scenario.when(example(GoodsAdmitted, delivery_note="BL-0002"))
    scenario.then_types(*ALL_ACCEPTED, DeliveryCompleted)


# --- adjourned -----------------------------------------------------------------------------------


def test_adjourned_goods_are_put_right_and_decided_again() -> None:
    scenario = received().at(ADJOURNED_AT)
    scenario.when(example(GoodsAdjourned)).then(example(AdjournmentRecorded))
    assert scenario.state(ORDER).due_at == REDO_BY
    scenario.at(PRESENTED_AT).when(example(GoodsPresentedAgain))
    scenario.then(example(PresentationRecorded))
    scenario.when(example(GoodsAdmitted)).then(refused(Word.ADMITTED, Why.DATES_OUT_OF_ORDER))
    scenario.when(example(GoodsAdmitted, admitted_at=PRESENTED_AT))
    scenario.then_types(*ALL_ACCEPTED, DeliveryCompleted)


def test_goods_that_are_not_presented_again_in_time_go_back() -> None:
    scenario = received().at(ADJOURNED_AT).when(example(GoodsAdjourned))
    scenario.when(example(GoodsAdmitted, admitted_at=REDO_BY)).then_types(EventHeld)
    scenario.with_parameters(grace_seconds=0)
    scenario.at(REDO_BY).when(example(GoodsRejected)).then_types(EventHeld)
    scenario.when_due(ORDER, REDO_BY)
    by_clock = example(
        RejectionRecorded,
        reason=RejectionReason.NOT_PRESENTED_AGAIN,
        rejected_at=REDO_BY,
        rejected_by=None,
    )
    assert by_clock in scenario.said
    assert {said.word for said in scenario.said if isinstance(said, VerificationRefused)} == {
        Word.ADMITTED,
        Word.REJECTED,
    }
    assert scenario.state(ORDER).due_at is None
    scenario.when(example(GoodsPresentedAgain))
    scenario.then(refused(Word.PRESENTED_AGAIN, Why.ALREADY_DECIDED))


def test_what_waits_for_goods_put_right_is_answered_when_they_go_back() -> None:
    scenario = received().at(ADJOURNED_AT).when(example(GoodsAdjourned))
    scenario.at(REDO_BY).when(example(GoodsRejected)).when_due(ORDER)
    scenario.then_types(RejectionRecorded, VerificationRefused)
    assert scenario.said[1] == refused(Word.REJECTED, Why.ALREADY_DECIDED)


@pytest.mark.parametrize(
    ("changes", "said_at", "reason"),
    [
        ({"supplier": "35600000009075"}, PRESENTED_AT, Why.OTHER_SUPPLIER),
        (
            {"presented_at": ADJOURNED_AT - timedelta(seconds=1)},
            PRESENTED_AT,
            Why.DATES_OUT_OF_ORDER,
        ),
        ({}, REDO_BY + timedelta(seconds=1), Why.TOO_LATE),
    ],
)
def test_a_presentation_that_does_not_fit_is_refused(
    changes: dict[str, Any], said_at: Any, reason: VerificationRefusal
) -> None:
    scenario = received().with_parameters(deadline_grace_seconds=60).at(ADJOURNED_AT)
    scenario.when(example(GoodsAdjourned)).at(said_at)
    scenario.when(example(GoodsPresentedAgain, **changes))
    scenario.then(refused(Word.PRESENTED_AGAIN, reason))


def test_goods_may_be_presented_again_at_once() -> None:
    scenario = received().at(ADJOURNED_AT).when(example(GoodsAdjourned))
    scenario.when(example(GoodsPresentedAgain, presented_at=ADJOURNED_AT))
    scenario.then_types(PresentationRecorded)


def test_a_presentation_that_arrives_late_was_said_in_time() -> None:
    scenario = received().with_parameters(deadline_grace_seconds=60).at(ADJOURNED_AT)
    scenario.when(example(GoodsAdjourned)).at(REDO_BY + timedelta(seconds=30))
    scenario.when(example(GoodsPresentedAgain), said_at=REDO_BY).then_types(PresentationRecorded)


def test_what_belongs_together_may_come_in_any_order() -> None:
    scenario = order().at(PRESENTED_AT).when(example(GoodsPresentedAgain)).then_types(EventHeld)
    scenario.when(example(GoodsAdjourned)).then_types(EventHeld)
    scenario.when(example(GoodsAdmitted, admitted_at=PRESENTED_AT)).then_types(EventHeld)
    receive(scenario).then_types(
        SerialRecorded,
        ReceptionRecorded,
        AdjournmentRecorded,
        PresentationRecorded,
        *ALL_ACCEPTED,
        DeliveryCompleted,
    )
    assert scenario.state(ORDER).waiting == ()


def test_goods_presented_before_the_adjournment_is_heard_wait_for_it() -> None:
    scenario = received().at(PRESENTED_AT).when(example(GoodsPresentedAgain)).then_types(EventHeld)
    scenario.when(example(GoodsPresentedAgain))
    scenario.then(refused(Word.PRESENTED_AGAIN, Why.ALREADY_KNOWN))
    scenario.at(REDO_BY + timedelta(days=1)).when(example(GoodsAdjourned), said_at=PRESENTED_AT)
    scenario.then_types(AdjournmentRecorded, PresentationRecorded)
    assert scenario.state(ORDER).notes[NOTE].presented_at == PRESENTED_AT
