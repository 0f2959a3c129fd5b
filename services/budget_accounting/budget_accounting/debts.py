"""Decides how an order becomes a debt and a payment, one event after the other."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import DAY_SECONDS, Waiting, grace_ends, later, waiting_of, waits
from filrouge_contracts.budget import (
    EngagementRecorded,
    InvoiceDispute,
    InvoiceDisputed,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
    ServiceHeld,
    ServiceRecorded,
)
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.payment import (
    PaymentDeferred,
    PaymentHeld,
    PaymentMade,
    PaymentOrdered,
    PaymentRecorded,
    PaymentRefusal,
    PaymentRefused,
)

from budget_accounting import books
from budget_accounting.agreement import disagreement, payment_obstacle
from budget_accounting.rules import Contradiction
from budget_accounting.state import EVOLUTIONS, Engagement, Step

WAITING_AT_MOST = 50
INVOICE_GRACE_SECONDS = 30 * DAY_SECONDS
"""Longer than the 15 days in which silence admits the goods that an invoice is compared with."""
CASH_RETRY_SECONDS = 7 * DAY_SECONDS
PAY_WITHIN_SECONDS = 30 * DAY_SECONDS


def engage(order: Engagement, event: OrderPlaced, context: Context) -> Iterator[Event]:
    """A placed order opens its engagement; what came before it is taken up, in its order."""
    if order.budget_line:
        raise Contradiction(f"{event.order} is placed a second time")
    engaged = EngagementRecorded(
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
    yield engaged
    order = _after(order, engaged)
    for service in waiting_of(order.waiting, ServiceCertified):
        recorded = _service(order, service)
        yield recorded
        order = _after(order, recorded)
    yield from _match(order, context)


def record_service(order: Engagement, event: ServiceCertified, context: Context) -> Iterator[Event]:
    """A service fait is a charge at once, and may be what an invoice waits for."""
    if not order.budget_line:
        yield ServiceHeld(engagement=context.key, service=event, due_at=grace_ends(context))
        return
    recorded = _service(order, event)
    yield recorded
    yield from _match(_after(order, recorded), context)


def take_invoice(order: Engagement, event: InvoiceSubmitted, context: Context) -> Iterator[Event]:
    """An invoice is recorded, then matched as soon as there is enough service fait for it."""
    if reason := _obstacle(order, event):
        yield _disputed(event, reason, context)
        return
    recorded = InvoiceRecorded(
        engagement=event.engagement,
        invoice=event.invoice,
        submitted=event,
        due_at=later(context, "invoice_grace_seconds", INVOICE_GRACE_SECONDS),
    )
    yield recorded
    if order.budget_line:
        yield from _match(_after(order, recorded), context)


def order_payment(order: Engagement, event: CashGranted, context: Context) -> Iterator[Event]:
    """With the cash set aside, the accountant is ordered to pay to the account of the agreement."""
    invoice = order.invoices.get(event.invoice)
    if invoice is None or invoice.step is not Step.MATCHED or order.certified_at is None:
        raise Contradiction(f"cash for {event.invoice}, which asked for none")
    ordered_at = max(context.now, order.certified_at)
    ordered = PaymentOrdered(
        engagement=event.engagement,
        invoice=event.invoice,
        budget_line=order.budget_line,
        supplier=order.supplier,
        iban=order.iban,
        amount_cents=event.amount_cents,
        certified_at=order.certified_at,
        ordered_at=ordered_at,
        pay_by=ordered_at
        + (later(context, "pay_within_seconds", PAY_WITHIN_SECONDS) - context.now),
        postings=books.payment_ordered(event.amount_cents),
    )
    yield ordered
    order = _after(order, ordered)
    for made in waiting_of(order.waiting, PaymentMade):
        if made.invoice == event.invoice:
            answer = _payment(order, made)
            yield answer
            order = _after(order, answer)


def defer_payment(order: Engagement, event: CashRefused, context: Context) -> Iterator[Event]:
    """Without cash the debt stays, and is asked for again."""
    yield PaymentDeferred(
        engagement=event.engagement,
        invoice=event.invoice,
        reason=event.reason,
        due_at=later(context, "cash_retry_seconds", CASH_RETRY_SECONDS),
    )


def take_payment(order: Engagement, event: PaymentMade, context: Context) -> Iterator[Event]:
    """A payment is compared with its order to pay; before that exists it waits."""
    invoice = order.invoices.get(event.invoice)
    if waits(order.waiting, PaymentMade, event.payment):
        yield _payment_refused(event, PaymentRefusal.ALREADY_ANNOUNCED)
    elif invoice is not None and invoice.step in (Step.ORDERED, Step.PAID):
        yield _payment(order, event)
    elif len(order.waiting) >= WAITING_AT_MOST:
        yield _payment_refused(event, PaymentRefusal.TOO_MANY_WAITING)
    else:
        yield PaymentHeld(engagement=event.engagement, made=event, due_at=grace_ends(context))


def wake(order: Engagement, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is answered; cash that was missing is asked for again."""
    for kept in order.waiting:
        if kept.due_at <= context.now:
            yield _too_late(order, kept, context)
    for name, invoice in order.invoices.items():
        if invoice.retry_at is not None and invoice.retry_at <= context.now:
            yield _cash_request(order, context, name, invoice.amount_cents)


# --- service fait --------------------------------------------------------------------------------


def _service(order: Engagement, service: ServiceCertified) -> ServiceRecorded:
    before, after = order.certified_quantity, order.certified_quantity + service.quantity
    if after > order.quantity:
        raise Contradiction(f"{service.order} has more pieces certified than ordered")
    cents = order.worth_cents(after) - order.worth_cents(before)
    return ServiceRecorded(
        engagement=f"order:{service.order}",
        delivery_note=service.delivery_note,
        quantity=service.quantity,
        amount_cents=cents,
        certified_at=service.certified_at,
        certified_by=service.certified_by,
        postings=books.service_done(cents),
    )


# --- three-way match -----------------------------------------------------------------------------


def _match(order: Engagement, context: Context) -> Iterator[Event]:
    """Goes through the invoices that wait, oldest first, as far as the service fait reaches."""
    for invoice in waiting_of(order.waiting, InvoiceSubmitted):
        for answer in _compare(order, invoice, context):
            yield answer
            order = _after(order, answer)


def _compare(order: Engagement, invoice: InvoiceSubmitted, context: Context) -> Iterator[Event]:
    reason = disagreement(order, invoice)
    if reason is None and order.invoiced_quantity + invoice.quantity > order.certified_quantity:
        return
    after = order.invoiced_quantity + invoice.quantity
    if reason is None and order.invoiced_cents + invoice.amount_cents > order.worth_cents(after):
        reason = InvoiceDispute.WRONG_AMOUNT
    if reason is not None:
        yield _disputed(invoice, reason, context)
        return
    received_cents = order.worth_cents(after) - order.worth_cents(order.invoiced_quantity)
    yield InvoiceMatched(
        engagement=invoice.engagement,
        invoice=invoice.invoice,
        budget_line=order.budget_line,
        quantity=invoice.quantity,
        amount_cents=invoice.amount_cents,
        matched_at=context.now,
        postings=books.liquidated(received_cents, invoice.amount_cents),
    )
    yield _cash_request(order, context, invoice.invoice, invoice.amount_cents)


def _obstacle(order: Engagement, invoice: InvoiceSubmitted) -> InvoiceDispute | None:
    """Why an invoice is not even recorded."""
    known = waits(order.waiting, InvoiceSubmitted, invoice.invoice)
    if known or invoice.invoice in order.invoices:
        return InvoiceDispute.ALREADY_SUBMITTED
    if order.budget_line and (reason := disagreement(order, invoice)):
        return reason
    return InvoiceDispute.TOO_MANY_WAITING if len(order.waiting) >= WAITING_AT_MOST else None


def _disputed(
    invoice: InvoiceSubmitted, reason: InvoiceDispute, context: Context
) -> InvoiceDisputed:
    return InvoiceDisputed(
        engagement=invoice.engagement,
        invoice=invoice.invoice,
        reason=reason,
        invoiced_cents=invoice.amount_cents,
        disputed_at=context.now,
    )


# --- payment -------------------------------------------------------------------------------------


def _cash_request(
    order: Engagement, context: Context, invoice: str, amount_cents: int
) -> CashRequested:
    return CashRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        invoice=invoice,
        amount_cents=amount_cents,
        requested_at=context.now,
    )


def _payment(order: Engagement, made: PaymentMade) -> PaymentRecorded | PaymentRefused:
    invoice = order.invoices[made.invoice]
    if reason := payment_obstacle(order, invoice, made):
        return _payment_refused(made, reason)
    return PaymentRecorded(
        engagement=made.engagement,
        invoice=made.invoice,
        payment=made.payment,
        budget_line=order.budget_line,
        supplier=order.supplier,
        iban=order.iban,
        amount_cents=made.amount_cents,
        paid_at=made.paid_at,
        paid_by=made.paid_by,
        postings=books.paid(made.amount_cents),
    )


def _payment_refused(made: PaymentMade, reason: PaymentRefusal) -> PaymentRefused:
    return PaymentRefused(
        engagement=made.engagement,
        invoice=made.invoice,
        payment=made.payment,
        amount_cents=made.amount_cents,
        reason=reason,
    )


# --- time ----------------------------------------------------------------------------------------


def _too_late(order: Engagement, kept: Waiting, context: Context) -> Event:
    match kept.event():
        case InvoiceSubmitted() as invoice:
            known = bool(order.budget_line)
            reason = InvoiceDispute.MORE_THAN_CERTIFIED if known else InvoiceDispute.UNKNOWN_IN_TIME
            return _disputed(invoice, reason, context)
        case PaymentMade() as made:
            return _payment_refused(made, PaymentRefusal.NOT_ORDERED_IN_TIME)
        case ServiceCertified() as service:
            # the order exists, since it was delivered: it is waited for again, and auditors see it
            return ServiceHeld(engagement=context.key, service=service, due_at=grace_ends(context))
        case other:
            raise Contradiction(f"{type(other).__name__} cannot wait here")


def _after(order: Engagement, event: Event) -> Engagement:
    after: Engagement = EVOLUTIONS["order", type(event)](order, event)
    return after
