"""Tutoring sessions: planned, reported by the mentor, corrected, and validated by a coordinator."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    Instant,
    MentorId,
    Minutes,
    PairId,
    ProgrammeId,
    PupilId,
    SessionId,
    UserId,
)

ClaimNumber = Annotated[int, Field(ge=1)]
"""A session that is reported, and corrected, asks for a slot each time; the number tells them apart."""


class Mode(StrEnum):
    """How mentor and pupil meet."""

    VISIO = "visio"
    PHONE = "phone"
    IN_PERSON = "in_person"


class Attendance(StrEnum):
    """Who was there."""

    PRESENT = "present"
    ABSENT_EXCUSED = "absent_excused"
    ABSENT = "absent"
    CANCELLED_BY_MENTOR = "cancelled_by_mentor"


class SessionScheduled(Event):
    """A pair will meet."""

    session: SessionId
    association: Siret
    programme: ProgrammeId
    pair: PairId
    mentor: MentorId
    pupil: PupilId
    starts_at: Instant
    planned_minutes: Minutes
    mode: Mode
    scheduled_at: Instant
    scheduled_by: UserId


class SessionReported(Event):
    """What became of a session, as the mentor declares it or as it was signed for."""

    session: SessionId
    association: Siret
    starts_at: Instant
    minutes: Minutes
    attendance: Attendance
    reported_at: Instant
    reported_by: UserId

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        _minutes_agree(self.minutes, self.attendance)
        _is_over(self.starts_at, self.minutes, self.reported_at, "reported_at")
        return self


class SessionCorrected(Event):
    """The report was wrong; this replaces it, and has to be validated anew."""

    session: SessionId
    association: Siret
    starts_at: Instant
    minutes: Minutes
    attendance: Attendance
    corrected_at: Instant
    corrected_by: UserId

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        _minutes_agree(self.minutes, self.attendance)
        _is_over(self.starts_at, self.minutes, self.corrected_at, "corrected_at")
        return self


def _minutes_agree(minutes: int, attendance: Attendance) -> None:
    if (attendance is Attendance.PRESENT) != (minutes > 0):
        detail = f"minutes are {minutes} and attendance is {attendance}."
        raise refusal("attendance", detail, "Minutes are for pupils who were present only.")


def _is_over(starts_at: datetime, minutes: int, said_at: datetime, name: str) -> None:
    if minutes and starts_at + timedelta(minutes=minutes) > said_at:
        raise refusal("session-over", f"{name} is before its end.", "Report it afterwards.")


class SessionValidated(Event):
    """A coordinator, who is not the one who reported it, vouches for the report."""

    session: SessionId
    association: Siret
    validated_at: Instant
    validated_by: UserId


class RejectionReason(StrEnum):
    """Why a coordinator does not vouch for a report."""

    NO_EVIDENCE = "no_evidence"
    NOT_HELD = "not_held"
    WRONG_MINUTES = "wrong_minutes"
    REPORTED_TWICE = "reported_twice"


class SessionRejected(Event):
    """A coordinator does not vouch for the report; it may be corrected."""

    session: SessionId
    association: Siret
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId


class SessionOpened(Event):
    """The session is planned; its report is awaited until report_by."""

    session: SessionId
    association: Siret
    programme: ProgrammeId
    pair: PairId
    mentor: MentorId
    pupil: PupilId
    starts_at: Instant
    planned_minutes: Minutes
    mode: Mode
    report_by: Instant


class ReportRecorded(Event):
    """The report holds, and replaces any before it; mentor and pupil keep its slot if it was held."""

    session: SessionId
    starts_at: Instant
    minutes: Minutes
    attendance: Attendance
    claim: ClaimNumber | None = None
    """None: nobody came, no slot is kept."""
    told_type: str
    told_at: Instant
    told_by: UserId


class ValidationRecorded(Event):
    """The report is validated; its minutes count."""

    session: SessionId
    minutes: Minutes
    validated_at: Instant
    validated_by: UserId


class SessionRejectionRecorded(Event):
    """The report does not count."""

    session: SessionId
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId


class SessionRefusal(StrEnum):
    """Why a session, or what is said of it, does not count."""

    ALREADY_SCHEDULED = "already_scheduled"
    UNKNOWN_SESSION = "unknown_session"
    OTHER_ASSOCIATION = "other_association"
    ALREADY_REPORTED = "already_reported"
    NOT_REPORTED = "not_reported"
    ALREADY_VALIDATED = "already_validated"
    OWN_REPORT = "own_report"
    ALREADY_REJECTED = "already_rejected"
    LAPSED = "lapsed"
    IMPLAUSIBLE_MINUTES = "implausible_minutes"
    SLOT_UNDECIDED = "slot_undecided"
    TOO_MANY_WAITING = "too_many_waiting"
    UNKNOWN_MENTOR = "unknown_mentor"
    NO_VALID_CHECK = "no_valid_check"
    MENTOR_SUSPENDED = "mentor_suspended"
    UNKNOWN_PAIR = "unknown_pair"
    OTHER_PAIR = "other_pair"
    PAIR_NOT_ACTIVE = "pair_not_active"
    MENTOR_BUSY = "mentor_busy"
    UNKNOWN_ENROLMENT = "unknown_enrolment"
    NOT_ENROLLED = "not_enrolled"
    OUTSIDE_PROGRAMME = "outside_programme"
    PUPIL_BUSY = "pupil_busy"
    TOO_OLD = "too_old"
    TOO_MANY_SLOTS = "too_many_slots"


class SessionRefused(Event):
    """What was said of a session does not count; all stays as it was."""

    session: SessionId
    refused_type: str
    about: str
    reason: SessionRefusal


class SessionLapsed(Event):
    """Nobody reported the session in time."""

    session: SessionId
    lapsed_at: Instant
