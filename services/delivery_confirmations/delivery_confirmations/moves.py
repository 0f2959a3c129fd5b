"""All that can happen to an accepted device, as one table, and what keeps it from happening."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, later
from filrouge_contracts.device import (
    DeviceBroken,
    DeviceLost,
    DeviceMoved,
    DevicePrepared,
    DeviceRefusal,
    DeviceRepaired,
    DeviceScrapped,
    DeviceSentBack,
    DeviceState,
    DeviceStolen,
)
from filrouge_contracts.event import Event
from filrouge_contracts.loan import (
    DeviceHandedOver,
    DeviceReturned,
    EvidenceKind,
    HandoverConfirmed,
)
from filrouge_contracts.stock import AdjustmentDirection, AdjustmentRefusal, DeviceAdjusted
from filrouge_contracts.swap import DeviceSwapped

from delivery_confirmations.deadlines import after_grace
from delivery_confirmations.device_state import Device

IN_STOCK, PREPARED = DeviceState.IN_STOCK, DeviceState.PREPARED
IN_TRANSIT, ON_LOAN = DeviceState.IN_TRANSIT, DeviceState.ON_LOAN
IN_REPAIR, AT_SUPPLIER = DeviceState.IN_REPAIR, DeviceState.RETURNED_TO_SUPPLIER
LOST, STOLEN, SCRAPPED = DeviceState.LOST, DeviceState.STOLEN, DeviceState.SCRAPPED

MOVES: Mapping[tuple[DeviceState, type[Event]], DeviceState] = {
    (IN_STOCK, DevicePrepared): PREPARED,
    (IN_STOCK, DeviceLost): LOST,
    (IN_STOCK, DeviceStolen): STOLEN,
    (IN_STOCK, DeviceBroken): IN_REPAIR,
    (IN_STOCK, DeviceSwapped): AT_SUPPLIER,
    (IN_STOCK, DeviceScrapped): SCRAPPED,
    (IN_STOCK, DeviceSentBack): AT_SUPPLIER,
    (IN_STOCK, DeviceAdjusted): LOST,
    (PREPARED, DeviceHandedOver): ON_LOAN,  # IN_TRANSIT if only a contactless drop shows it
    (PREPARED, DeviceLost): LOST,
    (PREPARED, DeviceStolen): STOLEN,
    (PREPARED, DeviceBroken): IN_REPAIR,
    (PREPARED, DeviceSwapped): AT_SUPPLIER,
    (PREPARED, DeviceScrapped): SCRAPPED,
    (PREPARED, DeviceSentBack): AT_SUPPLIER,
    (PREPARED, DeviceAdjusted): LOST,
    (IN_TRANSIT, HandoverConfirmed): ON_LOAN,
    (IN_TRANSIT, DeviceReturned): IN_STOCK,
    (IN_TRANSIT, DeviceLost): LOST,
    (IN_TRANSIT, DeviceStolen): STOLEN,
    (IN_TRANSIT, DeviceBroken): IN_REPAIR,
    (ON_LOAN, DeviceReturned): IN_STOCK,
    (ON_LOAN, DeviceLost): LOST,
    (ON_LOAN, DeviceStolen): STOLEN,
    (ON_LOAN, DeviceBroken): IN_REPAIR,
    (ON_LOAN, DeviceSwapped): AT_SUPPLIER,
    (IN_REPAIR, DeviceRepaired): IN_STOCK,
    (IN_REPAIR, DeviceLost): LOST,
    (IN_REPAIR, DeviceStolen): STOLEN,
    (IN_REPAIR, DeviceSwapped): AT_SUPPLIER,
    (IN_REPAIR, DeviceScrapped): SCRAPPED,
    (IN_REPAIR, DeviceSentBack): AT_SUPPLIER,
    (LOST, DeviceReturned): IN_STOCK,
    (LOST, DeviceAdjusted): IN_STOCK,
    (STOLEN, DeviceReturned): IN_STOCK,
    (STOLEN, DeviceAdjusted): IN_STOCK,
}
"""Where each event takes a device from each state; nothing leaves AT_SUPPLIER and SCRAPPED."""

MOMENT_AND_USER: Mapping[type[Event], tuple[str, str]] = {
    DevicePrepared: ("prepared_at", "prepared_by"),
    DeviceHandedOver: ("handed_over_at", "handed_over_by"),
    HandoverConfirmed: ("confirmed_at", "confirmed_by"),
    DeviceReturned: ("returned_at", "taken_back_by"),
    DeviceLost: ("lost_at", "reported_by"),
    DeviceStolen: ("stolen_at", "reported_by"),
    DeviceBroken: ("broken_at", "reported_by"),
    DeviceRepaired: ("repaired_at", "reported_by"),
    DeviceSwapped: ("swapped_at", "swapped_by"),
    DeviceScrapped: ("scrapped_at", "scrapped_by"),
    DeviceAdjusted: ("adjusted_at", "adjusted_by"),
    DeviceSentBack: ("sent_back_at", ""),
}
"""What moves an accepted device, and where it says when and who."""

CONFIRMATION_SECONDS = 7 * DAY_SECONDS
"""How long a family has to confirm a contactless drop: parameter `confirmation_seconds`."""


def happened_at(event: Event) -> datetime:
    """The moment that somebody says it happened."""
    moment: datetime = getattr(event, MOMENT_AND_USER[type(event)][0])
    return moment


def obstacle(device: Device, event: Event) -> DeviceRefusal | AdjustmentRefusal | None:
    """Why the event cannot happen to the accepted device."""
    if isinstance(event, DeviceAdjusted) and event.item != device.item:
        return AdjustmentRefusal.OTHER_ITEM
    assert device.state is not None  # it is accepted
    assert device.moved_at is not None
    if getattr(event, "uai", device.uai) != device.uai:
        return DeviceRefusal.OTHER_SITE
    moved_to = MOVES.get((device.state, type(event)))
    if moved_to is None:
        return DeviceRefusal.NOT_IN_THIS_STATE
    if isinstance(event, DeviceAdjusted):
        missing = event.direction is AdjustmentDirection.MISSING
        if missing is not (moved_to is LOST):
            return DeviceRefusal.NOT_IN_THIS_STATE
    if isinstance(event, HandoverConfirmed) and event.pupil != device.pupil:
        return DeviceRefusal.OTHER_PUPIL
    if not isinstance(event, DeviceSentBack) and happened_at(event) < device.moved_at:
        return DeviceRefusal.DATES_OUT_OF_ORDER
    return None


def move(device: Device, event: Event, context: Context) -> DeviceMoved:
    """What the event, which has no obstacle, does to the accepted device."""
    assert device.state is not None  # it is accepted
    moved_to = MOVES[device.state, type(event)]
    handover = event if isinstance(event, DeviceHandedOver) else None
    confirm_by = None
    if handover is not None and _is_contactless(handover):
        moved_to = IN_TRANSIT
        until = later(context, "confirmation_seconds", CONFIRMATION_SECONDS)
        confirm_by = after_grace(context, until)
    return DeviceMoved(
        imei=context.name,
        item=device.item,
        uai=device.uai,
        moved_from=device.state,
        moved_to=moved_to,
        said_type=event.event_type,
        moved_at=happened_at(event),
        moved_by=getattr(event, MOMENT_AND_USER[type(event)][1], None),
        pupil=handover.pupil if handover else device.pupil,
        qpv=handover.qpv if handover else None,
        due_back_at=handover.due_back_at if handover else None,
        confirm_by=confirm_by,
    )


def _is_contactless(handover: DeviceHandedOver) -> bool:
    return all(one.kind is EvidenceKind.CONTACTLESS_DROP for one in handover.evidence)
