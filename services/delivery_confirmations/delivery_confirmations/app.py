"""What delivery_confirmations is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.amendment import OrderAmended, OrderCancelled, QuantityChangeRequested
from filrouge_contracts.certification import ServiceWithdrawalRefused, ServiceWithdrawn
from filrouge_contracts.delivery import (
    GoodsLostInTransit,
    GoodsReceived,
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
from filrouge_contracts.verification import (
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
)

from delivery_confirmations import devices, quantities, rules, silence, stock, swaps, verification
from delivery_confirmations.quantities import concluded
from delivery_confirmations.state import EVOLUTIONS, STATES

DECIDER = Decider(
    service=DELIVERIES,
    states=STATES,
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
        ("imei", SwapRequested): swaps.take_place,
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
        ("order", GoodsLostInTransit): concluded(rules.take_loss),
        ("order", GoodsReceived): concluded(rules.take_reception),
        ("order", SerialClaimed): concluded(rules.note_serial),
        ("order", SerialRefused): concluded(rules.note_serial),
        ("order", GoodsAdmitted): concluded(verification.take),
        ("order", GoodsReduced): concluded(verification.take),
        ("order", GoodsAdjourned): concluded(verification.take),
        ("order", GoodsRejected): concluded(verification.take),
        ("order", GoodsPresentedAgain): concluded(verification.take),
        ("order", Due): concluded(silence.wake),
        ("order", ServiceWithdrawn): concluded(silence.take_back),
        ("order", ServiceWithdrawalRefused): concluded(silence.uphold),
        ("order", QuantityChangeRequested): concluded(quantities.lessen),
        ("order", OrderAmended): concluded(quantities.enlarge),
        ("order", OrderCancelled): concluded(quantities.close),
    },
    evolutions=EVOLUTIONS,
)
