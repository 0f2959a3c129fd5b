"""What must agree before money moves: the three-way match, and a payment with its order to pay.

Order, service fait and invoice are compared by supplier and account, and on each line by delivery
note, quantity, serial numbers, unit price and VAT. The amount may differ by the cent that rounding
VAT makes on a line, but all invoices together never cost more than their pieces do when VAT is
rounded once.
"""

from __future__ import annotations

from filrouge_contracts.invoicing import InvoiceDispute, InvoiceLine, InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade, PaymentRefusal
from filrouge_contracts.values import vat_cents

from budget_accounting.engagement_state import Engagement, Payable, Step

ROUNDING_CENTS = 1


def disagreement(order: Engagement, invoice: InvoiceSubmitted) -> InvoiceDispute | None:
    """What in the invoice can never agree with the order, however much more is certified."""
    if invoice.supplier != order.supplier:
        return InvoiceDispute.OTHER_SUPPLIER
    if invoice.iban != order.iban:
        return InvoiceDispute.OTHER_ACCOUNT
    for line in invoice.lines:
        if reason := _disagreement_of_line(order, line):
            return reason
    vat = sum(vat_cents(line.amount_excl_vat_cents, order.vat_rate_bp) for line in invoice.lines)
    if abs(invoice.vat_cents - vat) > ROUNDING_CENTS * len(invoice.lines):
        return InvoiceDispute.WRONG_AMOUNT
    return None


def _disagreement_of_line(order: Engagement, line: InvoiceLine) -> InvoiceDispute | None:
    if line.unit_price_excl_vat_cents != order.unit_price_excl_vat_cents:
        return InvoiceDispute.OTHER_PRICE
    if line.vat_rate_bp != order.vat_rate_bp:
        return InvoiceDispute.OTHER_VAT
    if line.amount_excl_vat_cents != line.quantity * order.unit_price_excl_vat_cents:
        return InvoiceDispute.WRONG_AMOUNT
    note = order.notes.get(line.delivery_note)
    if note is None:
        return None
    if line.quantity > note.quantity - note.invoiced:
        return InvoiceDispute.MORE_THAN_CERTIFIED
    return None if set(line.imeis) <= set(note.imeis) else InvoiceDispute.OTHER_DEVICES


def payment_obstacle(
    order: Engagement, payable: Payable, made: PaymentMade
) -> PaymentRefusal | None:
    """Why a payment is not the one that was ordered, or not made by who may make it."""
    if payable.step is Step.PAID or made.payment in payable.payments:
        return PaymentRefusal.ALREADY_PAID
    if made.amount_cents != payable.amount_cents:
        return PaymentRefusal.OTHER_AMOUNT
    if made.iban != order.iban:
        return PaymentRefusal.OTHER_ACCOUNT
    if payable.ordered_at is None or made.paid_at < payable.ordered_at:
        return PaymentRefusal.BEFORE_ORDER
    if made.paid_by in order.approvers:
        return PaymentRefusal.SAME_PERSON
    return None
