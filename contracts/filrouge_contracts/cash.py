"""Cash (CP) of a budget line, set aside for one payment, and given back when that is not made."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BudgetLineId,
    EngagementId,
    Instant,
    InvoiceId,
    PositiveCents,
)


class CashRequested(Event):
    """A matched invoice asks its budget line for the cash (CP) to pay it."""

    budget_line: BudgetLineId
    engagement: EngagementId
    invoice: InvoiceId
    amount_cents: PositiveCents
    requested_at: Instant


class CashGranted(Event):
    """The CP are set aside for this invoice."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    granted_at: Instant
    postings: Postings


class CashRefusal(StrEnum):
    """Why the CP are not set aside."""

    NOT_ENOUGH_CP = "not_enough_cp"


class CashRefused(Event):
    """The line cannot pay this invoice now."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    reason: CashRefusal


class CashReturnRequested(Event):
    """A payment that is not made after all, or came back, gives its cash back to the line."""

    budget_line: BudgetLineId
    engagement: EngagementId
    invoice: InvoiceId
    amount_cents: PositiveCents
    requested_at: Instant


class CashReturned(Event):
    """The CP are available again."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    returned_at: Instant
    postings: Postings
