"""Decides the life of a device, from its claim by a delivery to the day it is gone.

nobody's → received, once for ever → accepted: in stock, and from there as MOVES says
         → given by the supplier for another one: in stock
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import DAY_SECONDS, hold, in_turn, later, overdue, waits
from filrouge_contracts.delivery import SerialClaimed, SerialClaimRequested, SerialRefused
from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceMoved,
    DeviceRefusal,
    DeviceRefused,
    DeviceSentBack,
    DeviceState,
)
from filrouge_contracts.event import Event
from filrouge_contracts.loan import HandoverUnconfirmed
from filrouge_contracts.stock import AdjustmentRefusal, AdjustmentRefused, DeviceAdjusted
from filrouge_contracts.swap import DeviceSwapped, SwapRequested

from delivery_confirmations.device_state import Device, device_after
from delivery_confirmations.moves import happened_at, move, obstacle

WAITING_AT_MOST = 10
ADMISSION_SECONDS = 30 * DAY_SECONDS
"""How long a received device may wait for its admission: silence admits after 15 days."""


def claim(device: Device, event: SerialClaimRequested, context: Context) -> Iterator[Event]:
    """Whoever asks first has the device for ever; what was said of it waits for the admission."""
    if device.state is not None:
        yield SerialRefused(
            imei=event.imei,
            order=event.order,
            delivery_note=event.delivery_note,
            held_by_order=device.order,
            held_by_note=device.delivery_note,
        )
        return
    claimed = SerialClaimed(
        imei=event.imei,
        order=event.order,
        delivery_note=event.delivery_note,
        received_at=event.received_at,
    )
    yield claimed
    yield from decide_waiting(device_after(device, claimed), context)


def accept(device: Device, event: DeviceAccepted, context: Context) -> Iterator[Event]:
    """The admitted device is in stock since it was received, and what waited happens to it."""
    if (device.order, device.delivery_note) != (event.order, event.delivery_note):
        raise Contradiction(f"{event.imei} is accepted under {event.order}, which did not claim it")
    if device.state is not DeviceState.RECEIVED:
        raise Contradiction(f"{event.imei} is accepted a second time, it is {device.state}")
    moved = DeviceMoved(
        imei=event.imei,
        item=event.item,
        uai=event.uai,
        moved_from=DeviceState.RECEIVED,
        moved_to=DeviceState.IN_STOCK,
        said_type=event.event_type,
        moved_at=device.moved_at or event.accepted_at,
    )
    yield moved
    yield from decide_waiting(device_after(device, moved), context)


def take(device: Device, event: Event, context: Context) -> Iterator[Event]:
    """What somebody says of a device moves it, waits until it is accepted, or is refused."""
    if waits(device.waiting, type(event), happened_at(event).isoformat()):
        yield _refused(event, DeviceRefusal.ALREADY_WAITING, context)
    elif _cannot_decide(device) and len(device.waiting) >= WAITING_AT_MOST:
        yield _refused(event, DeviceRefusal.TOO_MANY_WAITING, context)
    else:
        yield from _decide(device, event, context)


def send_back(device: Device, event: DeviceSentBack, context: Context) -> Iterator[Event]:
    """The admission was undone: what is in the school goes back, what is with a pupil stays."""
    if device.state in (None, DeviceState.RECEIVED):
        raise Contradiction(f"{event.imei} is sent back and was not accepted")
    yield from take(device, event, context)


def wake(device: Device, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is refused, but waits on for an answer of our own; an unconfirmed drop is named."""
    for event in overdue(device, context.now):
        if device.swapping_for:
            yield hold(context, event, happened_at(event).isoformat())
        elif device.state is None:
            yield _refused(event, DeviceRefusal.UNKNOWN_DEVICE, context)
        else:
            yield _refused(event, DeviceRefusal.NOT_ACCEPTED, context)
    if device.confirm_by is not None and device.confirm_by <= context.now:
        assert device.moved_at is not None  # when it was handed over
        assert device.pupil is not None  # to whom
        yield HandoverUnconfirmed(
            imei=context.name,
            uai=device.uai,
            pupil=device.pupil,
            handed_over_at=device.moved_at,
            confirm_by=device.confirm_by,
        )


# --- inside --------------------------------------------------------------------------------------


def _cannot_decide(device: Device) -> bool:
    return device.state in (None, DeviceState.RECEIVED) or bool(device.swapping_for)


def decide_waiting(device: Device, context: Context) -> Iterator[Event]:
    """What waited, in the order in which it happened; what still cannot be decided waits on."""
    waiting = sorted((kept.event() for kept in device.waiting), key=happened_at)
    yield from in_turn(device, waiting, lambda at, said: _decide(at, said, context), device_after)


def _decide(device: Device, event: Event, context: Context) -> Iterator[Event]:
    if _cannot_decide(device):
        received = device.state is DeviceState.RECEIVED
        due_at = later(context, "admission_seconds", ADMISSION_SECONDS) if received else None
        yield hold(context, event, happened_at(event).isoformat(), due_at)
    elif reason := obstacle(device, event):
        yield _refused(event, reason, context)
    elif isinstance(event, DeviceSwapped):
        yield SwapRequested(
            imei=event.imei,
            new_imei=event.new_imei,
            order=device.order,
            delivery_note=device.delivery_note,
            item=device.item,
            uai=device.uai,
            swapped_at=event.swapped_at,
            swapped_by=event.swapped_by,
        )
    else:
        yield move(device, event, context)


def _refused(
    event: Event, reason: DeviceRefusal | AdjustmentRefusal, context: Context
) -> DeviceRefused | AdjustmentRefused:
    if isinstance(event, DeviceAdjusted):
        return AdjustmentRefused(
            imei=event.imei,
            item=event.item,
            uai=event.uai,
            adjusted_at=event.adjusted_at,
            reason=AdjustmentRefusal(reason.value),
        )
    return DeviceRefused(
        imei=context.name,
        said_type=event.event_type,
        happened_at=happened_at(event),
        reason=DeviceRefusal(reason.value),
    )
