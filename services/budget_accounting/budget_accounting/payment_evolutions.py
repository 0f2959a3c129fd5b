"""How cash, payments and corrections change an engagement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filrouge_chassis.decider import Evolution, unchanged
from filrouge_chassis.waiting import let_go
from filrouge_contracts.cash import CashRequested, CashReturnRequested
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
from filrouge_contracts.payment import (
    LateInterestRecorded,
    PaymentDeferred,
    PaymentMade,
    PaymentOrdered,
    PaymentOverdue,
    PaymentRecorded,
    PaymentRefusal,
    PaymentRefused,
    PaymentRejected,
    PaymentRejectionReason,
    PaymentRejectionRecorded,
    PaymentResubmissionRecorded,
    PaymentResubmitted,
    Purpose,
)
from msgspec.structs import replace

from budget_accounting.engagement_state import (
    Engagement,
    Repayment,
    Step,
    once,
    with_payable,
)

STARTS_ANEW = {PaymentRejectionReason.ACCOUNT_CLOSED, PaymentRejectionReason.WRONG_CREDITOR}
"""Rejected because of what the creditor said: the time to pay begins again."""
CORRECTED_BY: Mapping[Correction, type[Event]] = {
    Correction.PENALTY: PenaltyDecided,
    Correction.CREDIT_NOTE: CreditNoteSubmitted,
    Correction.PAYMENT_REJECTION: PaymentRejected,
    Correction.PAYMENT_RESUBMISSION: PaymentResubmitted,
    Correction.REPAYMENT_ORDER: RepaymentOrdered,
    Correction.REPAYMENT_RECEIPT: RepaymentReceived,
}


def transfer(event: PaymentMade | PaymentRecorded | PaymentRefused) -> str:
    """Name of a payment: the accountant may pay several invoices by one transfer."""
    return f"{event.invoice}/{event.payment}"


# --- cash and payment ----------------------------------------------------------------------------


def _cash_requested(order: Engagement, event: CashRequested) -> Engagement:
    return with_payable(order, event.invoice, step=Step.ASKED, due_at=None)


def _cash_returned(order: Engagement, event: CashReturnRequested) -> Engagement:
    payable = order.payables.get(event.invoice)
    if payable is None or not payable.cash_cents:
        return order  # what a repayment brings back, or more than was needed
    left_cents = payable.cash_cents - event.amount_cents
    due_at = payable.due_at if left_cents else None
    return with_payable(order, event.invoice, cash_cents=left_cents, due_at=due_at)


def _deferred(order: Engagement, event: PaymentDeferred) -> Engagement:
    return with_payable(order, event.invoice, step=Step.DEFERRED, due_at=event.due_at)


def _payment_ordered(order: Engagement, event: PaymentOrdered) -> Engagement:
    return with_payable(
        order,
        event.invoice,
        step=Step.ORDERED,
        attempt=event.attempt,
        cash_cents=event.amount_cents,
        ordered_at=event.ordered_at,
        pay_by=event.pay_by,
        due_at=event.overdue_at,
    )


def _overdue(order: Engagement, event: PaymentOverdue) -> Engagement:
    return with_payable(order, event.invoice, due_at=None)


def moved(order: Engagement, purpose: Purpose, cents: int) -> Engagement:
    """More is paid, or less after all."""
    advances_cents = cents if purpose is Purpose.ADVANCE else 0
    return replace(
        order,
        paid_cents=order.paid_cents + cents,
        advances_paid_cents=order.advances_paid_cents + advances_cents,
    )


def _paid(order: Engagement, event: PaymentRecorded) -> Engagement:
    order = let_go(order, PaymentMade, transfer(event))
    order = moved(order, event.purpose, event.amount_cents)
    order = replace(order, payers=once(order.payers, event.paid_by))
    payments = (*order.payables[event.invoice].payments, event.payment)
    return with_payable(
        order, event.invoice, step=Step.PAID, cash_cents=0, payments=payments, due_at=None
    )


def _payment_refused(order: Engagement, event: PaymentRefused) -> Engagement:
    if event.reason is PaymentRefusal.ALREADY_ANNOUNCED:
        return order  # the payment of that name that was announced first still waits
    return let_go(order, PaymentMade, transfer(event))


def _rejected(order: Engagement, event: PaymentRejectionRecorded) -> Engagement:
    order = let_go(order, PaymentRejected, event.invoice)
    if event.payment is not None:
        order = moved(order, event.purpose, -event.amount_cents)
    order = replace(order, payers=once(order.payers, event.rejected_by))
    pay_by = None if event.reason in STARTS_ANEW else order.payables[event.invoice].pay_by
    return with_payable(
        order,
        event.invoice,
        step=Step.REJECTED,
        cash_cents=event.amount_cents,
        pay_by=pay_by,
        due_at=event.return_cash_at,
    )


def _resubmitted(order: Engagement, event: PaymentResubmissionRecorded) -> Engagement:
    order = let_go(order, PaymentResubmitted, event.invoice)
    return replace(order, approvers=once(order.approvers, event.resubmitted_by))


# --- corrections ---------------------------------------------------------------------------------


def _penalty_recorded(order: Engagement, event: PenaltyRecorded) -> Engagement:
    order = let_go(order, PenaltyDecided, event.penalty)
    return replace(
        order,
        papers=once(order.papers, event.penalty),
        approvers=once(order.approvers, event.decided_by),
        penalties_cents=order.penalties_cents + event.amount_cents,
    )


def _credited(order: Engagement, event: CreditNoteRecorded) -> Engagement:
    order = let_go(order, CreditNoteSubmitted, event.credit_note)
    payable = order.payables[event.invoice]
    left_cents = payable.amount_cents - event.lowered_cents
    changes: dict[str, Any] = {"liquidated_cents": payable.liquidated_cents - event.amount_cents}
    if event.lowered_cents:
        changes["amount_cents"] = left_cents
    if event.lowered_cents and not left_cents:
        changes |= {"step": Step.CLOSED, "due_at": None}
    order = replace(
        order,
        papers=once(order.papers, event.credit_note),
        liquidated_cents=order.liquidated_cents - event.lowered_cents,
    )
    return with_payable(order, event.invoice, **changes)


def _repayment_due(order: Engagement, event: RepaymentDue) -> Engagement:
    order = let_go(order, RepaymentOrdered, event.repayment)
    repayment = Repayment(event.cause, event.amount_cents)
    of_unproven = event.cause is RepaymentCause.UNPROVEN
    return replace(
        order,
        unproven_cents=order.unproven_cents - (event.amount_cents if of_unproven else 0),
        repayments={**order.repayments, event.repayment: repayment},
        approvers=once(order.approvers, event.ordered_by),
    )


def _repaid(order: Engagement, event: RepaymentRecorded) -> Engagement:
    order = let_go(order, RepaymentReceived, event.receipt)
    before = order.repayments[event.repayment]
    left = replace(before, due_cents=before.due_cents - event.amount_cents)
    of_advance = event.cause is RepaymentCause.ADVANCE
    order = moved(order, Purpose.ADVANCE if of_advance else Purpose.INVOICE, -event.amount_cents)
    return replace(
        order,
        repayments={**order.repayments, event.repayment: left},
        papers=once(order.papers, event.receipt),
        payers=once(order.payers, event.received_by),
        liquidated_cents=order.liquidated_cents - (0 if of_advance else event.amount_cents),
    )


def _correction_refused(order: Engagement, event: CorrectionRefused) -> Engagement:
    if event.reason is CorrectionRefusal.ALREADY_ANNOUNCED:
        return order
    return let_go(order, CORRECTED_BY[event.correction], event.reference)


CHANGES: Mapping[type[Event], Evolution] = {
    CashRequested: _cash_requested,
    CashReturnRequested: _cash_returned,
    PaymentDeferred: _deferred,
    PaymentOrdered: _payment_ordered,
    PaymentOverdue: _overdue,
    PaymentRecorded: _paid,
    LateInterestRecorded: unchanged,
    PaymentRefused: _payment_refused,
    PaymentRejectionRecorded: _rejected,
    PaymentResubmissionRecorded: _resubmitted,
    PenaltyRecorded: _penalty_recorded,
    CreditNoteRecorded: _credited,
    RepaymentDue: _repayment_due,
    RepaymentRecorded: _repaid,
    CorrectionRefused: _correction_refused,
}
