"""How devices come into stock, go to pupils and come back."""

from __future__ import annotations

from filrouge_contracts.device import DeviceAccepted, DeviceSentBack
from filrouge_contracts.entry import DELIVERIES, Entry
from filrouge_contracts.topics import topic

DEVICE = topic("device")
ENTRIES = (
    Entry(
        DeviceAccepted,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "it is in stock",
        "at once",
    ),
    Entry(
        DeviceSentBack,
        DEVICE,
        "imei:{imei}",
        (DELIVERIES,),
        (DELIVERIES,),
        "it goes back to the supplier",
        "at once",
    ),
)
