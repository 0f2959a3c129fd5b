"""What is remembered of mentors and pupils, and how each event changes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from filrouge_chassis.decider import Evolutions
from filrouge_chassis.waiting import held, let_go, timed
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    MentorChecked,
    MentorOpened,
    MentorRefused,
    MentorReinstated,
    MentorSuspended,
    PairEnded,
    PairEndRecorded,
    PairFormed,
    PairRecorded,
    Standing,
    StandingRecorded,
)
from filrouge_contracts.pupil import (
    EnrolmentRecorded,
    EnrolmentRequested,
    LeaveRecorded,
    PupilAccompanied,
    PupilEnrolled,
    PupilLeft,
    PupilNoLongerAccompanied,
    PupilRefusal,
    PupilRefused,
)
from filrouge_contracts.slot import (
    MentorBooked,
    PupilBooked,
    SlotRefused,
    SlotReleased,
    SlotRequested,
    SlotRevoked,
)
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from tutoring_sessions import calendars
from tutoring_sessions.calendars import Calendar, Slot
from tutoring_sessions.tables import refused

STANDINGS_AT_MOST = 20
SUSPENSION = "suspension"
BARS = (Standing.NOT_CLEAR, Standing.SUSPENDED)
OWN_REFUSALS = (
    PupilRefusal.ALREADY_ENROLLED,
    PupilRefusal.DATES_OUT_OF_ORDER,
    PupilRefusal.TOO_MANY_ENROLMENTS,
)
"""Of an enrolment, which its programme was not even asked for."""
SAID_BY: dict[Standing, type[Event]] = {
    Standing.CLEAR: MentorChecked,
    Standing.NOT_CLEAR: MentorChecked,
    Standing.SUSPENDED: MentorSuspended,
    Standing.REINSTATED: MentorReinstated,
}


class StandingFrom(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a check, a suspension or its end says of a mentor from a moment on."""

    standing: Standing
    since: datetime
    expires_at: datetime | None = None


class Pair(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a mentor works with."""

    programme: str
    pupil: str
    formed_at: datetime
    ended_at: datetime | None = None


class Mentor(Calendar, frozen=True, omit_defaults=True):
    """A mentor: may it work, with whom, and when it did. Not registered yet: no association.

    `standings`: per type of check, and for suspensions, what was said, by the moment it holds from.
    """

    association: str = ""
    capacity: int = 0
    standings: dict[str, tuple[StandingFrom, ...]] = {}
    pairs: dict[str, Pair] = {}


class Enrolment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pupil's place in a programme, which lasts from `starts_at` to `ends_at`."""

    association: str
    enrolled_at: datetime
    starts_at: datetime
    ends_at: datetime
    left_at: datetime | None = None


class Wish(msgspec.Struct, frozen=True):
    """A place that a programme was asked for and has not answered yet."""

    association: str
    uai: str
    qpv: str
    enrolled_at: datetime


class Pupil(Calendar, frozen=True, omit_defaults=True):
    """A pupil, whoever works with it."""

    wishes: dict[str, Wish] = {}
    enrolments: dict[str, Enrolment] = {}
    accompanied: bool = False

    def deadlines(self) -> Iterable[datetime | None]:
        last = self.last_session if self.accompanied else None
        return () if last is None else (last.accompanied_until,)

    @property
    def last_session(self) -> Slot | None:
        """The one that lets it count as accompanied longest."""
        return max(self.slots, key=lambda slot: slot.accompanied_until, default=None)


# --- mentors -------------------------------------------------------------------------------------


def _opened(mentor: Mentor, event: MentorOpened) -> Mentor:
    return replace(mentor, association=event.association, capacity=event.capacity)


def standing_about(subject: str, since: datetime) -> str:
    """What a word about a mentor's standing waits under."""
    return f"{subject} {since.isoformat()}"


def _standing(mentor: Mentor, event: StandingRecorded) -> Mentor:
    """At the same moment a bar comes last, so that it holds. Sessions before what is dropped count no more."""
    about = standing_about(event.subject, event.since)
    mentor = let_go(mentor, SAID_BY[event.standing], about)
    said = StandingFrom(event.standing, event.since, event.expires_at)
    words = (*mentor.standings.get(event.subject, ()), said)
    words = tuple(sorted(words, key=lambda word: (word.since, word.standing in BARS)))
    forgotten = mentor.forgotten_before
    if len(words) > STANDINGS_AT_MOST:
        words = words[1:]
        forgotten = max(words[0].since, forgotten or words[0].since)
    standings = {**mentor.standings, event.subject: words}
    return replace(mentor, standings=standings, forgotten_before=forgotten)


def _paired(mentor: Mentor, event: PairRecorded) -> Mentor:
    mentor = let_go(mentor, PairFormed, event.pair)
    pairs = {
        name: pair
        for name, pair in mentor.pairs.items()
        if pair.ended_at is None or pair.ended_at >= event.forgotten_before
    }
    pairs[event.pair] = Pair(event.programme, event.pupil, event.formed_at)
    return replace(mentor, pairs=pairs)


def _pair_ended(mentor: Mentor, event: PairEndRecorded) -> Mentor:
    mentor = let_go(mentor, PairEnded, event.pair)
    pair = replace(mentor.pairs[event.pair], ended_at=event.ended_at)
    return replace(mentor, pairs={**mentor.pairs, event.pair: pair})


def _mentor_booked(mentor: Mentor, event: MentorBooked) -> Mentor:
    mentor = let_go(mentor, SlotRequested, calendars.about(event))
    ends_at = calendars.end_of(event)
    slot = Slot(event.session, event.claim, event.pair, event.starts_at, ends_at)
    return calendars.booked(mentor, slot, event.forgotten_before)


def _mentor_refused_slot(mentor: Mentor, event: SlotRefused) -> Mentor:
    return let_go(mentor, SlotRequested, calendars.about(event))


# --- pupils --------------------------------------------------------------------------------------


def _wished(pupil: Pupil, event: EnrolmentRequested) -> Pupil:
    wish = Wish(event.association, event.uai, event.qpv, event.enrolled_at)
    return replace(pupil, wishes={**pupil.wishes, event.programme: wish})


def _enrolled(pupil: Pupil, event: EnrolmentRecorded) -> Pupil:
    enrolment = Enrolment(event.association, event.enrolled_at, event.starts_at, event.ends_at)
    enrolments = {**pupil.enrolments, event.programme: enrolment}
    return replace(_unwished(pupil, event.programme), enrolments=enrolments)


def _unwished(pupil: Pupil, programme: str) -> Pupil:
    wishes = {name: wish for name, wish in pupil.wishes.items() if name != programme}
    return replace(pupil, wishes=wishes)


def _left(pupil: Pupil, event: LeaveRecorded) -> Pupil:
    pupil = let_go(pupil, PupilLeft, event.programme)
    enrolment = replace(pupil.enrolments[event.programme], left_at=event.left_at)
    return replace(pupil, enrolments={**pupil.enrolments, event.programme: enrolment})


def _pupil_booked(pupil: Pupil, event: PupilBooked) -> Pupil:
    pupil = let_go(pupil, MentorBooked, calendars.about(event))
    slot = Slot(
        event.session,
        event.claim,
        event.programme,
        event.starts_at,
        calendars.end_of(event),
        event.accompanied_until,
    )
    return calendars.booked(pupil, slot, event.forgotten_before)


def _pupil_refused_slot(pupil: Pupil, event: SlotRefused) -> Pupil:
    return let_go(pupil, MentorBooked, calendars.about(event))


def _pupil_refused(pupil: Pupil, event: PupilRefused) -> Pupil:
    """What a programme refuses is no longer wished; other refusals leave the wish as it is."""
    if event.refused_type == PupilEnrolled.event_type and event.reason not in OWN_REFUSALS:
        return _unwished(pupil, event.about)
    return refused(pupil, event)


def _accompanied(pupil: Pupil, _event: PupilAccompanied) -> Pupil:
    return timed(replace(pupil, accompanied=True))


def _no_longer_accompanied(pupil: Pupil, _event: PupilNoLongerAccompanied) -> Pupil:
    return timed(replace(pupil, accompanied=False))


EVOLUTIONS: Evolutions = {
    ("mentor", EventHeld): held,
    ("mentor", MentorOpened): _opened,
    ("mentor", StandingRecorded): _standing,
    ("mentor", PairRecorded): _paired,
    ("mentor", PairEndRecorded): _pair_ended,
    ("mentor", MentorRefused): refused,
    ("mentor", MentorBooked): _mentor_booked,
    ("mentor", SlotRefused): _mentor_refused_slot,
    ("mentor", SlotReleased): calendars.freed,
    ("mentor", SlotRevoked): calendars.freed,
    ("pupil", EventHeld): held,
    ("pupil", EnrolmentRequested): _wished,
    ("pupil", EnrolmentRecorded): _enrolled,
    ("pupil", LeaveRecorded): _left,
    ("pupil", PupilRefused): _pupil_refused,
    ("pupil", PupilBooked): _pupil_booked,
    ("pupil", SlotRefused): _pupil_refused_slot,
    ("pupil", SlotReleased): calendars.freed,
    ("pupil", SlotRevoked): calendars.freed,
    ("pupil", PupilAccompanied): _accompanied,
    ("pupil", PupilNoLongerAccompanied): _no_longer_accompanied,
}
