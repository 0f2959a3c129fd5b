"""How needs and agreements answer alike: what waits, what is refused, what is free again."""

from __future__ import annotations

from filrouge_chassis.decider import Context, kind_of
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
"""For a declaration or registration, unless `need_waiting_at_most` or `agreement_waiting_at_most` says else."""


def refused(request: ReservationRequested, reason: ReservationRefusal) -> ReservationRefused:
    return ReservationRefused(target=request.target, order=request.order, reason=reason)


def is_full(target: Agreement | Need, context: Context) -> bool:
    """Whether so much waits for it that no more may."""
    limit = context.parameter(f"{kind_of(context.key)}_waiting_at_most", WAITING_AT_MOST)
    return len(target.waiting) >= limit


def wait_for(target: Agreement | Need, request: ReservationRequested, context: Context) -> Event:
    """An order may ask before the need is declared or the agreement registered."""
    if is_full(target, context):
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
