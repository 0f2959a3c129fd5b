"""Decides how a rejected payment is owed again, and ordered again."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, later
from filrouge_contracts.correction import (
    Correction,
    CorrectionRefusal,
    CorrectionRefused,
    RepaymentCause,
)
from filrouge_contracts.event import Event
from filrouge_contracts.payment import (
    PaymentRejected,
    PaymentRejectionRecorded,
    PaymentResubmissionRecorded,
    PaymentResubmitted,
)

from budget_accounting import books
from budget_accounting.cash import ask_cash
from budget_accounting.engagement_state import Engagement, Payable, Step
from budget_accounting.payment_evolutions import moved
from budget_accounting.payments import order_to_pay

RESUBMIT_WITHIN_SECONDS = 30 * DAY_SECONDS


def reject_payment(order: Engagement, event: PaymentRejected, context: Context) -> Iterator[Event]:
    """Before the payment the order to pay is undone, after it the payment: each by its contrary."""
    payable = order.payables.get(event.invoice)
    if payable is None or not _is_about(payable, event):
        return
    if reason := _obstacle(order, payable, event):
        yield CorrectionRefused(
            engagement=event.engagement,
            correction=Correction.PAYMENT_REJECTION,
            reference=event.invoice,
            reason=reason,
        )
        return
    cents = payable.amount_cents
    came_back = event.payment is not None
    yield PaymentRejectionRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        payment=event.payment,
        budget_line=order.budget_line,
        amount_cents=cents,
        purpose=payable.purpose,
        attempt=payable.attempt,
        reason=event.reason,
        rejected_at=event.rejected_at,
        rejected_by=event.rejected_by,
        return_cash_at=later(context, "resubmit_within_seconds", RESUBMIT_WITHIN_SECONDS),
        postings=books.payment_came_back(cents) if came_back else books.payment_rejected(cents),
    )


def resubmit(order: Engagement, event: PaymentResubmitted, context: Context) -> Iterator[Event]:
    """Ordered again with the cash that was kept, else as soon as there is cash again."""
    payable = order.payables.get(event.invoice)
    if payable is None or payable.step is not Step.REJECTED:
        return
    if event.resubmitted_by in order.payers:
        yield CorrectionRefused(
            engagement=event.engagement,
            correction=Correction.PAYMENT_RESUBMISSION,
            reference=event.invoice,
            reason=CorrectionRefusal.SAME_PERSON,
        )
        return
    yield PaymentResubmissionRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        attempt=payable.attempt + 1,
        resubmitted_at=event.resubmitted_at,
        resubmitted_by=event.resubmitted_by,
    )
    if payable.cash_cents:
        yield from order_to_pay(order, event.invoice, context)
    else:
        yield ask_cash(order, event.invoice, payable.amount_cents, context)


def _is_about(payable: Payable, event: PaymentRejected) -> bool:
    """False as long as the order to pay or the payment that is rejected is not known."""
    if event.payment is None:
        return payable.step in (Step.ORDERED, Step.PAID)
    return event.payment in payable.payments


def _is_latest(payable: Payable, payment: str) -> bool:
    return payable.step is Step.PAID and payable.payments[-1] == payment


def _obstacle(
    order: Engagement, payable: Payable, event: PaymentRejected
) -> CorrectionRefusal | None:
    if event.payment is None and payable.step is Step.PAID:
        return CorrectionRefusal.ALREADY_PAID
    if event.payment is not None and not _is_latest(payable, event.payment):
        return CorrectionRefusal.OTHER_PAYMENT
    if event.rejected_by in order.approvers:
        return CorrectionRefusal.SAME_PERSON
    if event.payment is not None and not _covers_repayments(order, payable):
        return CorrectionRefusal.REPAYMENT_UNDER_WAY
    return None


def _covers_repayments(order: Engagement, payable: Payable) -> bool:
    """Whether what stays paid without this payment is enough for all that is due back."""
    without = moved(order, payable.purpose, -payable.amount_cents)
    repayments = order.repayments.values()
    of_advances_cents = sum(r.due_cents for r in repayments if r.cause is RepaymentCause.ADVANCE)
    return (
        min(without.advances_paid_cents, without.claimable_cents) >= 0
        and without.unrecovered_cents >= of_advances_cents
    )
