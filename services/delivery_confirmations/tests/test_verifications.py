"""What the buyer, or silence, decides on goods that were received."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    AdmissionRecorded,
    DeliveryCompleted,
    DeliveryRefusal,
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    ReceptionOpened,
    ReceptionRecorded,
    RejectionRecorded,
    SerialClaimed,
    SerialClaimRequested,
    SerialRecorded,
    VerificationHeld,
    VerificationRefused,
)
from filrouge_contracts.equipment import OrderPlaced

ORDER = "order:O-075-0001"
FIRST, SECOND = example(GoodsReceived).imeis
RECEIVED_AT = instant("2020-05-11T08:00:00Z")


def _order(quantity: int = 2) -> Scenario:
    placed = example(OrderPlaced, quantity=quantity, amount_cents=quantity * 184_80)
    return Scenario(DECIDER).at(RECEIVED_AT).when(placed)


def _claimed(device: str, **changes: Any) -> SerialClaimed:
    return example(SerialClaimed, imei=device, **changes)


def _receive(scenario: Scenario, note: str, devices: tuple[str, ...]) -> Scenario:
    """A reception whose devices were all free."""
    scenario.when(example(GoodsReceived, delivery_note=note, imeis=devices))
    scenario.then_types(ReceptionOpened, *[SerialClaimRequested] * len(devices))
    for device in devices:
        scenario.when(_claimed(device, delivery_note=note))
    return scenario


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (example(GoodsAdmitted, admitted_by="U-1001"), DeliveryRefusal.SAME_PERSON),
        (
            example(GoodsAdmitted, admitted_at=RECEIVED_AT - timedelta(seconds=1)),
            DeliveryRefusal.DATES_OUT_OF_ORDER,
        ),
        (
            example(GoodsRejected, rejected_at=RECEIVED_AT - timedelta(seconds=1)),
            DeliveryRefusal.DATES_OUT_OF_ORDER,
        ),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(
    said: GoodsAdmitted | GoodsRejected, reason: DeliveryRefusal
) -> None:
    decision = "admitted" if isinstance(said, GoodsAdmitted) else "rejected"
    scenario = _receive(_order(), "BL-0001", (FIRST, SECOND)).when(said)
    scenario.then(example(VerificationRefused, decision=decision, reason=reason))


@pytest.mark.parametrize("first", [example(GoodsAdmitted), example(GoodsRejected)])
@pytest.mark.parametrize("second", [example(GoodsAdmitted), example(GoodsRejected)])
def test_the_first_decision_counts(first: Any, second: Any) -> None:
    scenario = _receive(_order(), "BL-0001", (FIRST, SECOND)).when(first).when(second)
    (refused,) = scenario.said
    assert isinstance(refused, VerificationRefused)
    assert refused.reason is DeliveryRefusal.ALREADY_DECIDED


def test_a_decision_said_twice_before_the_reception_waits_once() -> None:
    scenario = _order().when(example(GoodsAdmitted)).when(example(GoodsAdmitted))
    known = DeliveryRefusal.ALREADY_KNOWN
    scenario.then(example(VerificationRefused, decision="admitted", reason=known))
    scenario.when(example(GoodsRejected)).then_types(VerificationHeld)
    _receive(scenario, "BL-0001", (FIRST, SECOND)).then_types(
        SerialRecorded,
        ReceptionRecorded,
        AdmissionRecorded,
        ServiceCertified,
        DeliveryCompleted,
        VerificationRefused,
    )


def test_rejected_goods_make_room_for_others() -> None:
    scenario = _receive(_order(), "BL-0001", (FIRST, SECOND)).at("2020-05-13T08:00:00Z")
    scenario.when(example(GoodsRejected)).then(example(RejectionRecorded))
    _receive(scenario, "BL-0002", (imei(1), imei(2)))
    scenario.when(example(GoodsAdmitted, delivery_note="BL-0002"))
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeliveryCompleted)


def test_fifteen_days_of_silence_admit_the_goods() -> None:
    scenario = _receive(_order(), "BL-0001", (FIRST, SECOND)).when_due(ORDER)
    decided = RECEIVED_AT + timedelta(days=15)
    scenario.then(
        example(AdmissionRecorded, admitted_at=decided, admitted_by=None, tacit=True),
        example(ServiceCertified, certified_at=decided, certified_by=None, tacit=True),
        example(DeliveryCompleted, completed_at=decided),
    )
    assert scenario.state(ORDER).due_at is None


def test_silence_over_two_notes_completes_the_order_once() -> None:
    scenario = _receive(_order(), "BL-1", (FIRST,))
    _receive(scenario, "BL-2", (SECOND,)).when_due(ORDER)
    scenario.then_types(
        AdmissionRecorded, ServiceCertified, AdmissionRecorded, ServiceCertified, DeliveryCompleted
    )
