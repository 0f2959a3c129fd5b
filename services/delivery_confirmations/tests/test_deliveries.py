"""Deliveries as school, supplier and buyer live them: each row is a paper that does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from delivery_confirmations.rules import WAITING_AT_MOST, Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    AdmissionRecorded,
    DeliveryCompleted,
    DeliveryExpected,
    DeliveryRefusal,
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    ReceptionHeld,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefused,
    RejectionRecorded,
    SerialClaimed,
    SerialClaimRequested,
    SerialRecorded,
    SerialRefused,
    ShipmentAnnounced,
    ShipmentHeld,
    ShipmentRecorded,
    ShipmentRefused,
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


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = _order().then(example(DeliveryExpected))
    scenario.when(example(ShipmentAnnounced)).then(example(ShipmentRecorded))
    scenario.when(example(GoodsReceived)).then(
        example(ReceptionOpened),
        example(SerialClaimRequested),
        example(SerialClaimRequested, imei=SECOND),
    )
    scenario.when(example(SerialClaimRequested)).then(example(SerialClaimed))
    scenario.when(_claimed(FIRST)).then(example(SerialRecorded))
    scenario.when(_claimed(SECOND))
    scenario.then(example(SerialRecorded, imei=SECOND), example(ReceptionRecorded))
    scenario.at("2020-05-13T08:00:00Z").when(example(GoodsAdmitted)).then(
        example(AdmissionRecorded), example(ServiceCertified), example(DeliveryCompleted)
    )
    assert scenario.state(ORDER).due_at is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": "35600000009075"}, DeliveryRefusal.OTHER_SUPPLIER),
        ({"quantity": 3}, DeliveryRefusal.MORE_THAN_ORDERED),
        ({"shipped_at": instant("2020-05-04T08:59:59Z")}, DeliveryRefusal.DATES_OUT_OF_ORDER),
    ],
)
def test_a_shipment_that_does_not_fit_is_refused(
    changes: dict[str, Any], reason: DeliveryRefusal
) -> None:
    scenario = _order().when(example(ShipmentAnnounced, **changes))
    scenario.then(example(ShipmentRefused, reason=reason))


def test_no_more_is_shipped_than_was_ordered_unless_it_came_back() -> None:
    scenario = _order().when(example(ShipmentAnnounced)).when(example(ShipmentAnnounced))
    scenario.then(example(ShipmentRefused, reason=DeliveryRefusal.ALREADY_KNOWN))
    again = example(ShipmentAnnounced, delivery_note="BL-0002", quantity=1)
    more = DeliveryRefusal.MORE_THAN_ORDERED
    scenario.when(again).then(example(ShipmentRefused, delivery_note="BL-0002", reason=more))
    _receive(scenario, "BL-0001", (FIRST, SECOND)).when(example(GoodsRejected))
    scenario.then_types(RejectionRecorded).when(again).then_types(ShipmentRecorded)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"uai": "0750654D"}, DeliveryRefusal.OTHER_PLACE),
        ({"imeis": (FIRST, SECOND, imei(3))}, DeliveryRefusal.MORE_THAN_ORDERED),
        ({"received_at": instant("2020-05-08T07:59:59Z")}, DeliveryRefusal.DATES_OUT_OF_ORDER),
        (
            {"delivery_note": "BL-9", "received_at": instant("2020-05-04T08:59:59Z")},
            DeliveryRefusal.DATES_OUT_OF_ORDER,
        ),
    ],
)
def test_a_reception_that_does_not_fit_claims_no_device(
    changes: dict[str, Any], reason: DeliveryRefusal
) -> None:
    said = example(GoodsReceived, **changes)
    scenario = _order().when(example(ShipmentAnnounced)).when(said)
    scenario.then(example(ReceptionRefused, delivery_note=said.delivery_note, reason=reason))


@pytest.mark.parametrize(
    ("ordered", "notes", "accepted"),
    [
        (2, [2], [2]),
        (2, [1, 1], [1, 1]),
        (2, [3], []),
        (2, [1, 2, 1], [1, 1]),
        (5, [2, 2, 2, 1], [2, 2, 1]),
    ],
)
def test_what_exceeds_the_order_is_refused(
    ordered: int, notes: list[int], accepted: list[int]
) -> None:
    scenario, device, taken = _order(ordered), 0, []
    for number, pieces in enumerate(notes):
        devices = tuple(imei(device + piece) for piece in range(pieces))
        scenario.when(example(GoodsReceived, delivery_note=f"BL-{number}", imeis=devices))
        if not isinstance(scenario.said[0], ReceptionRefused):
            taken.append(pieces)
        device += pieces
    assert taken == accepted


def test_a_device_is_received_once_for_ever() -> None:
    scenario = Scenario(DECIDER).given(
        f"imei:{FIRST}", _claimed(FIRST, order="O-075-0002", delivery_note="BL-0009")
    )
    scenario.when(example(SerialClaimRequested)).then(example(SerialRefused))
    scenario.when(example(SerialClaimRequested)).then(example(SerialRefused))


def test_a_reception_counts_only_the_devices_that_nobody_had() -> None:
    scenario = _order().when(example(GoodsReceived)).when(_claimed(SECOND))
    scenario.when(example(SerialRefused)).then(
        example(SerialRecorded, claimed=False),
        example(ReceptionRecorded, imeis=(SECOND,), refused_imeis=(FIRST,)),
    )
    scenario.when(example(GoodsAdmitted)).then_types(AdmissionRecorded, ServiceCertified)
    assert scenario.state(ORDER).certified == 1
    _receive(scenario, "BL-2", (imei(7),))


def test_a_reception_of_devices_that_others_had_does_not_count_and_can_be_corrected() -> None:
    scenario = _order().when(example(GoodsReceived, imeis=(FIRST,))).when(example(SerialRefused))
    none_free = example(ReceptionRefused, reason=DeliveryRefusal.NO_SERIAL_FREE)
    scenario.then(example(SerialRecorded, claimed=False), none_free)
    _receive(scenario, "BL-0001", (SECOND,))


def test_a_delivery_note_is_received_once() -> None:
    known = example(ReceptionRefused, reason=DeliveryRefusal.ALREADY_KNOWN)
    scenario = _order().when(example(GoodsReceived)).when(example(GoodsReceived)).then(known)
    scenario.when(_claimed(FIRST)).when(_claimed(SECOND)).when(example(GoodsReceived)).then(known)


def test_what_comes_before_the_order_waits_for_it() -> None:
    scenario = Scenario(DECIDER).at("2020-05-08T08:00:00Z")
    scenario.when(example(ShipmentAnnounced)).then(example(ShipmentHeld))
    scenario.when(example(ShipmentAnnounced))
    scenario.then(example(ShipmentRefused, reason=DeliveryRefusal.ALREADY_KNOWN))
    scenario.at(RECEIVED_AT).when(example(GoodsReceived)).then(example(ReceptionHeld))
    scenario.when(example(GoodsReceived))
    scenario.then(example(ReceptionRefused, reason=DeliveryRefusal.ALREADY_KNOWN))
    scenario.when(example(GoodsReceived, delivery_note="BL-2", imeis=(imei(1),)))
    scenario.at("2020-05-13T08:00:00Z")
    scenario.when(example(GoodsAdmitted)).then(example(VerificationHeld))
    scenario.when(example(OrderPlaced)).then_types(
        DeliveryExpected,
        ShipmentRecorded,
        ReceptionOpened,
        SerialClaimRequested,
        SerialClaimRequested,
        ReceptionRefused,
    )
    scenario.when(_claimed(FIRST)).when(_claimed(SECOND)).then_types(
        SerialRecorded, ReceptionRecorded, AdmissionRecorded, ServiceCertified, DeliveryCompleted
    )
    assert scenario.state(ORDER).waiting == ()
    assert scenario.state(ORDER).due_at is None


def test_nothing_waits_for_ever() -> None:
    scenario = Scenario(DECIDER).when(example(ShipmentAnnounced)).when(example(GoodsReceived))
    scenario.when(example(GoodsAdmitted)).when(example(GoodsRejected))
    unknown = DeliveryRefusal.UNKNOWN_IN_TIME
    scenario.when_due(ORDER).then(
        example(ShipmentRefused, reason=unknown),
        example(ReceptionRefused, reason=unknown),
        example(VerificationRefused, decision="admitted", reason=unknown),
        example(VerificationRefused, decision="rejected", reason=unknown),
    )
    assert scenario.state(ORDER).due_at is None


def test_not_too_much_waits_for_one_order() -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        scenario.when(example(GoodsReceived, delivery_note=f"BL-{number}"))
    many = DeliveryRefusal.TOO_MANY_WAITING
    scenario.when(example(GoodsReceived)).then(example(ReceptionRefused, reason=many))
    scenario.when(example(ShipmentAnnounced)).then(example(ShipmentRefused, reason=many))


def test_an_answer_that_nobody_asked_for_is_a_defect() -> None:
    with pytest.raises(Contradiction):
        _order().when(example(SerialClaimed))
    with pytest.raises(Contradiction):
        _order().when(example(OrderPlaced))
