"""Decides warranty swaps: the old device asks the new one, which answers once for ever."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction
from filrouge_contracts.device import DeviceMoved, DeviceRefusal, DeviceRefused, DeviceState
from filrouge_contracts.event import Event
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted, SwapRefused, SwapRequested

from delivery_confirmations.device_state import Device, device_after
from delivery_confirmations.devices import decide_waiting


def take_place(device: Device, event: SwapRequested, context: Context) -> Iterator[Event]:
    """A device takes the place of another one if nobody has ever received it."""
    if device.state is not None:
        yield SwapRefused(imei=event.imei, new_imei=event.new_imei, swapped_at=event.swapped_at)
        return
    accepted = SwapAccepted(
        imei=event.imei,
        new_imei=event.new_imei,
        order=event.order,
        delivery_note=event.delivery_note,
        swapped_at=event.swapped_at,
        swapped_by=event.swapped_by,
    )
    yield accepted
    moved = DeviceMoved(
        imei=event.new_imei,
        item=event.item,
        uai=event.uai,
        moved_to=DeviceState.IN_STOCK,
        said_type=DeviceSwapped.event_type,
        moved_at=event.swapped_at,
        moved_by=event.swapped_by,
        replaces=event.imei,
    )
    yield moved
    yield from decide_waiting(device_after(device_after(device, accepted), moved), context)


def complete_swap(device: Device, event: SwapAccepted, context: Context) -> Iterator[Event]:
    """The other device is there: this one is with the supplier."""
    _check_asked(device, event)
    assert device.state is not None  # only an accepted device asks
    moved = DeviceMoved(
        imei=event.imei,
        item=device.item,
        uai=device.uai,
        moved_from=device.state,
        moved_to=DeviceState.RETURNED_TO_SUPPLIER,
        said_type=DeviceSwapped.event_type,
        moved_at=event.swapped_at,
        moved_by=event.swapped_by,
        pupil=device.pupil,
        replaced_by=event.new_imei,
    )
    yield moved
    yield from decide_waiting(device_after(device, moved), context)


def give_up_swap(device: Device, event: SwapRefused, context: Context) -> Iterator[Event]:
    """The other device belongs somewhere else: this one stays where it is."""
    _check_asked(device, event)
    refused = DeviceRefused(
        imei=event.imei,
        said_type=DeviceSwapped.event_type,
        happened_at=event.swapped_at,
        reason=DeviceRefusal.REPLACEMENT_KNOWN,
    )
    yield refused
    yield from decide_waiting(device_after(device, refused), context)


def _check_asked(device: Device, event: SwapAccepted | SwapRefused) -> None:
    if device.swapping_for != event.new_imei:
        raise Contradiction(f"{event.new_imei} answers {event.imei}, which did not ask it")
