"""How a session gets its time: the mentor keeps a slot for it, then the pupil; neither keeps two at once."""

from __future__ import annotations

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.session import ClaimNumber, SessionRefusal
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


class SlotRefused(Event):
    """The mentor or the pupil does not keep the slot; earlier ones of the session stay."""

    session: SessionId
    claim: ClaimNumber
    refused_by: str
    """Key of the mentor or the pupil."""
    reason: SessionRefusal


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


class SlotRevoked(Event):
    """What was heard later takes a kept slot back: a suspension, an end of the pair, a leave."""

    session: SessionId
    claim: ClaimNumber
    revoked_by: str
    """Key of the mentor or the pupil."""
    reason: SessionRefusal


class SlotLost(Event):
    """The session has lost the slot that it kept or asked for: its report no longer holds."""

    session: SessionId
    claim: ClaimNumber
    reason: SessionRefusal
