"""How devices go to pupils and come back."""

from __future__ import annotations

from filrouge_contracts.entry import DELIVERIES, Entry
from filrouge_contracts.loan import (
    DeviceHandedOver,
    DeviceReturned,
    HandoverConfirmed,
    HandoverUnconfirmed,
)
from filrouge_contracts.table.device import DEVICE, device_word

ENTRIES = (
    device_word(DeviceHandedOver),
    device_word(HandoverConfirmed),
    Entry(
        HandoverUnconfirmed,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (),
        "HandoverConfirmed, DeviceReturned or DeviceLost",
        "no limit",
    ),
    device_word(DeviceReturned),
)
