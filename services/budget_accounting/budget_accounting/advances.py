"""Decides on advances: a part of the engagement, before any invoice, recovered from the next ones."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_contracts.advance import (
    AdvanceLapsed,
    AdvanceRecorded,
    AdvanceRefusal,
    AdvanceRefused,
    AdvanceRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.payment import Purpose

from budget_accounting import books
from budget_accounting.amounts import allowed_advance_cents
from budget_accounting.cash import ask_cash
from budget_accounting.engagement_state import Engagement, Payable

ADVANCE_BP = 3_000


def take_advance(order: Engagement, event: AdvanceRequested, context: Context) -> Iterator[Event]:
    """What is asked for before any invoice, up to a part of the engagement."""
    if not order.budget_line:
        return
    if reason := _obstacle(order, event, context):
        yield advance_refused(event, reason)
        return
    yield AdvanceRecorded(
        engagement=event.engagement,
        advance=event.advance,
        budget_line=order.budget_line,
        amount_cents=event.amount_cents,
        recorded_at=context.now,
        postings=books.advance_owed(event.amount_cents),
    )
    yield ask_cash(order, event.advance, event.amount_cents, context)


def lapses(order: Engagement, payable: Payable, context: Context) -> bool:
    """Not ordered to be paid in time: an invoice came before, or the order has become too small."""
    if payable.purpose is not Purpose.ADVANCE or payable.attempt:
        return False
    return bool(order.invoiced_quantity) or _advanced_cents(order) > _allowed(order, context)


def lapsed(order: Engagement, name: str, context: Context) -> AdvanceLapsed:
    cents = order.payables[name].amount_cents
    return AdvanceLapsed(
        engagement=context.key,
        advance=name,
        amount_cents=cents,
        lapsed_at=context.now,
        postings=books.advance_lapsed(cents),
    )


def advance_refused(event: AdvanceRequested, reason: AdvanceRefusal) -> AdvanceRefused:
    return AdvanceRefused(
        engagement=event.engagement,
        advance=event.advance,
        amount_cents=event.amount_cents,
        reason=reason,
    )


def _obstacle(
    order: Engagement, event: AdvanceRequested, context: Context
) -> AdvanceRefusal | None:
    if event.supplier != order.supplier:
        return AdvanceRefusal.OTHER_SUPPLIER
    if event.iban != order.iban:
        return AdvanceRefusal.OTHER_ACCOUNT
    if order.uses(event.advance):
        return AdvanceRefusal.ALREADY_USED
    waiting = any(kept.type == InvoiceSubmitted.event_type for kept in order.waiting)
    if waiting or order.invoiced_quantity:
        return AdvanceRefusal.AFTER_INVOICE
    if _advanced_cents(order) + event.amount_cents > _allowed(order, context):
        return AdvanceRefusal.MORE_THAN_ALLOWED
    return None


def _advanced_cents(order: Engagement) -> int:
    payables = order.payables.values()
    return sum(p.amount_cents for p in payables if p.purpose is Purpose.ADVANCE)


def _allowed(order: Engagement, context: Context) -> int:
    return allowed_advance_cents(order.engaged_cents, context.parameter("advance_bp", ADVANCE_BP))
