"""What is just still allowed of shipments, losses and receptions: in the same moment, and all of it."""

from __future__ import annotations

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_contracts.delivery import (
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    ReceptionOpened,
    ShipmentAnnounced,
    ShipmentRecorded,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event

from services.delivery_confirmations.tests.story import order

PLACED_AT = example(OrderPlaced).placed_at
SHIPPED = example(ShipmentAnnounced)


@pytest.mark.parametrize(
    ("before", "said", "answer"),
    [
        ([], example(ShipmentAnnounced, shipped_at=PLACED_AT), ShipmentRecorded),
        ([SHIPPED], example(GoodsLostInTransit, reported_at=SHIPPED.shipped_at), LossRecorded),
        ([SHIPPED], example(GoodsLostInTransit, quantity=SHIPPED.quantity), LossRecorded),
        ([SHIPPED], example(GoodsReceived, received_at=SHIPPED.shipped_at), ReceptionOpened),
        ([], example(GoodsReceived, received_at=PLACED_AT), ReceptionOpened),
    ],
)
def test_the_last_that_fits_is_taken(before: list[Event], said: Event, answer: type[Event]) -> None:
    scenario = order()
    for heard in before:
        scenario.when(heard)
    assert isinstance(scenario.when(said).said[0], answer)
