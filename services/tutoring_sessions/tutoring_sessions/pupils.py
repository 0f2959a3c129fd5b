"""Decides where a pupil takes part, which sessions it had, and whether it counts as accompanied.

    enrolled → its programme is asked → takes part → has left
    asked by its mentor for the time of a session: keeps it, and so the session was held

A pupil that two associations follow is one pupil: their sessions do not overlap, and it counts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import DAY_SECONDS, grace_ends
from filrouge_contracts.event import Event
from filrouge_contracts.pupil import (
    EnrolmentAccepted,
    EnrolmentRecorded,
    EnrolmentRefused,
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
    SlotRefusal,
    SlotRefused,
    SlotReleaseRequested,
    SlotRevocation,
    SlotRevoked,
)

from tutoring_sessions import calendars
from tutoring_sessions.people_state import Pupil
from tutoring_sessions.state import evolve
from tutoring_sessions.tables import (
    Objection,
    Table,
    Word,
)

ENROLMENTS_AT_MOST = 20
ACCOMPANIED_SECONDS = 21 * DAY_SECONDS


# --- what speaks against a word ------------------------------------------------------------------


def _takes_part(pupil: Pupil, event: PupilEnrolled, _context: Context) -> bool:
    """Also when its programme has not answered yet."""
    known = pupil.enrolments.get(event.programme)
    return event.programme in pupil.wishes or (known is not None and known.left_at is None)


def _before_it_left(pupil: Pupil, event: PupilEnrolled, _context: Context) -> bool:
    known = pupil.enrolments.get(event.programme)
    return known is not None and known.left_at is not None and event.enrolled_at < known.left_at


def _too_many(pupil: Pupil, event: PupilEnrolled, context: Context) -> bool:
    at_most = context.parameter("pupil_enrolments_at_most", ENROLMENTS_AT_MOST)
    return len({*pupil.wishes, *pupil.enrolments, event.programme}) > at_most


def _unknown(pupil: Pupil, event: PupilLeft | MentorBooked, _context: Context) -> bool:
    """Or asked for anew: the answer may change what is known."""
    return event.programme in pupil.wishes or event.programme not in pupil.enrolments


def _of_another(pupil: Pupil, event: PupilLeft | MentorBooked, _context: Context) -> bool:
    return pupil.enrolments[event.programme].association != event.association


def _has_left(pupil: Pupil, event: PupilLeft, _context: Context) -> bool:
    return pupil.enrolments[event.programme].left_at is not None


def _leaves_before_it_came(pupil: Pupil, event: PupilLeft, _context: Context) -> bool:
    return event.left_at < pupil.enrolments[event.programme].enrolled_at


def _not_enrolled(pupil: Pupil, event: MentorBooked, _context: Context) -> bool:
    enrolment = pupil.enrolments[event.programme]
    gone = enrolment.left_at is not None and event.starts_at >= enrolment.left_at
    return gone or event.starts_at < enrolment.enrolled_at


def _outside_programme(pupil: Pupil, event: MentorBooked, _context: Context) -> bool:
    enrolment = pupil.enrolments[event.programme]
    return not enrolment.starts_at <= event.starts_at <= enrolment.ends_at


_ENROLLING: tuple[Objection, ...] = (
    (PupilRefusal.ALREADY_ENROLLED, _takes_part),
    (PupilRefusal.DATES_OUT_OF_ORDER, _before_it_left),
    (PupilRefusal.TOO_MANY_ENROLMENTS, _too_many),
)
_LEAVING: tuple[Objection, ...] = (
    (PupilRefusal.UNKNOWN_ENROLMENT, _unknown),
    (PupilRefusal.OTHER_ASSOCIATION, _of_another),
    (PupilRefusal.ALREADY_LEFT, _has_left),
    (PupilRefusal.DATES_OUT_OF_ORDER, _leaves_before_it_came),
)
_BOOKING: tuple[Objection, ...] = (
    (SlotRefusal.TOO_OLD, calendars.too_old),
    (SlotRefusal.UNKNOWN_ENROLMENT, _unknown),
    (SlotRefusal.OTHER_ASSOCIATION, _of_another),
    (SlotRefusal.NOT_ENROLLED, _not_enrolled),
    (SlotRefusal.OUTSIDE_PROGRAMME, _outside_programme),
    (SlotRefusal.PUPIL_BUSY, calendars.busy),
    (SlotRefusal.TOO_MANY_SLOTS, calendars.full),
)


# --- what follows from a word --------------------------------------------------------------------


def _ask_programme(_pupil: Pupil, event: PupilEnrolled, context: Context) -> Iterator[Event]:
    yield EnrolmentRequested(
        programme=event.programme,
        pupil=event.pupil,
        association=event.association,
        uai=event.uai,
        qpv=event.qpv,
        enrolled_at=event.enrolled_at,
        answer_by=grace_ends(context),
    )


def _leave(pupil: Pupil, event: PupilLeft, context: Context) -> Iterator[Event]:
    """Sessions that were reported for later count no longer."""
    yield LeaveRecorded(pupil=event.pupil, programme=event.programme, left_at=event.left_at)
    for slot in pupil.slots:
        if slot.under == event.programme and slot.starts_at >= event.left_at:
            revoked = SlotRevoked(
                session=slot.session,
                claim=slot.claim,
                revoked_by=context.key,
                reason=SlotRevocation.NOT_ENROLLED,
            )
            yield revoked
            pupil = evolve("pupil", pupil, revoked)
    yield from _count(pupil, context)


def _book(pupil: Pupil, event: MentorBooked, context: Context) -> Iterator[Event]:
    seconds = context.parameter("accompanied_seconds", ACCOMPANIED_SECONDS)
    booked = PupilBooked(
        session=event.session,
        claim=event.claim,
        programme=event.programme,
        pupil=event.pupil,
        starts_at=event.starts_at,
        minutes=event.minutes,
        accompanied_until=event.starts_at + timedelta(seconds=seconds),
        forgotten_before=calendars.horizon(context),
    )
    yield booked
    yield from _count(evolve("pupil", pupil, booked), context)


def _count(pupil: Pupil, context: Context) -> Iterator[Event]:
    """The pupil counts from the first session of the last days until none is left."""
    last = pupil.last_session
    has_one = last is not None and last.accompanied_until > context.now
    if last is not None and has_one and not pupil.accompanied:
        yield PupilAccompanied(pupil=context.name, session=last.session, accompanied_at=context.now)
    elif pupil.accompanied and not has_one:
        yield PupilNoLongerAccompanied(pupil=context.name, ended_at=context.now)


def _refused(event: Event, about: str, reason: StrEnum, context: Context) -> Event:
    if isinstance(event, MentorBooked):
        return SlotRefused(
            session=event.session,
            claim=event.claim,
            refused_by=context.key,
            reason=SlotRefusal(reason),
        )
    return PupilRefused(
        pupil=context.name,
        refused_type=event.event_type,
        about=about,
        reason=PupilRefusal(reason),
    )


TABLE = Table(
    words={
        PupilEnrolled: Word(lambda event: event.programme, _ENROLLING, _ask_programme),
        PupilLeft: Word(lambda event: event.programme, _LEAVING, _leave),
        MentorBooked: Word(calendars.about, _BOOKING, _book),
    },
    only_late=frozenset({PupilRefusal.UNKNOWN_ENROLMENT, SlotRefusal.UNKNOWN_ENROLMENT}),
    too_many=PupilRefusal.TOO_MANY_WAITING,
    refused=_refused,
    evolve=lambda pupil, event: evolve("pupil", pupil, event),
)


# --- what is not a partner's word ----------------------------------------------------------------


def enrol(pupil: Pupil, event: EnrolmentAccepted, context: Context) -> Iterator[Event]:
    """The programme has a place; what waited for that is decided."""
    wish = pupil.wishes.get(event.programme)
    if wish is None:
        raise Contradiction(f"{event.programme} takes {event.pupil}, who did not ask")
    recorded = EnrolmentRecorded(
        pupil=event.pupil,
        programme=event.programme,
        association=wish.association,
        uai=wish.uai,
        qpv=wish.qpv,
        enrolled_at=wish.enrolled_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )
    yield recorded
    yield from TABLE.retry(evolve("pupil", pupil, recorded), context)


def refuse_enrolment(pupil: Pupil, event: EnrolmentRefused, context: Context) -> Iterator[Event]:
    """The programme has none; an enrolment of before stays as it was."""
    if event.programme not in pupil.wishes:
        raise Contradiction(f"{event.programme} refuses {event.pupil}, who did not ask")
    refused = PupilRefused(
        pupil=event.pupil,
        refused_type=PupilEnrolled.event_type,
        about=event.programme,
        reason=PupilRefusal(event.reason),
    )
    yield refused
    yield from TABLE.retry(evolve("pupil", pupil, refused), context)


def release(pupil: Pupil, event: SlotReleaseRequested, context: Context) -> Iterator[Event]:
    """A session was corrected or rejected: perhaps the pupil is no longer accompanied."""
    for released in calendars.release(pupil, event, context):
        yield released
        yield from _count(evolve("pupil", pupil, released), context)


def wake(pupil: Pupil, due: Due, context: Context) -> Iterator[Event]:
    """What waited is refused; or the last session is too long ago."""
    said = list(TABLE.give_up(pupil, due, context))
    for event in said:
        pupil = evolve("pupil", pupil, event)
    yield from said
    yield from _count(pupil, context)
