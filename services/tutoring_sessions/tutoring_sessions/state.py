"""What is remembered of programmes, and how each event changes it.

A programme holds sums and its open statement: its size does not grow with its sessions.
Mentors and pupils are in `people_state.py`, sessions in `session_state.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Holder, held, let_go, timed
from filrouge_contracts.budget import CommitmentReleaseRequested, CommitmentRequested
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    MINUTES_AN_HOUR,
    HoursCertified,
    HoursStated,
    MinutesCounted,
    MinutesRefused,
    ProgrammeClosed,
    ProgrammeEnded,
    ProgrammeEndRecorded,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    StatementWithdrawn,
)
from filrouge_contracts.pupil import EnrolmentAccepted, EnrolmentRefused, EnrolmentRequested
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from tutoring_sessions import people_state, session_state
from tutoring_sessions.tables import refused

S = TypeVar("S")


class Step(StrEnum):
    """Where a programme is on its way."""

    UNKNOWN = "unknown"
    COMMITTING = "committing"
    FUNDED = "funded"
    REFUSED = "refused"
    CLOSED = "closed"


class Statement(msgspec.Struct, frozen=True):
    """Hours that wait for the State's approval."""

    certificate: str
    hours: int
    stated_at: datetime


class Programme(Holder, frozen=True, omit_defaults=True):
    """A programme: who is paid for how many hours at which rate, and what was validated of them.

    `ends_at`: sessions that begin later do not count. `closes_at`: set once it has ended.
    `statement_at`: there is no statement before; until something was counted, none at all.
    """

    step: Step = Step.UNKNOWN
    association: str = ""
    iban: str = ""
    budget_line: str = ""
    funded_hours: int = 0
    hourly_rate_cents: int = 0
    registered_by: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    answer_by: datetime | None = None
    closes_at: datetime | None = None
    validated_minutes: int = 0
    latest_at: datetime | None = None
    certified_hours: int = 0
    statements: int = 0
    statement: Statement | None = None
    statement_at: datetime | None = None

    def deadlines(self) -> Iterable[datetime | None]:
        if self.step is Step.COMMITTING:
            yield self.answer_by
        if self.step is Step.FUNDED:
            yield self.closes_at or self.ends_at
            if self.statement is None and self.claimable_hours > 0:
                yield self.statement_at

    @property
    def claimable_hours(self) -> int:
        """Whole hours, validated and funded, that no statement has claimed; negative: too many were."""
        hours = min(self.validated_minutes // MINUTES_AN_HOUR, self.funded_hours)
        return hours - self.certified_hours - (self.statement.hours if self.statement else 0)

    @property
    def unfunded_minutes(self) -> int:
        return max(0, self.validated_minutes - self.funded_hours * MINUTES_AN_HOUR)


# --- programmes ----------------------------------------------------------------------------------


def _opened(programme: Programme, event: ProgrammeOpened) -> Programme:
    opened = replace(
        programme,
        step=Step.COMMITTING,
        association=event.association,
        iban=event.iban,
        budget_line=event.budget_line,
        funded_hours=event.funded_hours,
        hourly_rate_cents=event.hourly_rate_cents,
        registered_by=event.registered_by,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        answer_by=event.due_at,
    )
    return timed(opened)


def _funded(programme: Programme, _event: ProgrammeFunded) -> Programme:
    return timed(replace(programme, step=Step.FUNDED))


def _programme_refused(programme: Programme, event: ProgrammeRefused) -> Programme:
    if event.reason in (ProgrammeRefusal.COMMITMENT_REFUSED, ProgrammeRefusal.NO_ANSWER_IN_TIME):
        return timed(replace(programme, step=Step.REFUSED))
    return refused(programme, event)


def _place_decided(programme: Programme, event: EnrolmentAccepted | EnrolmentRefused) -> Programme:
    return let_go(programme, EnrolmentRequested, event.pupil)


def _counted(programme: Programme, event: MinutesCounted) -> Programme:
    counted = replace(
        programme,
        validated_minutes=event.validated_minutes,
        latest_at=event.latest_at,
        statement_at=programme.statement_at or event.statement_at,
    )
    return timed(counted)


def _stated(programme: Programme, event: HoursStated) -> Programme:
    stated = replace(
        programme,
        statement=Statement(event.certificate, event.hours, event.stated_at),
        statements=programme.statements + 1,
        statement_at=event.next_at,
    )
    return timed(stated)


def _withdrawn(programme: Programme, _event: StatementWithdrawn) -> Programme:
    return timed(replace(programme, statement=None))


def _certified(programme: Programme, event: HoursCertified) -> Programme:
    certified_hours = programme.certified_hours + event.hours
    return timed(replace(programme, statement=None, certified_hours=certified_hours))


def _ended(programme: Programme, event: ProgrammeEndRecorded) -> Programme:
    name = event.programme
    programme = replace(programme, ends_at=event.ended_at, closes_at=event.closes_at)
    return timed(let_go(programme, ProgrammeEnded, name))


def _closed(programme: Programme, _event: ProgrammeClosed) -> Programme:
    return timed(replace(programme, step=Step.CLOSED))


EVOLUTIONS: Evolutions = {
    ("programme", EventHeld): held,
    ("programme", ProgrammeOpened): _opened,
    ("programme", CommitmentRequested): unchanged,
    ("programme", CommitmentReleaseRequested): unchanged,
    ("programme", ProgrammeFunded): _funded,
    ("programme", ProgrammeRefused): _programme_refused,
    ("programme", EnrolmentAccepted): _place_decided,
    ("programme", EnrolmentRefused): _place_decided,
    ("programme", MinutesCounted): _counted,
    ("programme", MinutesRefused): unchanged,
    ("programme", HoursStated): _stated,
    ("programme", StatementWithdrawn): _withdrawn,
    ("programme", HoursCertified): _certified,
    ("programme", ProgrammeEndRecorded): _ended,
    ("programme", ProgrammeClosed): _closed,
    **people_state.EVOLUTIONS,
    **session_state.EVOLUTIONS,
}


def evolve(kind: str, state: S, event: Event) -> S:
    """The aggregate once it has said this, for a rule that says more than one thing."""
    changed: S = EVOLUTIONS[kind, type(event)](state, event)
    return changed
