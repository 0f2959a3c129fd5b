"""Decides what a session is worth: planned, reported, corrected, validated or rejected.

    scheduled → reported: mentor and pupil keep its time, or it does not count
              → corrected: the new time is asked for beside the old one, which stays if it is refused
              → validated by a coordinator: its minutes go to the programme
              → rejected, or its slot revoked: they are taken back

While a slot is asked for, everything else that is said of the session waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import grace_ends
from filrouge_contracts.event import Event
from filrouge_contracts.programme import Held, MinutesChanged
from filrouge_contracts.session import (
    Attendance,
    ReportRecorded,
    SessionCorrected,
    SessionLapsed,
    SessionOpened,
    SessionRefusal,
    SessionRefused,
    SessionRejected,
    SessionRejectionRecorded,
    SessionReported,
    SessionScheduled,
    SessionValidated,
    ValidationRecorded,
)
from filrouge_contracts.slot import (
    SlotReleaseRequested,
    SlotRequested,
)

from tutoring_sessions.calendars import HORIZON_SECONDS
from tutoring_sessions.session_state import Session, Stage
from tutoring_sessions.state import evolve
from tutoring_sessions.tables import Objection, Table, Word

MINUTES_AT_LEAST = 15
MINUTES_AT_MOST = 240
Told = SessionReported | SessionCorrected
Said = SessionReported | SessionCorrected | SessionValidated | SessionRejected


# --- what speaks against a word ------------------------------------------------------------------


def _at(*stages: Stage) -> Callable[[Session, Event, Context], bool]:
    return lambda session, _event, _context: session.stage in stages


def _known(session: Session, _event: Event, _context: Context) -> bool:
    return session.stage is not Stage.UNKNOWN


def _of_another(session: Session, event: Said, _context: Context) -> bool:
    return event.association != session.association


def _asking(session: Session, _event: Event, _context: Context) -> bool:
    return session.asked is not None


def _implausible(_session: Session, event: Told, context: Context) -> bool:
    """Nobody tutors for five minutes or for half a day."""
    least = context.parameter("session_at_least_minutes", MINUTES_AT_LEAST)
    most = context.parameter("session_at_most_minutes", MINUTES_AT_MOST)
    return event.attendance is Attendance.PRESENT and not least <= event.minutes <= most


def _own_report(session: Session, event: SessionValidated, _context: Context) -> bool:
    return session.report is not None and event.validated_by == session.report.told_by


_SAYING: tuple[Objection, ...] = (
    (SessionRefusal.UNKNOWN_SESSION, _at(Stage.UNKNOWN)),
    (SessionRefusal.OTHER_ASSOCIATION, _of_another),
    (SessionRefusal.LAPSED, _at(Stage.LAPSED)),
    (SessionRefusal.SLOT_UNDECIDED, _asking),
)
_REPORTING: tuple[Objection, ...] = (
    *_SAYING,
    (SessionRefusal.ALREADY_REPORTED, _at(Stage.REPORTED, Stage.VALIDATED, Stage.REJECTED)),
    (SessionRefusal.IMPLAUSIBLE_MINUTES, _implausible),
)
_CORRECTING: tuple[Objection, ...] = (
    *_SAYING,
    (SessionRefusal.NOT_REPORTED, _at(Stage.SCHEDULED)),
    (SessionRefusal.IMPLAUSIBLE_MINUTES, _implausible),
)
_VALIDATING: tuple[Objection, ...] = (
    *_SAYING,
    (SessionRefusal.NOT_REPORTED, _at(Stage.SCHEDULED)),
    (SessionRefusal.ALREADY_VALIDATED, _at(Stage.VALIDATED)),
    (SessionRefusal.ALREADY_REJECTED, _at(Stage.REJECTED)),
    (SessionRefusal.OWN_REPORT, _own_report),
)
_REJECTING: tuple[Objection, ...] = (
    *_SAYING,
    (SessionRefusal.NOT_REPORTED, _at(Stage.SCHEDULED)),
    (SessionRefusal.ALREADY_REJECTED, _at(Stage.REJECTED)),
)


# --- what follows from a word --------------------------------------------------------------------


def _open(session: Session, event: SessionScheduled, context: Context) -> Iterator[Event]:
    """It can be reported as long as its mentor and pupil remember their time."""
    seconds = context.parameter("horizon_seconds", HORIZON_SECONDS)
    seconds += context.parameter("deadline_grace_seconds", 0)
    opened = SessionOpened(
        session=event.session,
        association=event.association,
        programme=event.programme,
        pair=event.pair,
        mentor=event.mentor,
        pupil=event.pupil,
        starts_at=event.starts_at,
        planned_minutes=event.planned_minutes,
        mode=event.mode,
        report_by=event.starts_at + timedelta(seconds=seconds),
    )
    yield opened
    yield from lapse(evolve("session", session, opened), context)


def lapse(session: Session, context: Context) -> Iterator[Event]:
    """A session that nobody has reported until its time is over was not held."""
    silent = session.stage is Stage.SCHEDULED and session.asked is None
    if silent and session.report_by is not None and session.report_by <= context.now:
        yield SessionLapsed(session=context.name, lapsed_at=context.now)


def _report(session: Session, event: Told, context: Context) -> Iterator[Event]:
    """A session that was held needs its time; for one that was not nobody is asked."""
    said_at, said_by = _told(event)
    if event.attendance is Attendance.PRESENT:
        yield SlotRequested(
            session=event.session,
            claim=session.claims + 1,
            association=session.association,
            programme=session.programme,
            pair=session.pair,
            mentor=session.mentor,
            pupil=session.pupil,
            starts_at=event.starts_at,
            minutes=event.minutes,
            told_type=event.event_type,
            told_at=said_at,
            told_by=said_by,
            answer_by=grace_ends(context),
        )
        return
    yield ReportRecorded(
        session=event.session,
        starts_at=event.starts_at,
        minutes=0,
        attendance=event.attendance,
        told_type=event.event_type,
        told_at=said_at,
        told_by=said_by,
    )
    yield from take_back(session, context)


def _told(event: Told) -> tuple[datetime, str]:
    if isinstance(event, SessionReported):
        return event.reported_at, event.reported_by
    return event.corrected_at, event.corrected_by


def _validate(session: Session, event: SessionValidated, _context: Context) -> Iterator[Event]:
    report = session.report
    assert report is not None  # of every session that was reported
    yield ValidationRecorded(
        session=event.session,
        minutes=report.minutes,
        validated_at=event.validated_at,
        validated_by=event.validated_by,
    )
    if report.minutes:
        yield MinutesChanged(
            programme=session.programme,
            session=event.session,
            now=Held(starts_at=report.starts_at, minutes=report.minutes),
        )


def _reject(session: Session, event: SessionRejected, context: Context) -> Iterator[Event]:
    yield SessionRejectionRecorded(
        session=event.session,
        reason=event.reason,
        rejected_at=event.rejected_at,
        rejected_by=event.rejected_by,
    )
    yield from take_back(session, context)


def take_back(session: Session, context: Context) -> Iterator[Event]:
    """What the session's last report had: the time of mentor and pupil, the minutes that counted."""
    if session.claim:
        yield from free(session, session.claim, context)
    if session.counted is not None:
        before = Held(starts_at=session.counted.starts_at, minutes=session.counted.minutes)
        yield MinutesChanged(programme=session.programme, session=context.name, before=before)


def free(session: Session, claim: int, context: Context) -> Iterator[Event]:
    for target in (f"mentor:{session.mentor}", f"pupil:{session.pupil}"):
        yield SlotReleaseRequested(target=target, session=context.name, claim=claim)


def _refused(event: Event, about: str, reason: StrEnum, context: Context) -> Event:
    return SessionRefused(
        session=context.name,
        refused_type=event.event_type,
        about=about,
        reason=SessionRefusal(reason),
    )


TABLE = Table(
    words={
        SessionScheduled: Word(
            lambda event: event.session, ((SessionRefusal.ALREADY_SCHEDULED, _known),), _open
        ),
        SessionReported: Word(lambda event: event.reported_at.isoformat(), _REPORTING, _report),
        SessionCorrected: Word(
            lambda event: event.corrected_at.isoformat(), _CORRECTING, _report, graces=2
        ),
        SessionValidated: Word(
            lambda event: event.validated_at.isoformat(), _VALIDATING, _validate, graces=2
        ),
        SessionRejected: Word(
            lambda event: event.rejected_at.isoformat(), _REJECTING, _reject, graces=2
        ),
    },
    only_late=frozenset(
        {
            SessionRefusal.UNKNOWN_SESSION,
            SessionRefusal.NOT_REPORTED,
            SessionRefusal.SLOT_UNDECIDED,
        }
    ),
    too_many=SessionRefusal.TOO_MANY_WAITING,
    refused=_refused,
    evolve=lambda session, event: evolve("session", session, event),
)
