"""Public money from owed to paid: order to pay, payment, and both again when they were rejected."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from filrouge_contracts.cash import CashRefusal
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BasisPoints,
    BudgetLineId,
    Cents,
    EngagementId,
    Instant,
    InvoiceId,
    PaymentId,
    PositiveCents,
    UserId,
)

Attempt = Annotated[int, Field(ge=1)]
"""Which order to pay of one invoice: another one follows when it was rejected."""


class Purpose(StrEnum):
    """What is paid."""

    INVOICE = "invoice"
    ADVANCE = "advance"


class PaymentMade(Event):
    """The public accountant has paid an invoice or advance that was ordered to be paid."""

    engagement: EngagementId
    invoice: InvoiceId
    """Or the advance."""
    payment: PaymentId
    """The accountant's own reference of the transfer."""
    iban: Iban
    amount_cents: PositiveCents
    paid_at: Instant
    paid_by: UserId


class PaymentRejectionReason(StrEnum):
    """Why the accountant does not pay, or the bank sent the money back."""

    MISSING_DOCUMENT = "missing_document"
    WRONG_IMPUTATION = "wrong_imputation"
    LIQUIDATION_NOT_EXACT = "liquidation_not_exact"
    AUTHORITY_MISSING = "authority_missing"
    ACCOUNT_CLOSED = "account_closed"
    WRONG_CREDITOR = "wrong_creditor"


class PaymentRejected(Event):
    """The accountant rejects an order to pay, or says that a payment came back."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId | None = None
    """The payment that came back; none when the order to pay is rejected before."""
    reason: PaymentRejectionReason
    rejected_at: Instant
    rejected_by: UserId


class PaymentResubmitted(Event):
    """What the accountant found wrong is put right: the payment is ordered once more."""

    engagement: EngagementId
    invoice: InvoiceId
    resubmitted_at: Instant
    resubmitted_by: UserId


class PaymentDeferred(Event):
    """The invoice stays owed; cash is asked for again at due_at."""

    engagement: EngagementId
    invoice: InvoiceId
    reason: CashRefusal
    due_at: Instant


class PaymentOrdered(Event):
    """The accountant is ordered to pay this invoice or advance, once, to this account."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    amount_cents: PositiveCents
    purpose: Purpose = Purpose.INVOICE
    attempt: Attempt = 1
    certified_at: Instant | None = None
    """Of the latest service fait that is paid for; none for an advance."""
    ordered_at: Instant
    pay_by: Instant
    """Thirty days after the invoice could be paid; later payment costs interest."""
    overdue_at: Instant
    """When silence is noticed: pay_by and the grace in which a payment may still be heard of."""
    postings: Postings


class PaymentOverdue(Event):
    """The time to pay has passed, and no payment was heard of."""

    engagement: EngagementId
    invoice: InvoiceId
    amount_cents: PositiveCents
    pay_by: Instant
    noticed_at: Instant


class PaymentRecorded(Event):
    """The payment is booked: the invoice is paid and the engagement consumed."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    amount_cents: PositiveCents
    purpose: Purpose = Purpose.INVOICE
    attempt: Attempt = 1
    paid_at: Instant
    paid_by: UserId
    postings: Postings


class LateInterestRecorded(Event):
    """The payment came late: interest and the flat recovery cost are owed to the supplier."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId
    late_days: Annotated[int, Field(ge=1)]
    rate_bp: BasisPoints
    """A year, in hundredths of a percent."""
    interest_cents: Cents
    recovery_cents: Cents
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


class PaymentRejectionRecorded(Event):
    """The invoice is owed again; its cash is kept until return_cash_at for another order to pay."""

    engagement: EngagementId
    invoice: InvoiceId
    payment: PaymentId | None = None
    """The payment that came back."""
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    purpose: Purpose = Purpose.INVOICE
    attempt: Attempt = 1
    reason: PaymentRejectionReason
    rejected_at: Instant
    rejected_by: UserId
    return_cash_at: Instant
    postings: Postings


class PaymentResubmissionRecorded(Event):
    """The invoice will be ordered to be paid once more."""

    engagement: EngagementId
    invoice: InvoiceId
    attempt: Attempt
    """The one to come."""
    resubmitted_at: Instant
    resubmitted_by: UserId
