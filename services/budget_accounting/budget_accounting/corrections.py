"""Decides on penalties, credit notes and repayments: each correction is an entry of its own."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_contracts.correction import (
    Correction,
    CorrectionRefusal,
    CorrectionRefused,
    CreditNoteRecorded,
    CreditNoteSubmitted,
    PenaltyDecided,
    PenaltyRecorded,
    RepaymentCause,
    RepaymentDue,
    RepaymentOrdered,
    RepaymentReceived,
    RepaymentRecorded,
)
from filrouge_contracts.event import Event

from budget_accounting import books
from budget_accounting.cash import give_back_cash
from budget_accounting.engagement_state import Engagement, Payable, Repayment, Step

NOT_ORDERED = (Step.ASKED, Step.DEFERRED, Step.REJECTED)


def decide_penalty(order: Engagement, event: PenaltyDecided, context: Context) -> Iterator[Event]:
    """A claim on the supplier, withheld from the next invoices."""
    if not order.budget_line:
        return
    if reason := _penalty_obstacle(order, event):
        yield refused(context, Correction.PENALTY, event.penalty, reason)
        return
    yield PenaltyRecorded(**dict(event), postings=books.penalty_decided(event.amount_cents))


def take_credit_note(
    order: Engagement, event: CreditNoteSubmitted, context: Context
) -> Iterator[Event]:
    """Lowers what is to be paid; what is paid already is due back. An order to pay is let through."""
    payable = order.payables.get(event.invoice)
    if payable is None or payable.step is Step.ORDERED:
        return
    lowered_cents = 0
    if payable.step in NOT_ORDERED:
        lowered_cents = min(event.amount_cents, payable.amount_cents)
    due_cents = event.amount_cents - lowered_cents
    if reason := _credit_obstacle(order, payable, event, due_cents):
        yield refused(context, Correction.CREDIT_NOTE, event.credit_note, reason)
        return
    yield CreditNoteRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        credit_note=event.credit_note,
        amount_cents=event.amount_cents,
        lowered_cents=lowered_cents,
        recorded_at=context.now,
        postings=books.credited(lowered_cents),
    )
    left_cents = payable.amount_cents - lowered_cents
    if payable.cash_cents > left_cents:
        not_needed_cents = payable.cash_cents - left_cents
        yield give_back_cash(order, event.invoice, not_needed_cents, context)
    if due_cents:
        cause = RepaymentCause.CREDIT_NOTE
        yield repayment_due(order, event.credit_note, due_cents, cause, context)


def order_repayment(
    order: Engagement, event: RepaymentOrdered, context: Context
) -> Iterator[Event]:
    """Ordre de reversement: of what was paid on invoices, and is not asked back already."""
    if not order.budget_line:
        return
    if reason := _repayment_obstacle(order, event):
        yield refused(context, Correction.REPAYMENT_ORDER, event.repayment, reason)
        return
    yield repayment_due(
        order,
        event.repayment,
        event.amount_cents,
        RepaymentCause.ORDERED,
        context,
        ordered_by=event.ordered_by,
    )


def take_repayment(
    order: Engagement, event: RepaymentReceived, context: Context
) -> Iterator[Event]:
    """Money that is back is booked against its claim, and its cash goes back to the line."""
    repayment = order.repayments.get(event.repayment)
    if repayment is None:
        return
    if reason := _receipt_obstacle(order, repayment, event):
        yield refused(context, Correction.REPAYMENT_RECEIPT, event.receipt, reason)
        return
    yield RepaymentRecorded(
        engagement=event.engagement,
        repayment=event.repayment,
        receipt=event.receipt,
        budget_line=order.budget_line,
        amount_cents=event.amount_cents,
        cause=repayment.cause,
        received_at=event.received_at,
        received_by=event.received_by,
        postings=books.repaid(event.amount_cents),
    )
    yield give_back_cash(order, event.repayment, event.amount_cents, context)


def repayment_due(
    order: Engagement,
    name: str,
    cents: int,
    cause: RepaymentCause,
    context: Context,
    ordered_by: str | None = None,
) -> RepaymentDue:
    """A claim on the supplier, whatever it comes from."""
    return RepaymentDue(
        engagement=context.key,
        repayment=name,
        budget_line=order.budget_line,
        supplier=order.supplier,
        amount_cents=cents,
        cause=cause,
        due_at=context.now,
        ordered_by=ordered_by,
        postings=books.repayment_due(cause, cents),
    )


def refused(
    context: Context, correction: Correction, reference: str, reason: CorrectionRefusal
) -> CorrectionRefused:
    return CorrectionRefused(
        engagement=context.key, correction=correction, reference=reference, reason=reason
    )


def _penalty_obstacle(order: Engagement, event: PenaltyDecided) -> CorrectionRefusal | None:
    if order.uses(event.penalty):
        return CorrectionRefusal.ALREADY_USED
    if event.decided_by in order.payers:
        return CorrectionRefusal.SAME_PERSON
    if order.penalties_cents + event.amount_cents > order.engaged_cents:
        return CorrectionRefusal.MORE_THAN_ENGAGED
    return None


def _credit_obstacle(
    order: Engagement, payable: Payable, event: CreditNoteSubmitted, due_cents: int
) -> CorrectionRefusal | None:
    if event.supplier != order.supplier:
        return CorrectionRefusal.OTHER_SUPPLIER
    if order.uses(event.credit_note):
        return CorrectionRefusal.ALREADY_USED
    if event.amount_cents > payable.liquidated_cents:
        return CorrectionRefusal.MORE_THAN_INVOICED
    if due_cents > order.claimable_cents:
        return CorrectionRefusal.MORE_THAN_PAID
    return None


def _repayment_obstacle(order: Engagement, event: RepaymentOrdered) -> CorrectionRefusal | None:
    if order.uses(event.repayment):
        return CorrectionRefusal.ALREADY_USED
    if event.ordered_by in order.payers:
        return CorrectionRefusal.SAME_PERSON
    if event.amount_cents > order.claimable_cents:
        return CorrectionRefusal.MORE_THAN_PAID
    return None


def _receipt_obstacle(
    order: Engagement, repayment: Repayment, event: RepaymentReceived
) -> CorrectionRefusal | None:
    if order.uses(event.receipt):
        return CorrectionRefusal.ALREADY_USED
    if event.received_by in order.approvers:
        return CorrectionRefusal.SAME_PERSON
    if event.amount_cents > repayment.due_cents:
        return CorrectionRefusal.MORE_THAN_DUE
    return None
