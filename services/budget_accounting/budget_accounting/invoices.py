"""Decides what becomes of an invoice: recorded, matched line by line, liquidated, or disputed."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, later, waits
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import (
    InvoiceDispute,
    InvoiceDisputed,
    InvoiceLine,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
    MatchedLine,
)
from filrouge_contracts.ledger import Account

from budget_accounting import books
from budget_accounting.agreement import disagreement
from budget_accounting.amounts import liquidation, share_cents
from budget_accounting.cash import ask_cash
from budget_accounting.engagement_evolutions import after
from budget_accounting.engagement_state import Engagement

WAITING_AT_MOST = 50
INVOICE_GRACE_SECONDS = 30 * DAY_SECONDS
"""Longer than the 15 days in which silence admits the goods that an invoice is compared with."""


def take_invoice(order: Engagement, event: InvoiceSubmitted, context: Context) -> Iterator[Event]:
    """An invoice is recorded, to be matched as soon as there is enough service fait for it."""
    if reason := _obstacle(order, event):
        yield disputed(event, reason, context)
        return
    yield InvoiceRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        submitted=event,
        due_at=later(context, "invoice_grace_seconds", INVOICE_GRACE_SECONDS),
    )


def match(order: Engagement, event: InvoiceSubmitted, context: Context) -> Iterator[Event]:
    """Liquidation, when each delivery note of the invoice is certified; until then it waits."""
    if not order.budget_line:
        return
    if reason := disagreement(order, event):
        yield disputed(event, reason, context)
        return
    if any(line.delivery_note not in order.notes for line in event.lines):
        return
    matched = _matched(order, event, context)
    if _costs_too_much(after(order, matched)):
        yield disputed(event, InvoiceDispute.WRONG_AMOUNT, context)
        return
    yield matched
    if matched.payable_cents:
        yield ask_cash(order, event.invoice, matched.payable_cents, context)


def disputed(
    invoice: InvoiceSubmitted, reason: InvoiceDispute, context: Context
) -> InvoiceDisputed:
    return InvoiceDisputed(
        engagement=invoice.engagement,
        invoice=invoice.invoice,
        reason=reason,
        invoiced_cents=invoice.amount_cents,
        disputed_at=context.now,
    )


def _obstacle(order: Engagement, invoice: InvoiceSubmitted) -> InvoiceDispute | None:
    """Why an invoice is not even recorded."""
    if waits(order.waiting, InvoiceSubmitted, invoice.invoice) or order.uses(invoice.invoice):
        return InvoiceDispute.ALREADY_SUBMITTED
    if order.budget_line and (reason := disagreement(order, invoice)):
        return reason
    return InvoiceDispute.TOO_MANY_WAITING if len(order.waiting) >= WAITING_AT_MOST else None


def _matched(order: Engagement, invoice: InvoiceSubmitted, context: Context) -> InvoiceMatched:
    lines = tuple(_matched_line(order, line) for line in invoice.lines)
    received_cents = sum(_received_cents(order, line) for line in invoice.lines)
    owed = liquidation(
        invoiced_cents=invoice.amount_cents,
        reduction_cents=sum(line.reduction_cents for line in lines),
        penalties_cents=order.balance_cents(Account.PENALTIES_DUE),
        advances_cents=order.recoverable_cents,
    )
    return InvoiceMatched(
        engagement=invoice.engagement,
        invoice=invoice.invoice,
        budget_line=order.budget_line,
        lines=lines,
        quantity=invoice.quantity,
        amount_cents=invoice.amount_cents,
        **owed._asdict(),
        matched_at=context.now,
        postings=books.liquidated(
            received_cents,
            invoice.amount_cents - owed.reduction_cents,
            owed.penalty_cents,
            owed.recovered_cents,
        ),
    )


def _matched_line(order: Engagement, line: InvoiceLine) -> MatchedLine:
    note = order.notes[line.delivery_note]
    return MatchedLine(
        delivery_note=line.delivery_note,
        quantity=line.quantity,
        imeis=line.imeis,
        reduction_cents=share_cents(
            note.reduction_cents, note.invoiced, line.quantity, note.quantity
        ),
    )


def _received_cents(order: Engagement, line: InvoiceLine) -> int:
    """What was booked as received for these pieces."""
    note = order.notes[line.delivery_note]
    return share_cents(note.amount_cents, note.invoiced, line.quantity, note.quantity)


def _costs_too_much(matched: Engagement) -> bool:
    """Rounded up too often, the invoices cost more than the pieces do, or than is still engaged."""
    return (
        matched.invoiced_cents > matched.worth_cents(matched.invoiced_quantity)
        or matched.liquidated_cents > matched.committed_cents
    )
