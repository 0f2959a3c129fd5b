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
from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceBroken,
    DeviceLost,
    DeviceMoved,
    DevicePrepared,
    DeviceRepaired,
    DeviceScrapped,
    DeviceSentBack,
    DeviceStolen,
)
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.loan import DeviceHandedOver, DeviceReturned, HandoverConfirmed
from filrouge_contracts.stock import (
    AdjustmentRefused,
    DeviceAdjusted,
    StockAdjusted,
    StockCounted,
)
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted, SwapRefused, SwapRequested

from delivery_confirmations import devices, rules, stock, swaps, verification
from delivery_confirmations.device_state import Device, Stock
from delivery_confirmations.state import EVOLUTIONS, Delivery

DECIDER = Decider(
    service=DELIVERIES,
    states={"imei": Device, "order": Delivery, "stock": Stock},
    rules={
        ("imei", SerialClaimRequested): devices.claim,
        ("imei", DeviceAccepted): devices.accept,
        ("imei", DevicePrepared): devices.take,
        ("imei", DeviceHandedOver): devices.take,
        ("imei", HandoverConfirmed): devices.take,
        ("imei", DeviceReturned): devices.take,
        ("imei", DeviceLost): devices.take,
        ("imei", DeviceStolen): devices.take,
        ("imei", DeviceBroken): devices.take,
        ("imei", DeviceRepaired): devices.take,
        ("imei", DeviceSwapped): devices.take,
        ("imei", DeviceScrapped): devices.take,
        ("imei", DeviceAdjusted): devices.take,
        ("imei", DeviceSentBack): devices.send_back,
        ("imei", SwapRequested): swaps.replace_other,
        ("imei", SwapAccepted): swaps.complete_swap,
        ("imei", SwapRefused): swaps.give_up_swap,
        ("imei", Due): devices.wake,
        ("stock", DeviceMoved): stock.take_move,
        ("stock", StockCounted): stock.take_count,
        ("stock", StockAdjusted): stock.take_adjustment,
        ("stock", AdjustmentRefused): stock.note_failure,
        ("stock", Due): stock.wake,
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
