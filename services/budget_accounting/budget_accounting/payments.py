"""Decides how a debt is paid: cash, order to pay, payment, and what it costs to be late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from filrouge_chassis.decider import Context, Contradiction
from filrouge_chassis.waiting import DAY_SECONDS, later
from filrouge_contracts.cash import CashGranted, CashRefused
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
)

from budget_accounting import books
from budget_accounting.advances import lapsed, lapses
from budget_accounting.agreement import payment_obstacle
from budget_accounting.amounts import interest_cents, late_days
from budget_accounting.cash import give_back_cash
from budget_accounting.engagement_state import Engagement, Payable, Step

CASH_RETRY_SECONDS = 7 * DAY_SECONDS
PAY_WITHIN_SECONDS = 30 * DAY_SECONDS
LATE_INTEREST_BP = 800
LATE_RECOVERY_CENTS = 40_00


def order_payment(order: Engagement, event: CashGranted, context: Context) -> Iterator[Event]:
    """With the cash set aside, the accountant is ordered to pay to the account of the agreement."""
    payable = _asking(order, event.invoice)
    if payable.step is Step.ASKED and lapses(order, payable, context):
        yield lapsed(order, event.invoice, context)
        yield give_back_cash(order, event.invoice, event.amount_cents, context)
        return
    if not_needed_cents := event.amount_cents - payable.amount_cents:
        yield give_back_cash(order, event.invoice, not_needed_cents, context)
    if payable.step is Step.ASKED:
        yield from order_to_pay(order, event.invoice, context)


def defer_payment(order: Engagement, event: CashRefused, context: Context) -> Iterator[Event]:
    """Without cash the debt stays, and is asked for again."""
    payable = _asking(order, event.invoice)
    if payable.step is Step.CLOSED:
        return
    if lapses(order, payable, context):
        yield lapsed(order, event.invoice, context)
        return
    yield PaymentDeferred(
        engagement=event.engagement,
        invoice=event.invoice,
        reason=event.reason,
        due_at=later(context, "cash_retry_seconds", CASH_RETRY_SECONDS),
    )


def order_to_pay(order: Engagement, name: str, context: Context) -> Iterator[Event]:
    """Ordonnancement; a term to pay that has begun goes on, and may have ended."""
    payable = order.payables[name]
    ordered_at = max(context.now, payable.certified_at or context.now)
    within = timedelta(seconds=context.parameter("pay_within_seconds", PAY_WITHIN_SECONDS))
    pay_by = payable.pay_by or ordered_at + within
    grace = timedelta(seconds=context.parameter("deadline_grace_seconds", 0))
    ordered = PaymentOrdered(
        engagement=context.key,
        invoice=name,
        budget_line=order.budget_line,
        supplier=order.supplier,
        iban=order.iban,
        amount_cents=payable.amount_cents,
        purpose=payable.purpose,
        attempt=payable.attempt + 1,
        certified_at=payable.certified_at,
        ordered_at=ordered_at,
        pay_by=pay_by,
        overdue_at=pay_by + grace,
        postings=books.payment_ordered(payable.amount_cents),
    )
    yield ordered
    if ordered.overdue_at <= context.now:
        yield overdue(name, payable.amount_cents, pay_by, context)


def overdue(name: str, amount_cents: int, pay_by: datetime, context: Context) -> PaymentOverdue:
    """Nobody has paid in time, as far as is known."""
    return PaymentOverdue(
        engagement=context.key,
        invoice=name,
        amount_cents=amount_cents,
        pay_by=pay_by,
        noticed_at=context.now,
    )


def take_payment(order: Engagement, event: PaymentMade, context: Context) -> Iterator[Event]:
    """A payment is compared with its order to pay; before that exists it waits."""
    payable = order.payables.get(event.invoice)
    if payable is None or payable.step not in (Step.ORDERED, Step.PAID):
        return
    if reason := payment_obstacle(order, payable, event):
        yield payment_refused(event, reason)
        return
    yield PaymentRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        payment=event.payment,
        budget_line=order.budget_line,
        supplier=order.supplier,
        iban=order.iban,
        amount_cents=event.amount_cents,
        purpose=payable.purpose,
        attempt=payable.attempt,
        paid_at=event.paid_at,
        paid_by=event.paid_by,
        postings=books.paid(event.amount_cents),
    )
    yield from _interest(payable, event, context)


def payment_refused(made: PaymentMade, reason: PaymentRefusal) -> PaymentRefused:
    return PaymentRefused(
        engagement=made.engagement,
        invoice=made.invoice,
        payment=made.payment,
        amount_cents=made.amount_cents,
        reason=reason,
    )


def _asking(order: Engagement, name: str) -> Payable:
    """What asked for cash; a credit note may have left nothing to pay meanwhile."""
    payable = order.payables.get(name)
    if payable is None or payable.step not in (Step.ASKED, Step.CLOSED):
        raise Contradiction(f"an answer about cash for {name}, which asked for none")
    return payable


def _interest(payable: Payable, made: PaymentMade, context: Context) -> Iterator[Event]:
    """Intérêts moratoires and the flat cost of recovery."""
    assert payable.pay_by is not None  # since it was ordered to be paid
    days = late_days(payable.pay_by, made.paid_at)
    if not days:
        return
    rate_bp = context.parameter("late_interest_bp", LATE_INTEREST_BP)
    interest = interest_cents(made.amount_cents, rate_bp, days)
    recovery = context.parameter("late_recovery_cents", LATE_RECOVERY_CENTS)
    yield LateInterestRecorded(
        engagement=made.engagement,
        invoice=made.invoice,
        payment=made.payment,
        late_days=days,
        rate_bp=rate_bp,
        interest_cents=interest,
        recovery_cents=recovery,
        postings=books.late_interest(interest + recovery),
    )
