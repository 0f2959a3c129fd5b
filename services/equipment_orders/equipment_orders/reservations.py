"""How needs and agreements answer alike: what waits, what is refused, what is free again."""

from __future__ import annotations

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import hold
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationRefusal,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders.targets import Agreement, Need

WAITING_AT_MOST = 1_000


def refused(request: ReservationRequested, reason: ReservationRefusal) -> ReservationRefused:
    return ReservationRefused(target=request.target, order=request.order, reason=reason)


def wait_for(target: Agreement | Need, request: ReservationRequested, context: Context) -> Event:
    """An order may ask before the need is declared or the agreement registered."""
    if len(target.waiting) >= WAITING_AT_MOST:
        return refused(request, ReservationRefusal.TOO_MANY_WAITING)
    return hold(context, request, request.order, request.answer_by)


def released(event: ReservationReleaseRequested) -> ReservationReleased:
    return ReservationReleased(
        target=event.target,
        order=event.order,
        item=event.item,
        quantity=event.quantity,
        amount_cents=event.amount_cents,
    )
