"""What is remembered of a device and of a stock, and how each event changes it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Holder, held, let_go, timed
from filrouge_contracts.delivery import SerialClaimed, SerialRefused
from filrouge_contracts.device import DeviceMoved, DeviceRefusal, DeviceRefused, DeviceState
from filrouge_contracts.event import Event
from filrouge_contracts.loan import HandoverUnconfirmed
from filrouge_contracts.register import REGISTER
from filrouge_contracts.stock import (
    AdjustmentFailed,
    AdjustmentRefusal,
    AdjustmentRefused,
    DeviceAdjusted,
    StockAdjusted,
    StockAdjustmentRecorded,
    StockCounted,
    StockCountRecorded,
    StockDifferenceUnexplained,
    StockMoved,
    StockRefusal,
    StockRefused,
)
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted, SwapRefused, SwapRequested
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

WITH_A_PUPIL = frozenset({DeviceState.IN_TRANSIT, DeviceState.ON_LOAN})
ON_THE_SHELF = frozenset({DeviceState.IN_STOCK, DeviceState.PREPARED})
"""What somebody who counts finds in the cupboard."""


class Device(Holder, frozen=True, omit_defaults=True):
    """A device by its serial number: received once, for ever. Never received: no state."""

    state: DeviceState | None = None
    order: str = ""
    delivery_note: str = ""
    item: str = ""
    uai: str = ""
    moved_at: datetime | None = None
    pupil: str | None = None
    """While it is with one."""
    confirm_by: datetime | None = None
    swapping_for: str = ""
    """The device that is asked to replace it; until it answers everything waits."""
    replaces: str = ""
    replaced_by: str = ""

    def deadlines(self) -> tuple[datetime | None, ...]:
        return (self.confirm_by,)


class Counts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Devices that came in, and where they are; the names are those of `StockCounts`."""

    accepted: int = 0
    swapped_in: int = 0
    in_stock: int = 0
    prepared: int = 0
    on_loan: int = 0
    in_repair: int = 0
    in_transit: int = 0
    returned_to_supplier: int = 0
    lost: int = 0
    stolen: int = 0
    scrapped: int = 0


class LastCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last count by hand and what of it is still to be explained."""

    counted_at: datetime
    counted_by: str
    unexplained: int = 0
    """More (or, below 0, fewer) devices were counted than the events account for."""
    asked: int = 0
    """Devices of adjustments that have not answered yet."""
    adjust_by: datetime | None = None


class Stock(Holder, frozen=True, omit_defaults=True):
    """The devices of one model in one school."""

    counts: Counts = Counts()
    shelf_moved_at: datetime | None = None
    """When a device last came onto the shelf or left it."""
    last_count: LastCount | None = None

    def deadlines(self) -> tuple[datetime | None, ...]:
        return (self.last_count.adjust_by if self.last_count is not None else None,)


# --- devices -------------------------------------------------------------------------------------


def _claimed(device: Device, event: SerialClaimed) -> Device:
    return replace(
        device,
        state=DeviceState.RECEIVED,
        order=event.order,
        delivery_note=event.delivery_note,
        moved_at=event.received_at,
    )


def _device_moved(device: Device, event: DeviceMoved) -> Device:
    device = _device_done(device, event.said_type, event.moved_at)
    return timed(
        replace(
            device,
            state=event.moved_to,
            item=event.item,
            uai=event.uai,
            moved_at=event.moved_at,
            pupil=event.pupil if event.moved_to in WITH_A_PUPIL else None,
            confirm_by=event.confirm_by,
            swapping_for="",
            replaces=event.replaces or device.replaces,
            replaced_by=event.replaced_by or device.replaced_by,
        )
    )


def _device_refused(device: Device, event: DeviceRefused) -> Device:
    if event.reason is DeviceRefusal.ALREADY_WAITING:
        return device  # what was said first still waits
    if event.reason is DeviceRefusal.REPLACEMENT_KNOWN:
        return replace(device, swapping_for="")
    return _device_done(device, event.said_type, event.happened_at)


def _adjustment_refused(device: Device, event: AdjustmentRefused) -> Device:
    if event.reason is AdjustmentRefusal.ALREADY_WAITING:
        return device
    return let_go(device, DeviceAdjusted, event.adjusted_at.isoformat())


def _swapping(device: Device, event: SwapRequested) -> Device:
    device = _device_done(device, DeviceSwapped.event_type, event.swapped_at)
    return replace(device, swapping_for=event.new_imei)


def _swapped_in(device: Device, event: SwapAccepted) -> Device:
    return replace(device, order=event.order, delivery_note=event.delivery_note)


def _unconfirmed(device: Device, _event: HandoverUnconfirmed) -> Device:
    return timed(replace(device, confirm_by=None))


def _device_done(device: Device, said_type: str, happened_at: datetime) -> Device:
    """The device once what was said of it is decided, whether it has waited or not."""
    if not device.waiting:
        return device
    return let_go(device, REGISTER.by_type[said_type].model, happened_at.isoformat())


# --- stocks --------------------------------------------------------------------------------------


def _stock_moved(stock: Stock, event: StockMoved) -> Stock:
    shelf_moved_at = stock.shelf_moved_at
    if (event.moved_from in ON_THE_SHELF) is not (event.moved_to in ON_THE_SHELF):
        shelf_moved_at = max(shelf_moved_at or event.moved_at, event.moved_at)
    stock = replace(stock, counts=Counts(**dict(event.counts)), shelf_moved_at=shelf_moved_at)
    last = stock.last_count
    if last is None:
        return stock
    last = replace(
        last,
        unexplained=event.unexplained,
        asked=last.asked - event.adjusted,
        adjust_by=event.adjust_by,
    )
    return timed(replace(stock, last_count=last))


def _counted(stock: Stock, event: StockCountRecorded) -> Stock:
    stock = let_go(stock, StockCounted, event.counted_at.isoformat())
    asked = stock.last_count.asked if stock.last_count is not None else 0
    last = LastCount(event.counted_at, event.counted_by, event.difference, asked, event.adjust_by)
    return timed(replace(stock, last_count=last))


def _adjustment_recorded(stock: Stock, event: StockAdjustmentRecorded) -> Stock:
    stock = let_go(stock, StockAdjusted, event.adjusted_at.isoformat())
    return _asked(stock, len(event.imeis))


def _adjustment_failed(stock: Stock, _event: AdjustmentFailed) -> Stock:
    return _asked(stock, -1)


def _asked(stock: Stock, more: int) -> Stock:
    assert stock.last_count is not None  # only a counted stock is adjusted
    last = replace(stock.last_count, asked=stock.last_count.asked + more)
    return replace(stock, last_count=last)


def _left_unexplained(stock: Stock, _event: StockDifferenceUnexplained) -> Stock:
    assert stock.last_count is not None  # whose deadline has passed
    return timed(replace(stock, last_count=replace(stock.last_count, adjust_by=None)))


def _stock_refused(stock: Stock, event: StockRefused) -> Stock:
    if event.reason is StockRefusal.ALREADY_WAITING:
        return stock  # what was said first still waits
    model = REGISTER.by_type[event.said_type].model
    return let_go(stock, model, event.happened_at.isoformat())


EVOLUTIONS: Evolutions = {
    ("imei", SerialClaimed): _claimed,
    ("imei", SerialRefused): unchanged,
    ("imei", EventHeld): held,
    ("imei", DeviceMoved): _device_moved,
    ("imei", DeviceRefused): _device_refused,
    ("imei", HandoverUnconfirmed): _unconfirmed,
    ("imei", AdjustmentRefused): _adjustment_refused,
    ("imei", SwapRequested): _swapping,
    ("imei", SwapAccepted): _swapped_in,
    ("imei", SwapRefused): unchanged,
    ("stock", EventHeld): held,
    ("stock", StockMoved): _stock_moved,
    ("stock", StockCountRecorded): _counted,
    ("stock", StockAdjustmentRecorded): _adjustment_recorded,
    ("stock", DeviceAdjusted): unchanged,
    ("stock", AdjustmentFailed): _adjustment_failed,
    ("stock", StockDifferenceUnexplained): _left_unexplained,
    ("stock", StockRefused): _stock_refused,
}


def device_after(device: Device, event: Event) -> Device:
    """The device once it has said this, for a rule that says more than one thing."""
    changed: Device = EVOLUTIONS["imei", type(event)](device, event)
    return changed


def stock_after(stock: Stock, event: Event) -> Stock:
    """The stock once it has said this, for a rule that says more than one thing."""
    changed: Stock = EVOLUTIONS["stock", type(event)](stock, event)
    return changed
