"""Credits on their way from one budget line to another: they arrive once, or come back."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Postings
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BudgetLineId,
    Cents,
    DecisionId,
    Instant,
    UoId,
    UserId,
    some_credits,
)


class CreditsDelegated(Event):
    """The ministry passes credits of one line on to another, such as a préfet's."""

    decision: DecisionId
    budget_line: BudgetLineId
    to_line: BudgetLineId
    to_uo: UoId
    ae_cents: Cents
    cp_cents: Cents
    delegated_at: Instant
    delegated_by: UserId

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        some_credits(self.ae_cents, self.cp_cents)
        if self.to_line == self.budget_line:
            detail = "to_line is the line that the credits come from."
            raise refusal("delegation-elsewhere", detail, "Name the line that receives them.")
        return self


class DelegationSent(Event):
    """The delegated credits have left their line and are on their way to the other one."""

    decision: DecisionId
    budget_line: BudgetLineId
    to_line: BudgetLineId
    to_uo: UoId
    ae_cents: Cents
    cp_cents: Cents
    delegated_at: Instant
    delegated_by: UserId
    sent_at: Instant
    postings: Postings


class DelegationReceived(Event):
    """The delegated credits can be used on the line that they were sent to."""

    decision: DecisionId
    budget_line: BudgetLineId
    uo: UoId
    from_line: BudgetLineId
    ae_cents: Cents
    cp_cents: Cents
    received_at: Instant
    postings: Postings


class DelegationRefusal(StrEnum):
    """Why a line does not take credits of another one."""

    OTHER_UO = "other_uo"
    TOO_MUCH = "too_much"
    """More than one line can count: see `MAX_CENTS`."""


class DelegationReturned(Event):
    """The line that delegated credits were sent to does not take them: they go back."""

    decision: DecisionId
    budget_line: BudgetLineId
    """Where they came from and go back to."""
    to_line: BudgetLineId
    ae_cents: Cents
    cp_cents: Cents
    reason: DelegationRefusal


class DelegationTakenBack(Event):
    """Delegated credits that came back can be used again where they were."""

    decision: DecisionId
    budget_line: BudgetLineId
    to_line: BudgetLineId
    ae_cents: Cents
    cp_cents: Cents
    reason: DelegationRefusal
    postings: Postings
