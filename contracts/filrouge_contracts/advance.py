"""Advances: paid before anything is delivered, and recovered from the next invoices."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BudgetLineId,
    EngagementId,
    Instant,
    InvoiceId,
    PositiveCents,
    UserId,
)


class AdvanceRequested(Event):
    """The supplier or association asks for a part of the money before it invoices anything."""

    engagement: EngagementId
    advance: InvoiceId
    """It is paid like an invoice, so no invoice of the engagement has the same reference."""
    supplier: Siret
    iban: Iban
    amount_cents: PositiveCents
    requested_at: Instant
    requested_by: UserId


class AdvanceRecorded(Event):
    """The advance is owed, and will be recovered."""

    engagement: EngagementId
    advance: InvoiceId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    recorded_at: Instant
    postings: Postings


class AdvanceRefusal(StrEnum):
    """Why an advance is not owed."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    ALREADY_ANNOUNCED = "already_announced"
    ALREADY_USED = "already_used"
    """Its reference is that of another paper of the engagement."""
    TOO_MANY_WAITING = "too_many_waiting"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_ACCOUNT = "other_account"
    AFTER_INVOICE = "after_invoice"
    MORE_THAN_ALLOWED = "more_than_allowed"


class AdvanceRefused(Event):
    """The advance is not paid."""

    engagement: EngagementId
    advance: InvoiceId
    amount_cents: PositiveCents
    reason: AdvanceRefusal


class AdvanceLapsed(Event):
    """Before there was cash for it an invoice came, or the order shrank: the advance is owed no more."""

    engagement: EngagementId
    advance: InvoiceId
    amount_cents: PositiveCents
    lapsed_at: Instant
    postings: Postings
