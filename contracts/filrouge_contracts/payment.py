"""Public money from owed to paid: order to pay and payment."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.cash import CashRefusal
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.ledger import (
    Postings,
)
from filrouge_contracts.values import (
    BudgetLineId,
    EngagementId,
    Instant,
    InvoiceId,
    PaymentId,
    PositiveCents,
    UserId,
)


class PaymentMade(Event):
    """The public accountant has paid an invoice that was ordered to be paid."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId
    """The accountant's own reference of the transfer."""
    iban: Iban
    amount_cents: PositiveCents
    paid_at: Instant
    paid_by: UserId


class PaymentDeferred(Event):
    """The invoice stays owed; cash is asked for again at due_at."""

    engagement: EngagementId
    invoice: InvoiceId
    reason: CashRefusal
    due_at: Instant


class PaymentOrdered(Event):
    """The accountant is ordered to pay this invoice, once, to this account."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    amount_cents: PositiveCents
    certified_at: Instant
    ordered_at: Instant
    pay_by: Instant
    """Thirty days after the invoice could be paid; later payment costs interest."""
    postings: Postings


class PaymentHeld(Event):
    """A payment that nobody has ordered yet waits for its order until due_at."""

    engagement: EngagementId
    made: PaymentMade
    due_at: Instant


class PaymentRecorded(Event):
    """The payment is booked: the invoice is paid and the engagement consumed."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    amount_cents: PositiveCents
    paid_at: Instant
    paid_by: UserId
    postings: Postings


class PaymentRefusal(StrEnum):
    """Why a payment cannot be booked."""

    NOT_ORDERED_IN_TIME = "not_ordered_in_time"
    OTHER_AMOUNT = "other_amount"
    OTHER_ACCOUNT = "other_account"
    ALREADY_PAID = "already_paid"
    ALREADY_ANNOUNCED = "already_announced"
    BEFORE_ORDER = "before_order"
    SAME_PERSON = "same_person"
    TOO_MANY_WAITING = "too_many_waiting"


class PaymentRefused(Event):
    """Money left without a matching order to pay: it has to be explained or come back."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId
    amount_cents: PositiveCents
    reason: PaymentRefusal
