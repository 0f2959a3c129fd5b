"""Orders that become larger, smaller or end while goods are under way."""

from __future__ import annotations

import pytest
from delivery_confirmations.app import DECIDER
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.amendment import (
    OrderAmended,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.certification import ServiceCertified, ServiceWithdrawn
from filrouge_contracts.delivery import (
    DeliveryAdjusted,
    DeliveryClosed,
    DeliveryCompleted,
    DeliveryReopened,
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    ReceptionOpened,
    ReceptionRefused,
    SerialClaimRequested,
    SerialRefused,
    ShipmentAnnounced,
    ShipmentRecorded,
    ShipmentRefusal,
    ShipmentRefused,
)
from filrouge_contracts.device import DeviceAccepted
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionRecorded,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsRejected,
    RejectionRecorded,
)

from services.delivery_confirmations.tests.story import (
    DECIDE_BY,
    FIRST,
    ORDER,
    SECOND,
    order,
    receive,
    received,
)


def fewer(quantity: int) -> QuantityChangeRequested:
    return example(QuantityChangeRequested, quantity=quantity)


CLOSING = example(QuantityChangeRequested, quantity=0, closing=True)
SHIPPED = example(ShipmentAnnounced)
ONE_LOST = example(GoodsLostInTransit)


def _accepted(quantity: int) -> QuantityChangeAccepted:
    return example(QuantityChangeAccepted, quantity=quantity)


@pytest.mark.parametrize(
    ("before", "under_way"),
    [
        ([], 0),
        ([SHIPPED], 2),
        ([SHIPPED, ONE_LOST], 1),
        ([example(GoodsReceived)], 2),
        ([SHIPPED, example(GoodsReceived, imeis=(FIRST,))], 1),
        ([SHIPPED, example(GoodsReceived, delivery_note="BL-2", imeis=(FIRST,))], 3),
    ],
)
def test_an_order_cannot_become_smaller_than_what_is_under_way(
    before: list[Event], under_way: int
) -> None:
    for quantity in range(4):
        scenario = order(3)
        for said in before:
            scenario.when(said)
        scenario.when(fewer(quantity))
        if quantity < under_way:
            scenario.then(example(QuantityChangeRefused, quantity=quantity, under_way=under_way))
        else:
            scenario.then(_accepted(quantity))
            assert scenario.state(ORDER).quantity == quantity
    order(3).when(fewer(1)).when(SHIPPED).then_types(ShipmentRefused)


@pytest.mark.parametrize(
    ("decision", "under_way"),
    [
        (example(GoodsAdmitted), 2),
        (example(GoodsAdjourned), 2),
        (example(GoodsAdmitted, faulty_imeis=(SECOND,)), 1),
        (example(GoodsRejected), 0),
    ],
)
def test_what_went_back_is_no_longer_under_way(decision: Event, under_way: int) -> None:
    scenario = received(3).when(decision).when(CLOSING)
    assert scenario.said[:2] == [
        example(DeliveryClosed, closed_at=CLOSING.requested_at),
        _accepted(under_way),
    ]


def test_a_smaller_quantity_may_complete_the_order() -> None:
    scenario = received(3).when(example(GoodsAdmitted)).when(fewer(2))
    scenario.then_types(QuantityChangeAccepted, DeliveryCompleted)
    assert scenario.said[-1] == example(DeliveryCompleted)


def test_a_closed_order_takes_what_is_under_way_and_nothing_else() -> None:
    scenario = (
        order(5).when(SHIPPED).when(CLOSING).then_types(DeliveryClosed, QuantityChangeAccepted)
    )
    again = example(ShipmentAnnounced, delivery_note="BL-2", quantity=1)
    closed = ShipmentRefusal.ORDER_CLOSED
    scenario.when(again).then(example(ShipmentRefused, delivery_note="BL-2", reason=closed))
    scenario.when(CLOSING).then(_accepted(2))
    receive(scenario).when(example(GoodsAdmitted))
    assert isinstance(scenario.said[-1], DeliveryCompleted)


def test_a_closed_order_becomes_smaller_when_goods_go_back_or_get_lost() -> None:
    scenario = order(5).when(SHIPPED).when(CLOSING)
    scenario.when(ONE_LOST).then_types(LossRecorded, QuantityChangeAccepted)
    receive(scenario, devices=(FIRST,)).when(example(GoodsRejected))
    scenario.then_types(RejectionRecorded, QuantityChangeAccepted)
    assert scenario.said[-1] == _accepted(0)
    assert not scenario.state(ORDER).completed


def test_a_closed_order_becomes_smaller_when_less_arrives_than_was_shipped() -> None:
    scenario = order(5).when(SHIPPED).when(CLOSING)
    scenario.when(example(GoodsReceived, imeis=(FIRST,)))
    scenario.then_types(ReceptionOpened, SerialClaimRequested, QuantityChangeAccepted)
    scenario.when(example(SerialRefused))
    assert isinstance(scenario.said[-1], ReceptionRefused)
    assert scenario.state(ORDER).quantity == 1


def test_faulty_devices_of_a_closed_order_complete_it_with_fewer() -> None:
    scenario = received(5).when(CLOSING).when(example(GoodsAdmitted, faulty_imeis=(SECOND,)))
    scenario.then_types(
        AdmissionRecorded,
        ServiceCertified,
        DeviceAccepted,
        QuantityChangeAccepted,
        DeliveryCompleted,
    )


def test_excess_under_way_is_no_reason_to_order_more() -> None:
    """Received without an announcement: what was announced is then too much."""
    scenario = receive(order().when(SHIPPED), "BL-2", (imei(1),))
    scenario.when(CLOSING).then_types(DeliveryClosed, QuantityChangeAccepted)
    assert scenario.said[-1] == _accepted(2)


def test_a_larger_order_takes_more() -> None:
    larger = example(OrderAmended, quantity=3, amount_cents=3 * 184_80)
    scenario = received().when(larger).then(example(DeliveryAdjusted))
    again = example(ShipmentAnnounced, delivery_note="BL-2", quantity=1)
    scenario.when(again).then_types(ShipmentRecorded)
    scenario.when(example(OrderAmended, quantity=3)).then_nothing()


def test_a_completed_order_that_becomes_larger_is_completed_once_more() -> None:
    scenario = received().when(example(GoodsAdmitted))
    scenario.when(example(OrderAmended, quantity=3)).then(
        example(DeliveryAdjusted),
        example(DeliveryReopened, certified=2, reopened_at=scenario.context.now),
    )
    receive(scenario, "BL-2", (imei(1),)).when(example(GoodsAdmitted, delivery_note="BL-2"))
    assert scenario.said[-1] == example(
        DeliveryCompleted, quantity=3, completed_at=example(GoodsAdmitted).admitted_at
    )


def test_a_cancelled_order_is_closed_even_if_nobody_asked_before() -> None:
    scenario = (
        order(3)
        .when(SHIPPED)
        .when(example(OrderCancelled))
        .then(example(DeliveryClosed), _accepted(2))
    )
    scenario.when(example(OrderCancelled)).then_nothing()


def test_an_admission_undone_after_the_end_of_the_order_makes_it_smaller() -> None:
    scenario = received(5).when(CLOSING).when_due(ORDER)
    assert scenario.state(ORDER).completed
    scenario.when(example(GoodsRejected), said_at=DECIDE_BY).when(example(ServiceWithdrawn))
    assert [type(said) for said in scenario.said[-2:]] == [DeliveryReopened, QuantityChangeAccepted]
    assert scenario.said[-1] == _accepted(0)


def test_adjourned_goods_of_a_closed_order_are_still_under_way() -> None:
    scenario = received(5).when(CLOSING).when(example(GoodsAdjourned))
    scenario.then_types(AdjournmentRecorded).when_due(ORDER)
    scenario.then_types(RejectionRecorded, QuantityChangeAccepted)


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        ([], fewer(1), "is lessened before it is placed"),
        ([], CLOSING, "is lessened before it is placed"),
        ([], example(OrderAmended), "is amended before it is placed"),
        ([example(OrderPlaced)], fewer(3), "cannot become 3 by lessening"),
        ([example(OrderPlaced), CLOSING], fewer(1), "cannot become 1 by lessening"),
        ([example(OrderPlaced), CLOSING], example(OrderAmended), "or after its end"),
    ],
)
def test_a_change_of_an_order_that_cannot_be_is_a_defect(
    before: list[Event], said: Event, why: str
) -> None:
    scenario = Scenario(DECIDER)
    for heard in before:
        scenario.when(heard)
    with pytest.raises(Contradiction, match=why):
        scenario.when(said)
