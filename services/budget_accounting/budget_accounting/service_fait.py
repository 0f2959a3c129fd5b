"""Decides how certified goods and hours become charges, and how that is taken back.

A rule that says nothing cannot decide yet: what it was told waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from filrouge_chassis.decider import Context, Contradiction
from filrouge_chassis.waiting import waits
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.engagement import ServiceRecorded
from filrouge_contracts.event import Event
from filrouge_contracts.programme import HoursCertified

from budget_accounting import books
from budget_accounting.engagement_state import Engagement


def record_service(order: Engagement, event: ServiceCertified, context: Context) -> Iterator[Event]:
    """A delivery note that the buyer, or silence, has admitted."""
    yield from _record(
        order,
        context,
        note=event.delivery_note,
        quantity=event.quantity,
        imeis=event.imeis,
        reduction_cents=event.reduction_cents,
        certified_at=event.certified_at,
        certified_by=event.certified_by,
    )


def record_hours(programme: Engagement, event: HoursCertified, context: Context) -> Iterator[Event]:
    """A certificate of tutoring hours that the State has approved."""
    yield from _record(
        programme,
        context,
        note=event.certificate,
        quantity=event.hours,
        imeis=(),
        reduction_cents=0,
        certified_at=event.certified_at,
        certified_by=event.certified_by,
    )


def withdraw(
    order: Engagement, event: ServiceWithdrawalRequested, _context: Context
) -> Iterator[Event]:
    """An admission by silence is undone as long as nothing of it is invoiced."""
    if not order.budget_line or waits(order.waiting, ServiceCertified, event.delivery_note):
        return
    note = order.notes.get(event.delivery_note)
    if note is None:
        raise Contradiction(f"{event.order}: {event.delivery_note} is withdrawn, never certified")
    if note.invoiced:
        yield ServiceWithdrawalRefused(order=event.order, delivery_note=event.delivery_note)
        return
    yield ServiceWithdrawn(
        order=event.order,
        delivery_note=event.delivery_note,
        quantity=note.quantity,
        amount_cents=note.amount_cents,
        postings=books.service_withdrawn(note.amount_cents),
    )


def _record(
    order: Engagement,
    context: Context,
    *,
    note: str,
    quantity: int,
    imeis: tuple[str, ...],
    reduction_cents: int,
    certified_at: datetime,
    certified_by: str | None,
) -> Iterator[Event]:
    """Waits for its order, and for the amendment that the delivery may have heard of before."""
    if note in order.notes:
        raise Contradiction(f"{context.key}: {note} is certified a second time")
    certified = order.certified_quantity + quantity
    if not order.budget_line or certified > order.quantity:
        return
    worth_cents = order.worth_cents(certified) - order.certified_cents
    reduction_cents = min(reduction_cents, worth_cents)
    yield ServiceRecorded(
        engagement=context.key,
        delivery_note=note,
        quantity=quantity,
        imeis=imeis,
        amount_cents=worth_cents - reduction_cents,
        reduction_cents=reduction_cents,
        certified_at=certified_at,
        certified_by=certified_by,
        postings=books.service_done(worth_cents - reduction_cents),
    )
