"""Mentors of associations: their safeguarding checks, and the pupils they are paired with."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.problems import Says, refusal
from filrouge_contracts.values import Instant, MentorId, PairId, ProgrammeId, PupilId, UserId

Capacity = Annotated[
    int,
    Field(ge=1, le=50),
    Says(
        "capacity",
        "must be a whole number of pupils from 1 to 50.",
        "Send how many pupils the mentor can follow at a time.",
    ),
]


class CheckType(StrEnum):
    """Which register was asked about a mentor."""

    B3 = "b3"
    """Bulletin n° 3 of the criminal record, which only the person obtains."""
    FIJAIS = "fijais"
    """The register of sexual offenders."""
    ACM_DECLARATION = "acm_declaration"
    """Declared collective childcare, whose staff the State checks itself."""


class CheckResult(StrEnum):
    """What a check says, and nothing of why."""

    CLEAR = "clear"
    NOT_CLEAR = "not_clear"


class Check(Part):
    """A safeguarding check: its result and term, never the extract."""

    type: CheckType
    result: CheckResult
    checked_at: Instant
    expires_at: Instant
    checked_by: UserId

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.expires_at <= self.checked_at:
            raise refusal("check-term", "expires_at is not after checked_at.", "Correct them.")
        return self


class MentorRegistered(Event):
    """An association has a mentor, who was checked, and says how many pupils it can be given."""

    mentor: MentorId
    association: Siret
    capacity: Capacity
    check: Check
    registered_at: Instant
    registered_by: UserId


class MentorChecked(Event):
    """A mentor was checked again; a check that is not clear suspends at once."""

    mentor: MentorId
    association: Siret
    check: Check


class SuspensionReason(StrEnum):
    """Why a mentor may not work with pupils for now."""

    ALERT = "alert"
    INCIDENT = "incident"
    INQUIRY = "inquiry"
    OWN_REQUEST = "own_request"


class MentorSuspended(Event):
    """A mentor may not work with pupils from this moment on."""

    mentor: MentorId
    association: Siret
    reason: SuspensionReason
    suspended_at: Instant
    suspended_by: UserId


class MentorReinstated(Event):
    """The reason for a suspension is gone; a check that was not clear has to be made again instead."""

    mentor: MentorId
    association: Siret
    reinstated_at: Instant
    reinstated_by: UserId


class PairFormed(Event):
    """A mentor will work with a pupil in a programme."""

    pair: PairId
    association: Siret
    programme: ProgrammeId
    mentor: MentorId
    pupil: PupilId
    formed_at: Instant
    formed_by: UserId


class PairEnded(Event):
    """A mentor and a pupil no longer work together."""

    pair: PairId
    association: Siret
    mentor: MentorId
    ended_at: Instant
    ended_by: UserId


class MentorOpened(Event):
    """The mentor is known; whether it may work, its standing says."""

    mentor: MentorId
    association: Siret
    capacity: Capacity


class Standing(StrEnum):
    """What was said of whether a mentor may work with pupils."""

    CLEAR = "clear"
    NOT_CLEAR = "not_clear"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"


class StandingRecorded(Event):
    """From `since` on this holds of the mentor, until the next one of its subject."""

    mentor: MentorId
    subject: str
    """A type of check, or `suspension`."""
    standing: Standing
    since: Instant
    expires_at: Instant | None = None
    """Of a clear check."""


class PairRecorded(Event):
    """The pair counts against the mentor's capacity; sessions may be held from formed_at on."""

    mentor: MentorId
    pair: PairId
    programme: ProgrammeId
    pupil: PupilId
    formed_at: Instant
    forgotten_before: Instant
    """Pairs that ended before are forgotten: no session of theirs can be reported any more."""


class PairEndRecorded(Event):
    """The mentor has room again; sessions from ended_at on do not count."""

    mentor: MentorId
    pair: PairId
    ended_at: Instant


class MentorRefusal(StrEnum):
    """Why what was said of a mentor does not count."""

    ALREADY_REGISTERED = "already_registered"
    UNKNOWN_MENTOR = "unknown_mentor"
    OTHER_ASSOCIATION = "other_association"
    ALREADY_FORMED = "already_formed"
    NO_VALID_CHECK = "no_valid_check"
    MENTOR_SUSPENDED = "mentor_suspended"
    NO_CAPACITY = "no_capacity"
    UNKNOWN_PAIR = "unknown_pair"
    ALREADY_ENDED = "already_ended"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_PAIRS = "too_many_pairs"
    TOO_MANY_WAITING = "too_many_waiting"


class MentorRefused(Event):
    """What was said of a mentor or a pair does not count; all stays as it was."""

    mentor: MentorId
    refused_type: str
    about: str
    reason: MentorRefusal
