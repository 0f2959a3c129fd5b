"""How devices come into stock, break, get lost and leave it."""

from __future__ import annotations

from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceBroken,
    DeviceLost,
    DeviceMoved,
    DevicePrepared,
    DeviceRefused,
    DeviceRepaired,
    DeviceScrapped,
    DeviceSentBack,
    DeviceStolen,
)
from filrouge_contracts.entry import DELIVERIES, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.topics import topic

DEVICE = topic("device")
HOLDERS = ("school", "authority", "association")
"""Who has devices in hand and speaks of them."""


def device_word(model: type[Event]) -> Entry:
    """What somebody who has the device in hand says of it."""
    next_step = "DeviceMoved, EventHeld or DeviceRefused"
    return Entry(model, DEVICE, "imei:{imei}", HOLDERS, (DELIVERIES,), next_step, "at once")


ENTRIES = (
    Entry(
        DeviceAccepted,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "DeviceMoved: it is in stock",
        "at once",
    ),
    Entry(
        DeviceSentBack,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "DeviceMoved: it goes back to the supplier",
        "at once",
    ),
    device_word(DevicePrepared),
    device_word(DeviceLost),
    device_word(DeviceStolen),
    device_word(DeviceBroken),
    device_word(DeviceRepaired),
    device_word(DeviceScrapped),
    Entry(
        DeviceMoved,
        DEVICE,
        "stock:{item}/{uai}",
        (DELIVERIES,),
        (DELIVERIES,),
        "StockMoved",
        "at once",
    ),
    Entry(
        DeviceRefused,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (),
        "whoever said it corrects it",
        "no limit",
    ),
)
