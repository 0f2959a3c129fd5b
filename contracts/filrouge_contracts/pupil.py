"""Pupils in tutoring programmes, and whether somebody works with them; who they are, their school knows."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Qpv, Siret, Uai
from filrouge_contracts.values import Instant, ProgrammeId, PupilId, SessionId, Sha256, UserId


class PupilEnrolled(Event):
    """A pupil of a priority neighbourhood takes part in a programme, with its parents' authorisation."""

    pupil: PupilId
    association: Siret
    programme: ProgrammeId
    uai: Uai
    qpv: Qpv
    parental_authorisation_sha256: Sha256
    enrolled_at: Instant
    enrolled_by: UserId


class LeavingReason(StrEnum):
    """Why a pupil leaves a programme."""

    DONE = "done"
    MOVED = "moved"
    AUTHORISATION_WITHDRAWN = "authorisation_withdrawn"
    NO_LONGER_WISHED = "no_longer_wished"


class PupilLeft(Event):
    """A pupil no longer takes part in a programme."""

    pupil: PupilId
    association: Siret
    programme: ProgrammeId
    reason: LeavingReason
    left_at: Instant
    left_by: UserId


class EnrolmentRequested(Event):
    """A pupil asks a programme for a place; the pupil's sessions wait for the answer."""

    programme: ProgrammeId
    pupil: PupilId
    association: Siret
    uai: Uai
    qpv: Qpv
    enrolled_at: Instant
    answer_by: Instant


class EnrolmentAccepted(Event):
    """The programme is funded and takes the pupil, for sessions between these moments."""

    pupil: PupilId
    programme: ProgrammeId
    starts_at: Instant
    ends_at: Instant


class PupilRefusal(StrEnum):
    """Why what was said of a pupil does not count."""

    ALREADY_ENROLLED = "already_enrolled"
    UNKNOWN_PROGRAMME = "unknown_programme"
    NOT_FUNDED = "not_funded"
    PROGRAMME_ENDED = "programme_ended"
    OTHER_ASSOCIATION = "other_association"
    UNKNOWN_ENROLMENT = "unknown_enrolment"
    ALREADY_LEFT = "already_left"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_ENROLMENTS = "too_many_enrolments"
    TOO_MANY_WAITING = "too_many_waiting"


class EnrolmentRefusal(StrEnum):
    """Why a programme does not take a pupil."""

    UNKNOWN_PROGRAMME = "unknown_programme"
    NOT_FUNDED = "not_funded"
    PROGRAMME_ENDED = "programme_ended"
    OTHER_ASSOCIATION = "other_association"
    TOO_MANY_WAITING = "too_many_waiting"


class EnrolmentRefused(Event):
    """The programme does not take the pupil."""

    pupil: PupilId
    programme: ProgrammeId
    reason: EnrolmentRefusal


class EnrolmentRecorded(Event):
    """The pupil takes part; its residence and school are those the funding is for."""

    pupil: PupilId
    programme: ProgrammeId
    association: Siret
    uai: Uai
    qpv: Qpv
    enrolled_at: Instant
    starts_at: Instant
    ends_at: Instant


class LeaveRecorded(Event):
    """Sessions from left_at on do not count."""

    pupil: PupilId
    programme: ProgrammeId
    left_at: Instant


class PupilRefused(Event):
    """What was said of a pupil does not count; all stays as it was."""

    pupil: PupilId
    refused_type: str
    about: str
    reason: PupilRefusal


class PupilAccompanied(Event):
    """A pupil has a session of the last days, whichever association held it: it counts once."""

    pupil: PupilId
    session: SessionId
    accompanied_at: Instant


class PupilNoLongerAccompanied(Event):
    """No session of the last days is left: the time went by, or it was corrected."""

    pupil: PupilId
    ended_at: Instant
