"""What changes a debt or a payment afterwards; every correction is an entry of its own.

Penalties, credit notes (avoirs), repayments (ordres de reversement), and the refusal of any of them.
"""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BudgetLineId,
    Cents,
    EngagementId,
    Instant,
    InvoiceId,
    PaymentId,
    PenaltyId,
    PositiveCents,
    RepaymentId,
    UserId,
)


class PenaltyReason(StrEnum):
    """What the contract provides a penalty for."""

    LATE_DELIVERY = "late_delivery"
    LATE_REPLACEMENT = "late_replacement"
    SERVICE_NOT_DONE = "service_not_done"


class PenaltyDecided(Event):
    """The buyer decides that the supplier owes a penalty."""

    engagement: EngagementId
    penalty: PenaltyId
    amount_cents: PositiveCents
    """Including VAT."""
    reason: PenaltyReason
    decided_at: Instant
    decided_by: UserId


class PenaltyRecorded(Event):
    """The penalty is a claim: it is withheld from the next invoices, or has to be paid in the end."""

    engagement: EngagementId
    penalty: PenaltyId
    amount_cents: PositiveCents
    reason: PenaltyReason
    decided_at: Instant
    decided_by: UserId
    postings: Postings


class CreditNoteSubmitted(Event):
    """The supplier takes a part of an invoice back (avoir)."""

    engagement: EngagementId
    invoice: InvoiceId
    credit_note: RepaymentId
    supplier: Siret
    amount_cents: PositiveCents
    """Including VAT."""
    issued_at: Instant
    submitted_by: UserId


class CreditNoteRecorded(Event):
    """The invoice is worth less: what is still to be paid falls, and what is paid already is due back."""

    engagement: EngagementId
    invoice: InvoiceId
    credit_note: RepaymentId
    amount_cents: PositiveCents
    lowered_cents: Cents
    """By how much less is to be paid; the rest is a RepaymentDue of the same reference."""
    recorded_at: Instant
    postings: Postings


class RepaymentReason(StrEnum):
    """Why the buyer asks for money back."""

    OVERPAID = "overpaid"
    PAID_TWICE = "paid_twice"
    NOT_OWED = "not_owed"


class RepaymentOrdered(Event):
    """Ordre de reversement: the buyer or the ministry asks for money back that was paid."""

    engagement: EngagementId
    repayment: RepaymentId
    amount_cents: PositiveCents
    reason: RepaymentReason
    ordered_at: Instant
    ordered_by: UserId


class RepaymentCause(StrEnum):
    """Where a claim on the supplier comes from."""

    ORDERED = "ordered"
    CREDIT_NOTE = "credit_note"
    ADVANCE = "advance"
    """An advance that no invoice is left to recover."""
    PENALTY = "penalty"
    """A penalty that no invoice is left to withhold from."""
    UNPROVEN = "unproven"
    """Hours that were certified and corrected away before their programme closed."""


class RepaymentDue(Event):
    """The supplier owes this money to the State."""

    engagement: EngagementId
    repayment: RepaymentId
    budget_line: BudgetLineId
    supplier: Siret
    amount_cents: PositiveCents
    cause: RepaymentCause
    due_at: Instant
    ordered_by: UserId | None = None
    """Nobody when it follows from the accounts."""
    postings: Postings


class RepaymentReceived(Event):
    """The public accountant has received money back from a supplier."""

    engagement: EngagementId
    repayment: RepaymentId
    receipt: PaymentId
    """The accountant's own reference of the transfer."""
    amount_cents: PositiveCents
    received_at: Instant
    received_by: UserId


class RepaymentRecorded(Event):
    """Money is back: the payment that it corrects stands, with this against it."""

    engagement: EngagementId
    repayment: RepaymentId
    receipt: PaymentId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    cause: RepaymentCause
    received_at: Instant
    received_by: UserId
    postings: Postings


class Correction(StrEnum):
    """The words that correct something."""

    PENALTY = "penalty"
    CREDIT_NOTE = "credit_note"
    PAYMENT_REJECTION = "payment_rejection"
    PAYMENT_RESUBMISSION = "payment_resubmission"
    REPAYMENT_ORDER = "repayment_order"
    REPAYMENT_RECEIPT = "repayment_receipt"


class CorrectionRefusal(StrEnum):
    """Why nothing is corrected."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    ALREADY_ANNOUNCED = "already_announced"
    ALREADY_USED = "already_used"
    """Its reference is that of another paper of the engagement."""
    TOO_MANY_WAITING = "too_many_waiting"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_PAYMENT = "other_payment"
    ALREADY_PAID = "already_paid"
    """Who rejects what is paid says which payment came back."""
    SAME_PERSON = "same_person"
    MORE_THAN_ENGAGED = "more_than_engaged"
    MORE_THAN_INVOICED = "more_than_invoiced"
    MORE_THAN_PAID = "more_than_paid"
    MORE_THAN_DUE = "more_than_due"
    REPAYMENT_UNDER_WAY = "repayment_under_way"
    """What came back of this money is settled first."""


class CorrectionRefused(Event):
    """Nothing is corrected; debts and payments stay as they are."""

    engagement: EngagementId
    correction: Correction
    reference: RepaymentId
    """Of the penalty, credit note, repayment or receipt; for payments, of the invoice."""
    reason: CorrectionRefusal
