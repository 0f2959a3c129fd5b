"""Tutoring programmes of associations: what is funded, what was done, what is paid for."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BudgetLineId,
    Cents,
    CertificateId,
    Hours,
    Instant,
    Minutes,
    PositiveCents,
    ProgrammeId,
    Quantity,
    SessionId,
    SignedMinutes,
    TotalMinutes,
    UserId,
)

MINUTES_AN_HOUR = 60


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


class ProgrammeEnded(Event):
    """The association ends its programme before its time; later sessions do not count."""

    programme: ProgrammeId
    association: Siret
    ended_at: Instant
    ended_by: UserId


class HoursApproved(Event):
    """The State approves a statement of hours: service fait."""

    programme: ProgrammeId
    certificate: CertificateId
    approved_at: Instant
    approved_by: UserId


class ProgrammeRefusal(StrEnum):
    """Why a programme is not funded, or what is said of it does not count."""

    ALREADY_OPEN = "already_open"
    COMMITMENT_REFUSED = "commitment_refused"
    NO_ANSWER_IN_TIME = "no_answer_in_time"
    UNKNOWN_PROGRAMME = "unknown_programme"
    OTHER_ASSOCIATION = "other_association"
    NOT_FUNDED = "not_funded"
    ALREADY_ENDED = "already_ended"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    SESSIONS_AFTER_END = "sessions_after_end"
    UNKNOWN_CERTIFICATE = "unknown_certificate"
    OWN_PROGRAMME = "own_programme"
    TOO_MANY_WAITING = "too_many_waiting"


class ProgrammeRefused(Event):
    """What was said of a programme does not count; if it is its registration, it is not funded."""

    programme: ProgrammeId
    refused_type: str
    about: str
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


class ProgrammeEndRecorded(Event):
    """The last day is over or the association has ended it; hours are still certified until closes_at."""

    programme: ProgrammeId
    ended_at: Instant
    closes_at: Instant


class Held(Part):
    """What a validated session is worth, and when it began."""

    starts_at: Instant
    minutes: Minutes


class MinutesChanged(Event):
    """A session's minutes are validated, or no longer: what counted before is replaced, never added."""

    programme: ProgrammeId
    session: SessionId
    before: Held | None = None
    """None: the session did not count."""
    now: Held | None = None
    """None: it no longer counts."""


class MinutesCounted(Event):
    """The programme has so many more minutes, or fewer."""

    programme: ProgrammeId
    session: SessionId
    difference_minutes: SignedMinutes
    validated_minutes: TotalMinutes
    """Of all sessions, with this one."""
    unfunded_minutes: TotalMinutes
    """Of those: beyond the funding, never paid for."""
    latest_at: Instant
    """Start of the latest session that was ever counted; the programme cannot end before."""
    statement_at: Instant
    """Earliest moment of the first statement."""


class MinutesRefusal(StrEnum):
    """Why a session's change does not count for its programme."""

    AFTER_THE_END = "after_the_end"
    """It began after the last day."""
    ALREADY_CLOSED = "already_closed"


class MinutesRefused(Event):
    """A session's change does not count for the programme, which has ended or closed."""

    programme: ProgrammeId
    session: SessionId
    minutes: Minutes
    """Not counted."""
    reason: MinutesRefusal


class HoursStated(Event):
    """The whole hours that were validated and not stated yet, within the funding, await approval."""

    programme: ProgrammeId
    certificate: CertificateId
    hours: Quantity
    carried_minutes: TotalMinutes
    """Validated and funded, less than an hour: left for the next statement."""
    unfunded_minutes: TotalMinutes
    stated_at: Instant
    next_at: Instant
    """There is no other statement before."""


class StatementWithdrawn(Event):
    """The stated hours no longer stand: they were corrected, or not approved until the programme closed."""

    programme: ProgrammeId
    certificate: CertificateId
    hours: Quantity


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
    unproven_minutes: TotalMinutes = 0
    """Certified, and corrected away afterwards: claimed back, by the hour that is begun."""
