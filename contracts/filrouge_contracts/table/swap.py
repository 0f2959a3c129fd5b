"""How one device takes the place of another."""

from __future__ import annotations

from filrouge_contracts.entry import DELIVERIES, Entry
from filrouge_contracts.swap import (
    DeviceSwapped,
    SwapAccepted,
    SwapRefused,
    SwapRequested,
)
from filrouge_contracts.table.device import DEVICE, HOLDERS

ENTRIES = (
    Entry(
        DeviceSwapped,
        DEVICE,
        "imei:{imei}",
        HOLDERS,
        (DELIVERIES,),
        "SwapRequested, EventHeld or DeviceRefused",
        "at once",
    ),
    Entry(
        SwapRequested,
        DEVICE,
        "imei:{new_imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "SwapAccepted or SwapRefused",
        "at once",
    ),
    Entry(
        SwapAccepted,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "DeviceMoved: it goes back to the supplier",
        "at once",
    ),
    Entry(
        SwapRefused, DEVICE, "imei:{imei}", (DELIVERIES,), (DELIVERIES,), "DeviceRefused", "at once"
    ),
)
