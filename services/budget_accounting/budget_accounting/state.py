"""What is remembered of an engagement, and how every event changes an engagement or a line."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from filrouge_chassis.decider import Evolutions
from filrouge_chassis.waiting import Waiting, first_due, without
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
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.certification import (
    ServiceCertified,
)
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
from filrouge_contracts.values import line_total_cents
from msgspec.structs import replace

from budget_accounting import line_state


class Step(StrEnum):
    """How far a matched invoice has come."""

    MATCHED = "matched"
    DEFERRED = "deferred"
    ORDERED = "ordered"
    PAID = "paid"


class Invoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A debt: when cash is asked for again while there is none, and when it was ordered to be paid."""

    step: Step
    amount_cents: int
    retry_at: datetime | None = None
    ordered_at: datetime | None = None


class Engagement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order as the accounts see it. Until the order is placed it has no `budget_line`."""

    budget_line: str = ""
    supplier: str = ""
    iban: str = ""
    quantity: int = 0
    unit_price_excl_vat_cents: int = 0
    vat_rate_bp: int = 0
    ordered_by: str = ""
    certified_quantity: int = 0
    certified_at: datetime | None = None
    certifiers: tuple[str, ...] = ()
    invoiced_quantity: int = 0
    invoiced_cents: int = 0
    invoices: dict[str, Invoice] = {}
    waiting: tuple[Waiting, ...] = ()
    due_at: datetime | None = None

    def worth_cents(self, quantity: int) -> int:
        """What this many pieces cost, VAT rounded once."""
        return line_total_cents(quantity, self.unit_price_excl_vat_cents, self.vat_rate_bp)


# --- engagement ----------------------------------------------------------------------------------


def _woken_in_time(order: Engagement) -> Engagement:
    """The same with the deadline that what waits in it asks for."""
    retries = [invoice.retry_at for invoice in order.invoices.values()]
    return replace(order, due_at=first_due(order.waiting, *retries))


def _wait(order: Engagement, event: Event, about: str, due_at: datetime) -> Engagement:
    waiting = without(order.waiting, type(event), about)
    waiting = (*waiting, Waiting.of(event, about, due_at))
    return _woken_in_time(replace(order, waiting=waiting))


def _done(order: Engagement, model: type[Event], about: str) -> Engagement:
    if not order.waiting:
        return order
    return _woken_in_time(replace(order, waiting=without(order.waiting, model, about)))


def _with_invoice(order: Engagement, name: str, invoice: Invoice) -> Engagement:
    return _woken_in_time(replace(order, invoices={**order.invoices, name: invoice}))


def _engaged(order: Engagement, event: EngagementRecorded) -> Engagement:
    return replace(
        order,
        budget_line=event.budget_line,
        supplier=event.supplier,
        iban=event.iban,
        quantity=event.quantity,
        unit_price_excl_vat_cents=event.unit_price_excl_vat_cents,
        vat_rate_bp=event.vat_rate_bp,
        ordered_by=event.ordered_by,
    )


def _service_held(order: Engagement, event: ServiceHeld) -> Engagement:
    return _wait(order, event.service, event.service.delivery_note, event.due_at)


def _certified(order: Engagement, event: ServiceRecorded) -> Engagement:
    order = _done(order, ServiceCertified, event.delivery_note)
    certifiers = order.certifiers
    if event.certified_by is not None and event.certified_by not in certifiers:
        certifiers = (*certifiers, event.certified_by)
    return replace(
        order,
        certified_quantity=order.certified_quantity + event.quantity,
        certified_at=max(event.certified_at, order.certified_at or event.certified_at),
        certifiers=certifiers,
    )


def _invoice_recorded(order: Engagement, event: InvoiceRecorded) -> Engagement:
    return _wait(order, event.submitted, event.invoice, event.due_at)


def _invoice_disputed(order: Engagement, event: InvoiceDisputed) -> Engagement:
    if event.reason is InvoiceDispute.ALREADY_SUBMITTED:
        return order  # the invoice of that name that was submitted first goes its way
    return _done(order, InvoiceSubmitted, event.invoice)


def _invoice_matched(order: Engagement, event: InvoiceMatched) -> Engagement:
    order = _done(order, InvoiceSubmitted, event.invoice)
    order = replace(
        order,
        invoiced_quantity=order.invoiced_quantity + event.quantity,
        invoiced_cents=order.invoiced_cents + event.amount_cents,
    )
    return _with_invoice(order, event.invoice, Invoice(Step.MATCHED, event.amount_cents))


def _cash_requested(order: Engagement, event: CashRequested) -> Engagement:
    return _with_invoice(order, event.invoice, Invoice(Step.MATCHED, event.amount_cents))


def _deferred(order: Engagement, event: PaymentDeferred) -> Engagement:
    invoice = replace(order.invoices[event.invoice], step=Step.DEFERRED, retry_at=event.due_at)
    return _with_invoice(order, event.invoice, invoice)


def _payment_ordered(order: Engagement, event: PaymentOrdered) -> Engagement:
    invoice = Invoice(Step.ORDERED, event.amount_cents, ordered_at=event.ordered_at)
    return _with_invoice(order, event.invoice, invoice)


def _payment_held(order: Engagement, event: PaymentHeld) -> Engagement:
    return _wait(order, event.made, event.made.payment, event.due_at)


def _paid(order: Engagement, event: PaymentRecorded) -> Engagement:
    order = _done(order, PaymentMade, event.payment)
    return _with_invoice(order, event.invoice, Invoice(Step.PAID, event.amount_cents))


def _payment_refused(order: Engagement, event: PaymentRefused) -> Engagement:
    if event.reason is PaymentRefusal.ALREADY_ANNOUNCED:
        return order  # the payment of that name that was announced first still waits
    return _done(order, PaymentMade, event.payment)


EVOLUTIONS: Evolutions = {
    **line_state.EVOLUTIONS,
    ("order", EngagementRecorded): _engaged,
    ("order", ServiceHeld): _service_held,
    ("order", ServiceRecorded): _certified,
    ("order", InvoiceRecorded): _invoice_recorded,
    ("order", InvoiceDisputed): _invoice_disputed,
    ("order", InvoiceMatched): _invoice_matched,
    ("order", CashRequested): _cash_requested,
    ("order", PaymentDeferred): _deferred,
    ("order", PaymentOrdered): _payment_ordered,
    ("order", PaymentHeld): _payment_held,
    ("order", PaymentRecorded): _paid,
    ("order", PaymentRefused): _payment_refused,
}
