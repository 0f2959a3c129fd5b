"""What must agree before money moves: the three-way match, and a payment with its order to pay.

Order, service fait and invoice are compared by supplier, account, quantity, unit price and VAT. The
amount may differ by the cent that rounding VAT on each invoice makes, but all invoices together
never cost more than the certified pieces do when VAT is rounded once.
"""

from __future__ import annotations

from filrouge_contracts.budget import InvoiceDispute, InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade, PaymentRefusal
from filrouge_contracts.values import vat_cents

from budget_accounting.state import Engagement, Invoice, Step

ROUNDING_CENTS = 1


def disagreement(order: Engagement, invoice: InvoiceSubmitted) -> InvoiceDispute | None:
    """What in the invoice can never agree with the order, however much is certified."""
    if invoice.supplier != order.supplier:
        return InvoiceDispute.OTHER_SUPPLIER
    if invoice.iban != order.iban:
        return InvoiceDispute.OTHER_ACCOUNT
    if invoice.unit_price_excl_vat_cents != order.unit_price_excl_vat_cents:
        return InvoiceDispute.OTHER_PRICE
    if invoice.vat_rate_bp != order.vat_rate_bp:
        return InvoiceDispute.OTHER_VAT
    if invoice.amount_excl_vat_cents != invoice.quantity * order.unit_price_excl_vat_cents:
        return InvoiceDispute.WRONG_AMOUNT
    expected_cents = vat_cents(invoice.amount_excl_vat_cents, order.vat_rate_bp)
    if abs(invoice.vat_cents - expected_cents) > ROUNDING_CENTS:
        return InvoiceDispute.WRONG_AMOUNT
    if invoice.quantity > order.quantity - order.invoiced_quantity:
        return InvoiceDispute.MORE_THAN_CERTIFIED
    return None


def payment_obstacle(
    order: Engagement, invoice: Invoice, made: PaymentMade
) -> PaymentRefusal | None:
    """Why a payment is not the one that was ordered, or not made by who may make it."""
    if invoice.step is Step.PAID:
        return PaymentRefusal.ALREADY_PAID
    if made.amount_cents != invoice.amount_cents:
        return PaymentRefusal.OTHER_AMOUNT
    if made.iban != order.iban:
        return PaymentRefusal.OTHER_ACCOUNT
    if invoice.ordered_at is None or made.paid_at < invoice.ordered_at:
        return PaymentRefusal.BEFORE_ORDER
    if made.paid_by == order.ordered_by or made.paid_by in order.certifiers:
        return PaymentRefusal.SAME_PERSON
    return None
