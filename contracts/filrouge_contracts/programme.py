"""Tutoring programmes of associations: what is funded, what was done, what is paid for."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BudgetLineId,
    Cents,
    CertificateId,
    Hours,
    Instant,
    PositiveCents,
    ProgrammeId,
    Quantity,
    UserId,
)


class ProgrammeRegistered(Event):
    """An association will tutor pupils for hours that the State funds at a rate."""

    programme: ProgrammeId
    association: Siret
    iban: Iban
    budget_line: BudgetLineId
    funded_hours: Quantity
    hourly_rate_cents: PositiveCents
    pupils_targeted: Quantity
    starts_at: Instant
    ends_at: Instant
    registered_at: Instant
    registered_by: UserId

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise refusal("programme-period", "ends_at is not after starts_at.", "Correct them.")
        return self


class ProgrammeOpened(Event):
    """The programme waits for its money until due_at."""

    programme: ProgrammeId
    association: Siret
    iban: Iban
    budget_line: BudgetLineId
    funded_hours: Quantity
    hourly_rate_cents: PositiveCents
    pupils_targeted: Quantity
    starts_at: Instant
    ends_at: Instant
    registered_by: UserId
    due_at: Instant


class ProgrammeRefusal(StrEnum):
    """Why a programme is not funded, or what is said of it does not count."""

    ALREADY_OPEN = "already_open"
    COMMITMENT_REFUSED = "commitment_refused"
    NO_ANSWER_IN_TIME = "no_answer_in_time"


class ProgrammeRefused(Event):
    """The programme is not funded; the one known under this name stays as it is."""

    programme: ProgrammeId
    reason: ProgrammeRefusal


class ProgrammeFunded(Event):
    """The convention binds: hours up to its amount will be paid for."""

    programme: ProgrammeId
    budget_line: BudgetLineId
    association: Siret
    iban: Iban
    funded_hours: Quantity
    hourly_rate_cents: PositiveCents
    amount_cents: PositiveCents
    registered_by: UserId
    committed_at: Instant
    funded_at: Instant


class HoursCertified(Event):
    """Service fait of a programme: these whole hours were held, validated and approved."""

    programme: ProgrammeId
    certificate: CertificateId
    hours: Quantity
    certified_at: Instant
    certified_by: UserId


class ProgrammeClosed(Event):
    """No more hours will be certified; the rest of the funding is given back."""

    programme: ProgrammeId
    budget_line: BudgetLineId
    hours: Hours
    """Certified in all."""
    amount_cents: Cents
    """That was certified: the commitment beyond it is released."""
    closed_at: Instant
