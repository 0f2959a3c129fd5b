"""What lies between an order as it is and as it shall be: what is asked for, said, and given back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import grace_ends
from filrouge_contracts.amendment import (
    AmendmentOpened,
    Asked,
    OrderAmended,
    OrderCancelled,
)
from filrouge_contracts.budget import CommitmentReleaseRequested, CommitmentRequested
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Growth,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders.state import Cancellation, Change, Deal, Order


def reservations(order: Order, opened: AmendmentOpened, context: Context) -> Iterator[Event]:
    deal = _deal(order)
    for target in (f"need:{order.need}", f"agreement:{order.agreement}"):
        yield ReservationRequested(
            target=target,
            order=opened.order,
            item=order.item,
            quantity=opened.quantity - order.quantity,
            grows=Growth(
                ordered_quantity=order.quantity,
                unit_price_excl_vat_cents=deal.unit_price_excl_vat_cents,
                vat_rate_bp=deal.vat_rate_bp,
            ),
            requested_at=opened.requested_at,
            answer_by=grace_ends(context),
        )


def commitment(order: Order, change: Change, context: Context) -> CommitmentRequested:
    return CommitmentRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        supplier=_deal(order).supplier,
        amount_cents=_difference_cents(order, change.quantity),
        requested_at=change.requested_at,
        ordered_by=change.requested_by,
        answer_by=grace_ends(context),
        adjusts=True,
    )


def amended(
    order: Order, change: Change, context: Context, committed_at: datetime | None = None
) -> OrderAmended:
    return OrderAmended(
        order=context.name,
        need=order.need,
        agreement=order.agreement,
        budget_line=order.budget_line,
        quantity=change.quantity,
        amount_cents=_deal(order).total_cents(change.quantity),
        amended_at=_latest(context.now, change.requested_at, order.bound_at, committed_at),
        amended_by=change.requested_by,
    )


def cancelled(
    order: Order, cancellation: Cancellation, quantity: int, context: Context
) -> OrderCancelled:
    return OrderCancelled(
        order=context.name,
        need=order.need,
        agreement=order.agreement,
        budget_line=order.budget_line,
        quantity=quantity,
        amount_cents=_deal(order).total_cents(quantity),
        reason=cancellation.reason,
        cancelled_at=_latest(context.now, cancellation.cancelled_at, order.bound_at),
        cancelled_by=cancellation.cancelled_by,
    )


def given_back(order: Order, asked: Asked, quantity: int, context: Context) -> Event:
    """What lies between the order as it is and this quantity."""
    amount_cents = _difference_cents(order, quantity)
    if asked is Asked.LINE:
        return CommitmentReleaseRequested(
            budget_line=order.budget_line, engagement=context.key, amount_cents=amount_cents
        )
    of_need = asked is Asked.NEED
    return ReservationReleaseRequested(
        target=f"need:{order.need}" if of_need else f"agreement:{order.agreement}",
        order=context.name,
        item=order.item,
        quantity=abs(order.quantity - quantity),
        amount_cents=0 if of_need else amount_cents,
    )


def _latest(*moments: datetime | None) -> datetime:
    """Others' clocks may be ahead: what follows from theirs is not dated before it."""
    return max(moment for moment in moments if moment is not None)


def _difference_cents(order: Order, quantity: int) -> int:
    """Between the totals of the line, on each of which VAT is rounded once."""
    deal = _deal(order)
    return abs(deal.total_cents(quantity) - deal.total_cents(order.quantity))


def _deal(order: Order) -> Deal:
    assert order.deal is not None  # an order that binds has one
    return order.deal
