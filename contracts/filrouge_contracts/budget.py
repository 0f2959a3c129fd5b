"""Credits of a budget line, and what is committed of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BudgetLineId,
    Cents,
    DecisionId,
    EngagementId,
    Instant,
    PositiveCents,
    UoId,
    UserId,
    some_credits,
)


class CreditsOpened(Event):
    """The ministry opens credits on a budget line: to commit (AE) and to pay (CP)."""

    budget_line: BudgetLineId
    uo: UoId
    ae_cents: Cents
    cp_cents: Cents
    opened_at: Instant
    opened_by: UserId


class CreditsWithdrawalReason(StrEnum):
    """What the ministry takes credits back for."""

    FREEZE = "freeze"
    CANCELLATION = "cancellation"
    REALLOCATION = "reallocation"


class CreditsWithdrawn(Event):
    """The ministry takes back credits that are neither committed nor granted."""

    decision: DecisionId
    budget_line: BudgetLineId
    ae_cents: Cents
    cp_cents: Cents
    reason: CreditsWithdrawalReason
    withdrawn_at: Instant
    withdrawn_by: UserId

    @model_validator(mode="after")
    def _takes_something(self) -> Self:
        some_credits(self.ae_cents, self.cp_cents)
        return self


class CreditsRecorded(Event):
    """The credits can be used."""

    budget_line: BudgetLineId
    uo: UoId
    ae_cents: Cents
    cp_cents: Cents
    opened_at: Instant
    opened_by: UserId
    postings: Postings


class CreditsWithdrawalRecorded(Event):
    """The credits are no longer there to be used."""

    decision: DecisionId
    budget_line: BudgetLineId
    ae_cents: Cents
    cp_cents: Cents
    reason: CreditsWithdrawalReason
    withdrawn_at: Instant
    withdrawn_by: UserId
    postings: Postings


class CreditsRefusal(StrEnum):
    """Why what was decided about credits is not done."""

    OTHER_UO = "other_uo"
    NOT_ENOUGH_AVAILABLE = "not_enough_available"
    TOO_MUCH = "too_much"
    """More than one line can count: see `MAX_CENTS`."""
    ALREADY_SAID = "already_said"
    """This line knows another act under the same decision."""
    UNKNOWN_IN_TIME = "unknown_in_time"
    TOO_MANY_WAITING = "too_many_waiting"


class CreditsRefused(Event):
    """Nothing is opened, delegated or withdrawn; the line stays as it is."""

    budget_line: BudgetLineId
    decision: DecisionId | None = None
    """None for credits that were to be opened."""
    uo: UoId | None = None
    """Whose credits were to be opened."""
    ae_cents: Cents
    cp_cents: Cents
    reason: CreditsRefusal


class CommitmentRequested(Event):
    """An order that has its reservations asks its budget line to engage the amount."""

    budget_line: BudgetLineId
    engagement: EngagementId
    supplier: Siret
    amount_cents: PositiveCents
    requested_at: Instant
    ordered_by: UserId
    answer_by: Instant
    adjusts: bool = False
    """More for what is engaged already: an order that grows."""
    regularises: bool = False
    """The act was urgent and came first: the commitment is late, and flagged."""


class CommitmentAccepted(Event):
    """The amount is engaged: AE are consumed before anything is ordered."""

    engagement: EngagementId
    budget_line: BudgetLineId
    supplier: Siret
    amount_cents: PositiveCents
    committed_at: Instant
    ordered_by: UserId
    adjusts: bool = False
    regularisation: bool = False
    """Engaged after the act that it is for."""
    postings: Postings


class CommitmentRefusal(StrEnum):
    """Why the amount is not engaged."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    NOT_ENOUGH_AE = "not_enough_ae"
    TOO_MANY_WAITING = "too_many_waiting"


class CommitmentRefused(Event):
    """The amount is not engaged; the order cannot be placed."""

    engagement: EngagementId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    adjusts: bool = False
    """What is engaged already stays so."""
    reason: CommitmentRefusal


class CommitmentReleaseRequested(Event):
    """What will not be ordered or paid for after all gives its commitment back."""

    budget_line: BudgetLineId
    engagement: EngagementId
    amount_cents: PositiveCents


class CommitmentReleased(Event):
    """The AE are available again."""

    engagement: EngagementId
    budget_line: BudgetLineId
    amount_cents: PositiveCents
    postings: Postings
