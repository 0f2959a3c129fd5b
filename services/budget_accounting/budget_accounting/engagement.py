"""Decides how what the State engages itself to begins and changes: orders and programmes alike."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction
from filrouge_contracts.amendment import OrderAmended, OrderCancelled
from filrouge_contracts.engagement import EngagementAdjusted, EngagementRecorded
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.programme import MINUTES_AN_HOUR, ProgrammeClosed, ProgrammeFunded

from budget_accounting.engagement_state import Engagement


def engage_order(order: Engagement, event: OrderPlaced, context: Context) -> Iterator[Event]:
    """A placed order opens its engagement."""
    _not_engaged(order, context)
    yield EngagementRecorded(
        engagement=context.key,
        budget_line=event.budget_line,
        supplier=event.supplier,
        iban=event.iban,
        quantity=event.quantity,
        unit_price_excl_vat_cents=event.unit_price_excl_vat_cents,
        vat_rate_bp=event.vat_rate_bp,
        amount_cents=event.amount_cents,
        ordered_by=event.ordered_by,
        committed_at=event.committed_at,
        placed_at=event.placed_at,
    )


def engage_programme(
    programme: Engagement, event: ProgrammeFunded, context: Context
) -> Iterator[Event]:
    """A funded programme opens its engagement: hours at a rate, without VAT."""
    _not_engaged(programme, context)
    yield EngagementRecorded(
        engagement=context.key,
        budget_line=event.budget_line,
        supplier=event.association,
        iban=event.iban,
        quantity=event.funded_hours,
        unit_price_excl_vat_cents=event.hourly_rate_cents,
        vat_rate_bp=0,
        amount_cents=event.amount_cents,
        ordered_by=event.registered_by,
        committed_at=event.committed_at,
        placed_at=event.funded_at,
    )


def amend(order: Engagement, event: OrderAmended, context: Context) -> Iterator[Event]:
    """Avenant: the order binds for more or fewer pieces."""
    yield from _adjust(
        order,
        EngagementAdjusted(
            engagement=context.key,
            budget_line=event.budget_line,
            quantity=event.quantity,
            amount_cents=event.amount_cents,
            adjusted_at=event.amended_at,
            adjusted_by=event.amended_by,
        ),
    )


def cancel(order: Engagement, event: OrderCancelled, context: Context) -> Iterator[Event]:
    """Résiliation: the order ends with what is under way."""
    yield from _adjust(
        order,
        EngagementAdjusted(
            engagement=context.key,
            budget_line=event.budget_line,
            quantity=event.quantity,
            amount_cents=event.amount_cents,
            adjusted_at=event.cancelled_at,
            adjusted_by=event.cancelled_by,
        ),
    )


def close_programme(
    programme: Engagement, event: ProgrammeClosed, context: Context
) -> Iterator[Event]:
    """The programme ends with the hours that are certified; an hour that is not whole is not proven."""
    unproven_hours = -(-event.unproven_minutes // MINUTES_AN_HOUR)
    yield from _adjust(
        programme,
        EngagementAdjusted(
            engagement=context.key,
            budget_line=event.budget_line,
            quantity=event.hours,
            amount_cents=event.amount_cents,
            unproven_cents=programme.worth_cents(unproven_hours),
            adjusted_at=event.closed_at,
        ),
    )


def _not_engaged(order: Engagement, context: Context) -> None:
    if order.budget_line:
        raise Contradiction(f"{context.key} is engaged a second time")


def _adjust(order: Engagement, event: EngagementAdjusted) -> Iterator[Event]:
    """Who says it keeps the order of its words, and asks the delivery first: it can be done."""
    if order.budget_line != event.budget_line or event.quantity < order.certified_quantity:
        raise Contradiction(
            f"{event.engagement} shall be {event.quantity} pieces on {event.budget_line}:"
            f" {order.certified_quantity} are certified on {order.budget_line or 'no line'}"
        )
    yield event
