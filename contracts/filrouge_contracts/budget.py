"""Public money until it is owed: credits, commitment, service fait and three-way match."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BasisPoints,
    BudgetLineId,
    Cents,
    DecisionId,
    DeliveryNoteId,
    EngagementId,
    Instant,
    InvoiceId,
    PositiveCents,
    Quantity,
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


class InvoiceSubmitted(Event):
    """The supplier asks to be paid for goods of an order."""

    engagement: EngagementId
    invoice: InvoiceId
    supplier: Siret
    iban: Iban
    quantity: Quantity
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_excl_vat_cents: PositiveCents
    vat_cents: Cents
    amount_cents: PositiveCents
    issued_at: Instant
    submitted_by: UserId

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.amount_cents != self.amount_excl_vat_cents + self.vat_cents:
            detail = "amount_cents is not amount_excl_vat_cents plus vat_cents."
            raise refusal("invoice-sum", detail, "Correct the invoice.")
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


class EngagementRecorded(Event):
    """The engagement of a placed order stands ready for its deliveries and invoices."""

    engagement: EngagementId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    quantity: Quantity
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_cents: PositiveCents
    ordered_by: UserId
    committed_at: Instant
    placed_at: Instant


class ServiceHeld(Event):
    """A service fait for an engagement that is not known yet waits for it until due_at."""

    engagement: EngagementId
    service: ServiceCertified
    due_at: Instant


class ServiceRecorded(Event):
    """A service fait is booked as received and not yet invoiced."""

    engagement: EngagementId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    amount_cents: PositiveCents
    certified_at: Instant
    certified_by: UserId | None = None
    """Nobody when the goods were admitted by silence."""
    postings: Postings


class InvoiceRecorded(Event):
    """An invoice waits for what it is compared with: the engagement and the service fait."""

    engagement: EngagementId
    invoice: InvoiceId
    submitted: InvoiceSubmitted
    due_at: Instant


class InvoiceMatched(Event):
    """Order, service fait and invoice agree: the debt is liquidated."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    quantity: Quantity
    amount_cents: PositiveCents
    matched_at: Instant
    postings: Postings


class InvoiceDispute(StrEnum):
    """Why an invoice is not accepted."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_ACCOUNT = "other_account"
    OTHER_PRICE = "other_price"
    OTHER_VAT = "other_vat"
    WRONG_AMOUNT = "wrong_amount"
    MORE_THAN_CERTIFIED = "more_than_certified"
    ALREADY_SUBMITTED = "already_submitted"
    TOO_MANY_WAITING = "too_many_waiting"


class InvoiceDisputed(Event):
    """The invoice does not agree with the order or the service fait and is not paid."""

    engagement: EngagementId
    invoice: InvoiceId
    reason: InvoiceDispute
    invoiced_cents: PositiveCents
    disputed_at: Instant
