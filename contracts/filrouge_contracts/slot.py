"""How a session gets its time: the mentor keeps a slot for it, then the pupil; neither keeps two at once."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.session import ClaimNumber
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


class SlotRequested(Event):
    """A session that was held, by its report or a correction, asks for its time: first the mentor."""

    session: SessionId
    claim: ClaimNumber
    association: Siret
    programme: ProgrammeId
    pair: PairId
    mentor: MentorId
    pupil: PupilId
    starts_at: Instant
    minutes: Minutes
    told_type: str
    """What is decided by it: the report or the correction."""
    told_at: Instant
    told_by: UserId
    answer_by: Instant


class MentorBooked(Event):
    """The mentor, checked and paired, keeps the slot; now the pupil is asked."""

    session: SessionId
    claim: ClaimNumber
    association: Siret
    programme: ProgrammeId
    pair: PairId
    mentor: MentorId
    pupil: PupilId
    starts_at: Instant
    minutes: Minutes
    answer_by: Instant
    forgotten_before: Instant
    """Slots that ended before are forgotten, and older sessions refused."""


class PupilBooked(Event):
    """The pupil, enrolled, keeps the slot as well: the session was held."""

    session: SessionId
    claim: ClaimNumber
    programme: ProgrammeId
    pupil: PupilId
    starts_at: Instant
    minutes: Minutes
    accompanied_until: Instant
    """The pupil counts as accompanied so long, by this session."""
    forgotten_before: Instant


class SlotRefusal(StrEnum):
    """Why a mentor or a pupil does not keep a slot."""

    UNKNOWN_MENTOR = "unknown_mentor"
    OTHER_ASSOCIATION = "other_association"
    TOO_OLD = "too_old"
    MENTOR_SUSPENDED = "mentor_suspended"
    UNKNOWN_PAIR = "unknown_pair"
    OTHER_PAIR = "other_pair"
    PAIR_NOT_ACTIVE = "pair_not_active"
    NO_VALID_CHECK = "no_valid_check"
    MENTOR_BUSY = "mentor_busy"
    UNKNOWN_ENROLMENT = "unknown_enrolment"
    NOT_ENROLLED = "not_enrolled"
    OUTSIDE_PROGRAMME = "outside_programme"
    PUPIL_BUSY = "pupil_busy"
    TOO_MANY_SLOTS = "too_many_slots"
    TOO_MANY_WAITING = "too_many_waiting"


class SlotRefused(Event):
    """The mentor or the pupil does not keep the slot; earlier ones of the session stay."""

    session: SessionId
    claim: ClaimNumber
    refused_by: str
    """Key of the mentor or the pupil."""
    reason: SlotRefusal


class SlotReleaseRequested(Event):
    """A session no longer needs a slot that it asked for."""

    target: str
    """Key of the mentor or the pupil."""
    session: SessionId
    claim: ClaimNumber


class SlotReleased(Event):
    """The time is free again."""

    target: str
    session: SessionId
    claim: ClaimNumber


class SlotRevocation(StrEnum):
    """Why a slot that was kept is taken back."""

    MENTOR_SUSPENDED = "mentor_suspended"
    NO_VALID_CHECK = "no_valid_check"
    PAIR_NOT_ACTIVE = "pair_not_active"
    NOT_ENROLLED = "not_enrolled"


class SlotRevoked(Event):
    """What was heard later takes a kept slot back: a suspension, an end of the pair, a leave."""

    session: SessionId
    claim: ClaimNumber
    revoked_by: str
    """Key of the mentor or the pupil."""
    reason: SlotRevocation


class SlotLost(Event):
    """The session has lost the slot that it kept or asked for: its report no longer holds."""

    session: SessionId
    claim: ClaimNumber
    reason: SlotRevocation
