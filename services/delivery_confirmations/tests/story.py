"""How the stories of deliveries begin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from delivery_confirmations.app import DECIDER
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.delivery import GoodsReceived, SerialClaimed
from filrouge_contracts.equipment import OrderPlaced

ORDER = "order:O-075-0001"
NOTE = "BL-0001"
FIRST, SECOND = BOTH = example(GoodsReceived).imeis
RECEIVED_AT = instant("2020-05-11T08:00:00Z")
DECIDE_BY = RECEIVED_AT + timedelta(days=15)


def order(quantity: int = 2) -> Scenario:
    """An order is placed; the clock stands at the day on which its goods arrive."""
    placed = example(OrderPlaced, quantity=quantity, amount_cents=quantity * 184_80)
    return Scenario(DECIDER).at(RECEIVED_AT).when(placed)


def claimed(device: str, **changes: Any) -> SerialClaimed:
    return example(SerialClaimed, imei=device, **changes)


def receive(scenario: Scenario, note: str = NOTE, devices: Sequence[str] = BOTH) -> Scenario:
    """A reception whose devices are all free, and answer."""
    scenario.when(example(GoodsReceived, delivery_note=note, imeis=tuple(devices)))
    for device in devices:
        scenario.when(claimed(device, delivery_note=note))
    return scenario


def received(quantity: int = 2) -> Scenario:
    """An order of which the two devices of one note were received."""
    return receive(order(quantity))
