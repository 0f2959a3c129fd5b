"""What delivery_confirmations is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.delivery import (
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    SerialClaimed,
    SerialClaimRequested,
    SerialRefused,
    ShipmentAnnounced,
)
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.equipment import OrderPlaced

from delivery_confirmations import rules, verification
from delivery_confirmations.state import EVOLUTIONS, Delivery, Serial

DECIDER = Decider(
    service=DELIVERIES,
    states={"imei": Serial, "order": Delivery},
    rules={
        ("imei", SerialClaimRequested): rules.claim,
        ("order", OrderPlaced): rules.expect,
        ("order", ShipmentAnnounced): rules.take_shipment,
        ("order", GoodsReceived): rules.take_reception,
        ("order", SerialClaimed): rules.note_serial,
        ("order", SerialRefused): rules.note_serial,
        ("order", GoodsAdmitted): verification.take_admission,
        ("order", GoodsRejected): verification.take_rejection,
        ("order", Due): verification.wake,
    },
    evolutions=EVOLUTIONS,
)
