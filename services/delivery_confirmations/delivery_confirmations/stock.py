"""Decides what a stock holds, what a count by hand says about it, and who explains the difference.

Moves arrive late: those that happened before the count change what should have been there then. What
is left is explained by devices that are named missing or found, or stays open for everybody to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import (
    DAY_SECONDS,
    hold,
    in_turn,
    later,
    overdue,
    waiting_of,
    waits,
)
from filrouge_contracts.device import DeviceMoved, DeviceState
from filrouge_contracts.event import Event
from filrouge_contracts.stock import (
    AdjustmentDirection,
    AdjustmentFailed,
    AdjustmentRefused,
    DeviceAdjusted,
    StockAdjusted,
    StockAdjustmentRecorded,
    StockCounted,
    StockCountRecorded,
    StockCounts,
    StockDifferenceUnexplained,
    StockMoved,
    StockRefusal,
    StockRefused,
)
from msgspec.structs import asdict, replace

from delivery_confirmations.deadlines import after_grace
from delivery_confirmations.device_state import ON_THE_SHELF, Counts, LastCount, Stock, stock_after

WAITING_AT_MOST = 10
ADJUST_WITHIN_SECONDS = 7 * DAY_SECONDS


def take_move(stock: Stock, event: DeviceMoved, context: Context) -> Iterator[Event]:
    """The device is counted elsewhere; what was said of the stock before its first waited for it."""
    adjusted = event.said_type == DeviceAdjusted.event_type
    unexplained, adjust_by = _still_unexplained(stock.last_count, event, adjusted, context)
    moved = StockMoved(
        item=event.item,
        uai=event.uai,
        imei=event.imei,
        moved_from=event.moved_from,
        moved_to=event.moved_to,
        moved_at=event.moved_at,
        counts=StockCounts(**asdict(_counts_after(stock.counts, event))),
        adjusted=adjusted,
        unexplained=unexplained,
        adjust_by=adjust_by,
    )
    yield moved
    if stock.waiting:
        stock = stock_after(stock, moved)
        counts = waiting_of(stock.waiting, StockCounted)
        yield from in_turn(stock, counts, lambda at, said: _count(at, said, context), stock_after)


def take_count(stock: Stock, event: StockCounted, context: Context) -> Iterator[Event]:
    """Somebody has counted; a stock that no device has come to yet waits for its first."""
    if waits(stock.waiting, StockCounted, event.counted_at.isoformat()):
        yield _refused(event, StockRefusal.ALREADY_WAITING)
    elif stock.counts != Counts():
        yield from _count(stock, event, context)
    elif len(stock.waiting) >= WAITING_AT_MOST:
        yield _refused(event, StockRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.counted_at.isoformat())


def take_adjustment(stock: Stock, event: StockAdjusted, context: Context) -> Iterator[Event]:
    """Somebody explains a difference; before the count, the explanation waits."""
    if waits(stock.waiting, StockAdjusted, event.adjusted_at.isoformat()):
        yield _refused(event, StockRefusal.ALREADY_WAITING)
    elif stock.last_count is not None:
        yield from _adjust(stock, event)
    elif len(stock.waiting) >= WAITING_AT_MOST:
        yield _refused(event, StockRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.adjusted_at.isoformat())


def note_failure(stock: Stock, event: AdjustmentRefused, context: Context) -> Iterator[Event]:
    """A device cannot explain the difference; another one may."""
    if stock.last_count is None or not stock.last_count.asked:
        raise Contradiction(f"{event.imei} answers {context.key}, which did not ask it")
    yield AdjustmentFailed(item=event.item, uai=event.uai, imei=event.imei, reason=event.reason)


def wake(stock: Stock, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is refused; a difference that nobody explained in time is named."""
    for event in overdue(stock, context.now):
        assert isinstance(event, StockCounted | StockAdjusted)  # nothing else waits here
        is_count = isinstance(event, StockCounted)
        yield _refused(event, StockRefusal.UNKNOWN_STOCK if is_count else StockRefusal.NOT_COUNTED)
    last = stock.last_count
    if last is not None and last.adjust_by is not None and last.adjust_by <= context.now:
        item, uai = context.name.split("/")
        yield StockDifferenceUnexplained(
            item=item,
            uai=uai,
            difference=last.unexplained,
            counted_at=last.counted_at,
            counted_by=last.counted_by,
            adjust_by=last.adjust_by,
        )


# --- moves ---------------------------------------------------------------------------------------


def _counts_after(counts: Counts, event: DeviceMoved) -> Counts:
    """Both sides of the equation, one device further."""
    changes = {event.moved_to.value: getattr(counts, event.moved_to) + 1}
    if event.moved_from is None:
        changes["swapped_in"] = counts.swapped_in + 1
    elif event.moved_from is DeviceState.RECEIVED:
        changes["accepted"] = counts.accepted + 1
    else:
        changes[event.moved_from.value] = getattr(counts, event.moved_from) - 1
    if min(changes.values()) < 0:
        raise Contradiction(f"{event.imei} leaves {event.moved_from}, where no device is")
    return replace(counts, **changes)


def _still_unexplained(
    last: LastCount | None, event: DeviceMoved, adjusted: bool, context: Context
) -> tuple[int, datetime | None]:
    """A move from before the count, or an adjustment of it, changes what should have been there."""
    if last is None:
        return 0, None
    came = (event.moved_to in ON_THE_SHELF) - (event.moved_from in ON_THE_SHELF)
    if not came or (event.moved_at > last.counted_at and not adjusted):
        return last.unexplained, last.adjust_by
    unexplained = last.unexplained - came
    return unexplained, _deadline(last, unexplained, context)


# --- counts --------------------------------------------------------------------------------------


def _count(stock: Stock, said: StockCounted, context: Context) -> Iterator[Event]:
    if reason := _count_obstacle(stock, said):
        yield _refused(said, reason)
        return
    expected = stock.counts.in_stock + stock.counts.prepared
    difference = said.counted - expected
    recorded = StockCountRecorded(
        item=said.item,
        uai=said.uai,
        expected=expected,
        counted=said.counted,
        difference=difference,
        counted_at=said.counted_at,
        counted_by=said.counted_by,
        adjust_by=_deadline(stock.last_count, difference, context),
    )
    yield recorded
    if stock.waiting:
        stock = stock_after(stock, recorded)
        yield from in_turn(stock, waiting_of(stock.waiting, StockAdjusted), _adjust, stock_after)


def _count_obstacle(stock: Stock, said: StockCounted) -> StockRefusal | None:
    if stock.last_count is not None and said.counted_at <= stock.last_count.counted_at:
        return StockRefusal.DATES_OUT_OF_ORDER
    if stock.shelf_moved_at is not None and said.counted_at < stock.shelf_moved_at:
        return StockRefusal.MOVED_SINCE
    return None


# --- adjustments ---------------------------------------------------------------------------------


def _adjust(stock: Stock, said: StockAdjusted) -> Iterator[Event]:
    assert stock.last_count is not None  # whoever calls has looked
    if reason := _adjustment_obstacle(stock.last_count, said):
        yield _refused(said, reason)
        return
    yield StockAdjustmentRecorded(**dict(said))
    for imei in said.imeis:
        yield DeviceAdjusted(
            imei=imei,
            item=said.item,
            uai=said.uai,
            direction=said.direction,
            adjusted_at=said.adjusted_at,
            adjusted_by=said.adjusted_by,
        )


def _adjustment_obstacle(last: LastCount, said: StockAdjusted) -> StockRefusal | None:
    found = said.direction is AdjustmentDirection.FOUND
    to_explain = last.unexplained if found else -last.unexplained
    if to_explain <= 0:
        return StockRefusal.NOTHING_TO_EXPLAIN
    if len(said.imeis) > to_explain - last.asked:
        return StockRefusal.MORE_THAN_THE_DIFFERENCE
    if said.adjusted_by == last.counted_by:
        return StockRefusal.SAME_PERSON
    if said.adjusted_at < last.counted_at:
        return StockRefusal.DATES_OUT_OF_ORDER
    return None


def _refused(said: StockCounted | StockAdjusted, reason: StockRefusal) -> StockRefused:
    happened_at = said.counted_at if isinstance(said, StockCounted) else said.adjusted_at
    return StockRefused(
        item=said.item,
        uai=said.uai,
        said_type=said.event_type,
        happened_at=happened_at,
        reason=reason,
    )


def _deadline(last: LastCount | None, unexplained: int, context: Context) -> datetime | None:
    """The one that there is stays: counting again wins no time."""
    if not unexplained:
        return None
    if last is not None and last.adjust_by is not None:
        return last.adjust_by
    until = later(context, "adjust_within_seconds", ADJUST_WITHIN_SECONDS)
    return after_grace(context, until)
