"""Deliveries as school and supplier live them: each row is a paper that does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from delivery_confirmations.refusals import unknown_in_time
from delivery_confirmations.rules import WAITING_AT_MOST
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import (
    DeliveryCompleted,
    DeliveryExpected,
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    LossRefusal,
    LossRefused,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefusal,
    ReceptionRefused,
    SerialClaimed,
    SerialClaimRequested,
    SerialRecorded,
    SerialRefused,
    ShipmentAnnounced,
    ShipmentRecorded,
    ShipmentRefusal,
    ShipmentRefused,
)
from filrouge_contracts.device import DeviceAccepted
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.verification import (
    AdmissionRecorded,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsRejected,
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
    claimed,
    order,
    receive,
)

OTHER_SUPPLIER, OTHER_SCHOOL = "35600000009075", "0750654D"


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = order().then(example(DeliveryExpected))
    scenario.when(example(ShipmentAnnounced)).then(example(ShipmentRecorded))
    scenario.when(example(GoodsReceived)).then(
        example(ReceptionOpened),
        example(SerialClaimRequested),
        example(SerialClaimRequested, imei=SECOND),
    )
    scenario.when(example(SerialClaimRequested)).then(example(SerialClaimed))
    scenario.when(claimed(FIRST)).then(example(SerialRecorded))
    scenario.when(claimed(SECOND))
    scenario.then(example(SerialRecorded, imei=SECOND), example(ReceptionRecorded))
    scenario.at("2020-05-13T08:00:00Z").when(example(GoodsAdmitted)).then(
        example(AdmissionRecorded),
        example(ServiceCertified),
        example(DeviceAccepted),
        example(DeviceAccepted, imei=SECOND),
        example(DeliveryCompleted),
    )
    assert scenario.state(ORDER).due_at is None


# --- shipments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": OTHER_SUPPLIER}, ShipmentRefusal.OTHER_SUPPLIER),
        ({"quantity": 3}, ShipmentRefusal.MORE_THAN_ORDERED),
        ({"shipped_at": instant("2020-05-04T08:59:59Z")}, ShipmentRefusal.DATES_OUT_OF_ORDER),
    ],
)
def test_a_shipment_that_does_not_fit_is_refused(
    changes: dict[str, Any], reason: ShipmentRefusal
) -> None:
    scenario = order().when(example(ShipmentAnnounced, **changes))
    scenario.then(example(ShipmentRefused, reason=reason))


def test_no_more_is_shipped_than_was_ordered_unless_it_came_back() -> None:
    scenario = order().when(example(ShipmentAnnounced)).when(example(ShipmentAnnounced))
    scenario.then(example(ShipmentRefused, reason=ShipmentRefusal.ALREADY_KNOWN))
    again = example(ShipmentAnnounced, delivery_note="BL-0002", quantity=1)
    more = ShipmentRefusal.MORE_THAN_ORDERED
    scenario.when(again).then(example(ShipmentRefused, delivery_note="BL-0002", reason=more))
    receive(scenario).when(example(GoodsRejected))
    scenario.then_types(RejectionRecorded).when(again).then_types(ShipmentRecorded)


def test_what_was_shipped_and_did_not_arrive_with_the_rest_may_be_shipped_again() -> None:
    scenario = receive(order().when(example(ShipmentAnnounced)), devices=(FIRST,))
    again = example(ShipmentAnnounced, delivery_note="BL-0002", quantity=1)
    scenario.when(again).then_types(ShipmentRecorded)


def test_goods_may_be_announced_after_they_arrived() -> None:
    receive(order()).when(example(ShipmentAnnounced)).then(example(ShipmentRecorded))
    rejected = receive(order()).when(example(GoodsRejected))
    rejected.when(example(ShipmentAnnounced)).then(example(ShipmentRecorded))


# --- losses --------------------------------------------------------------------------------------


def test_what_was_lost_on_the_way_is_shipped_again() -> None:
    scenario = order().when(example(ShipmentAnnounced))
    scenario.when(example(GoodsLostInTransit)).then(example(LossRecorded))
    again = example(ShipmentAnnounced, delivery_note="BL-0002", quantity=1)
    scenario.when(again).then_types(ShipmentRecorded)
    receive(scenario, devices=(FIRST,))
    receive(scenario, note="BL-0002", devices=(SECOND,))
    assert scenario.state(ORDER).received == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": OTHER_SUPPLIER}, LossRefusal.OTHER_SUPPLIER),
        ({"uai": OTHER_SCHOOL}, LossRefusal.OTHER_PLACE),
        ({"quantity": 3}, LossRefusal.MORE_THAN_SHIPPED),
        ({"reported_at": instant("2020-05-08T07:59:59Z")}, LossRefusal.DATES_OUT_OF_ORDER),
    ],
)
def test_a_loss_that_does_not_fit_is_refused(changes: dict[str, Any], reason: LossRefusal) -> None:
    scenario = order().when(example(ShipmentAnnounced))
    scenario.when(example(GoodsLostInTransit, **changes))
    scenario.then(example(LossRefused, reason=reason))


def test_a_loss_counts_once_and_not_after_the_reception() -> None:
    scenario = order().when(example(ShipmentAnnounced)).when(example(GoodsLostInTransit))
    scenario.when(example(GoodsLostInTransit))
    scenario.then(example(LossRefused, reason=LossRefusal.ALREADY_KNOWN))
    receive(scenario, devices=(FIRST,)).when(example(GoodsLostInTransit))
    scenario.then(example(LossRefused, reason=LossRefusal.ALREADY_RECEIVED))


def test_a_loss_waits_for_its_shipment() -> None:
    scenario = order().when(example(GoodsLostInTransit)).then_types(EventHeld)
    scenario.when(example(GoodsLostInTransit, delivery_note="BL-0009")).then_types(EventHeld)
    scenario.when(example(GoodsLostInTransit))
    scenario.then(example(LossRefused, reason=LossRefusal.ALREADY_KNOWN))
    scenario.when(example(ShipmentAnnounced))
    scenario.then(example(ShipmentRecorded), example(LossRecorded))
    late = example(LossRefused, delivery_note="BL-0009", reason=LossRefusal.UNKNOWN_IN_TIME)
    scenario.when_due(ORDER).then(late)


def test_a_loss_that_waits_is_refused_when_the_goods_arrive() -> None:
    scenario = order().when(example(GoodsLostInTransit)).when(example(GoodsReceived))
    refused = example(LossRefused, reason=LossRefusal.ALREADY_RECEIVED)
    assert scenario.said[-1] == refused
    assert scenario.state(ORDER).waiting == ()


# --- receptions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"uai": OTHER_SCHOOL}, ReceptionRefusal.OTHER_PLACE),
        ({"imeis": (FIRST, SECOND, imei(1))}, ReceptionRefusal.MORE_THAN_ORDERED),
        ({"received_at": instant("2020-05-08T07:59:59Z")}, ReceptionRefusal.DATES_OUT_OF_ORDER),
        (
            {"delivery_note": "BL-9", "received_at": instant("2020-05-04T08:59:59Z")},
            ReceptionRefusal.DATES_OUT_OF_ORDER,
        ),
    ],
)
def test_a_reception_that_does_not_fit_claims_no_device(
    changes: dict[str, Any], reason: ReceptionRefusal
) -> None:
    said = example(GoodsReceived, **changes)
    scenario = order().when(example(ShipmentAnnounced)).when(said)
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
    scenario, device, taken = order(ordered), 0, []
    for number, pieces in enumerate(notes):
        devices = tuple(imei(device + piece) for piece in range(pieces))
        scenario.when(example(GoodsReceived, delivery_note=f"BL-{number}", imeis=devices))
        if not isinstance(scenario.said[0], ReceptionRefused):
            taken.append(pieces)
        device += pieces
    assert taken == accepted


def test_devices_other_than_the_supplier_listed_are_named() -> None:
    listed = example(ShipmentAnnounced, imeis=(FIRST, imei(1)))
    scenario = receive(order().when(listed))
    scenario.then(
        example(SerialRecorded, imei=SECOND),
        example(ReceptionRecorded, unannounced_imeis=(SECOND,)),
    )
    assert scenario.state(ORDER).shipments[NOTE].imeis == ()


def test_a_device_is_received_once_for_ever() -> None:
    scenario = Scenario(DECIDER).given(
        f"imei:{FIRST}", claimed(FIRST, order="O-075-0002", delivery_note="BL-0009")
    )
    scenario.when(example(SerialClaimRequested)).then(example(SerialRefused))
    scenario.when(example(SerialClaimRequested)).then(example(SerialRefused))


def test_a_reception_counts_only_the_devices_that_nobody_had() -> None:
    third = imei(1)
    scenario = order(3).when(example(GoodsReceived, imeis=(FIRST, SECOND, third)))
    scenario.when(claimed(SECOND)).then(example(SerialRecorded, imei=SECOND))
    scenario.when(example(SerialRefused)).then(example(SerialRecorded, claimed=False))
    scenario.when(claimed(third)).then(
        example(SerialRecorded, imei=third),
        example(ReceptionRecorded, imeis=(SECOND, third), refused_imeis=(FIRST,)),
    )
    scenario.when(example(GoodsAdmitted))
    scenario.then_types(AdmissionRecorded, ServiceCertified, DeviceAccepted, DeviceAccepted)
    assert scenario.state(ORDER).certified == 2
    receive(scenario, "BL-2", (imei(7),)).when(example(GoodsAdmitted, delivery_note="BL-2"))
    assert isinstance(scenario.said[-1], DeliveryCompleted)


def test_a_reception_of_devices_that_others_had_does_not_count_and_can_be_corrected() -> None:
    scenario = order().when(example(GoodsReceived, imeis=(FIRST,))).when(example(SerialRefused))
    none_free = example(ReceptionRefused, reason=ReceptionRefusal.NO_SERIAL_FREE)
    scenario.then(example(SerialRecorded, claimed=False), none_free)
    receive(scenario, devices=(SECOND,)).when(example(GoodsAdmitted))
    assert scenario.state(ORDER).certified == 1


def test_a_delivery_note_is_received_once() -> None:
    known = example(ReceptionRefused, reason=ReceptionRefusal.ALREADY_KNOWN)
    scenario = order().when(example(GoodsReceived)).when(example(GoodsReceived)).then(known)
    scenario.when(claimed(FIRST)).when(claimed(SECOND)).when(example(GoodsReceived)).then(known)


# --- what waits ----------------------------------------------------------------------------------


def test_what_comes_before_the_order_waits_for_it() -> None:
    scenario = Scenario(DECIDER).at("2020-05-08T08:00:00Z")
    scenario.when(example(ShipmentAnnounced)).then_types(EventHeld)
    scenario.when(example(ShipmentAnnounced))
    scenario.then(example(ShipmentRefused, reason=ShipmentRefusal.ALREADY_KNOWN))
    scenario.at(RECEIVED_AT).when(example(GoodsReceived)).then_types(EventHeld)
    scenario.when(example(GoodsReceived))
    scenario.then(example(ReceptionRefused, reason=ReceptionRefusal.ALREADY_KNOWN))
    scenario.when(example(GoodsReceived, delivery_note="BL-2", imeis=(imei(1),)))
    scenario.at("2020-05-13T08:00:00Z").when(example(GoodsAdmitted)).then_types(EventHeld)
    scenario.when(example(OrderPlaced)).then_types(
        DeliveryExpected,
        ShipmentRecorded,
        ReceptionOpened,
        SerialClaimRequested,
        SerialClaimRequested,
        ReceptionRefused,
    )
    scenario.when(claimed(FIRST)).when(claimed(SECOND)).then_types(
        SerialRecorded,
        ReceptionRecorded,
        AdmissionRecorded,
        ServiceCertified,
        DeviceAccepted,
        DeviceAccepted,
        DeliveryCompleted,
    )
    assert scenario.state(ORDER).waiting == ()
    assert scenario.state(ORDER).due_at is None


def test_nothing_waits_for_ever() -> None:
    scenario = Scenario(DECIDER).when(example(ShipmentAnnounced)).when(example(GoodsReceived))
    scenario.when(example(GoodsAdmitted)).when(example(GoodsRejected))
    scenario.when(example(GoodsPresentedAgain)).when(example(GoodsLostInTransit))
    undecided = VerificationRefusal.UNKNOWN_IN_TIME
    scenario.when_due(ORDER).then(
        example(ShipmentRefused, reason=ShipmentRefusal.UNKNOWN_IN_TIME),
        example(ReceptionRefused, reason=ReceptionRefusal.UNKNOWN_IN_TIME),
        example(VerificationRefused, word=VerificationWord.ADMITTED, reason=undecided),
        example(VerificationRefused, word=VerificationWord.REJECTED, reason=undecided),
        example(VerificationRefused, word=VerificationWord.PRESENTED_AGAIN, reason=undecided),
        example(LossRefused, reason=LossRefusal.UNKNOWN_IN_TIME),
    )
    assert scenario.state(ORDER).due_at is None


def test_not_too_much_waits_for_one_order() -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        scenario.when(example(GoodsReceived, delivery_note=f"BL-{number}"))
    for said, refused, reason in (
        (GoodsReceived, ReceptionRefused, ReceptionRefusal.TOO_MANY_WAITING),
        (ShipmentAnnounced, ShipmentRefused, ShipmentRefusal.TOO_MANY_WAITING),
        (GoodsLostInTransit, LossRefused, LossRefusal.TOO_MANY_WAITING),
    ):
        scenario.when(example(said)).then(example(refused, reason=reason))


def test_an_answer_that_nobody_asked_for_is_a_defect() -> None:
    with pytest.raises(Contradiction, match="answers BL-0001, which asks for nothing"):
        order().when(example(SerialClaimed))
    with pytest.raises(Contradiction, match="answers BL-0001, which asks for nothing"):
        receive(order()).when(example(SerialClaimed))
    with pytest.raises(Contradiction, match="is placed a second time"):
        order().when(example(OrderPlaced))


def test_nothing_else_can_wait() -> None:
    with pytest.raises(TypeError, match="OrderPlaced cannot wait here"):
        unknown_in_time(example(OrderPlaced))
