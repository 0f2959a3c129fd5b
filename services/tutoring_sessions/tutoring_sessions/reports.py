"""Decides what becomes of a report once mentor and pupil have answered, or take their time back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_contracts.event import Event
from filrouge_contracts.session import (
    Attendance,
    ReportRecorded,
    SessionRefusal,
    SessionRefused,
)
from filrouge_contracts.slot import (
    PupilBooked,
    SlotLost,
    SlotRefused,
    SlotReleaseRequested,
    SlotRevoked,
)

from tutoring_sessions import sessions
from tutoring_sessions.session_state import Asked, Session
from tutoring_sessions.state import evolve


def record_report(session: Session, event: PupilBooked, context: Context) -> Iterator[Event]:
    """Both keep the time: the report holds, and what the one before it had is given back."""
    asked = _asked(session, event)
    if asked.lost:
        said = [_not_held(asked, SessionRefusal(asked.lost), context)]
        said += sessions.free(session, asked.claim, context)
    else:
        said = [_recorded(asked, context), *sessions.take_back(session, context)]
    yield from _say(session, said, context)


def refuse_report(session: Session, event: SlotRefused, context: Context) -> Iterator[Event]:
    """One of them has not the time: the report before stands; what the mentor kept is given back."""
    asked = _asked(session, event)
    mentor = f"mentor:{session.mentor}"
    said: list[Event] = [_not_held(asked, SessionRefusal(event.reason), context)]
    if event.refused_by != mentor:
        said.append(SlotReleaseRequested(target=mentor, session=event.session, claim=event.claim))
    yield from _say(session, said, context)


def lose_slot(session: Session, event: SlotRevoked, context: Context) -> Iterator[Event]:
    """What was heard later speaks against the session; if its slot was given back already, nothing."""
    lost = SlotLost(session=event.session, claim=event.claim, reason=event.reason)
    if session.asked is not None and session.asked.claim == event.claim:
        yield lost
    elif session.claim == event.claim:
        yield from _say(session, [lost, *sessions.take_back(session, context)], context)


def wake(session: Session, due: Due, context: Context) -> Iterator[Event]:
    """What waited is refused; and a session that nobody has reported until now is not held."""
    yield from _say(session, sessions.TABLE.give_up(session, due, context), context)


def _asked(session: Session, event: PupilBooked | SlotRefused) -> Asked:
    asked = session.asked
    if asked is None or asked.claim != event.claim:
        raise Contradiction(f"{event.session} is answered {event.claim}, which it did not ask")
    return asked


def _recorded(asked: Asked, context: Context) -> ReportRecorded:
    return ReportRecorded(
        session=context.name,
        starts_at=asked.report.starts_at,
        minutes=asked.report.minutes,
        attendance=Attendance.PRESENT,
        claim=asked.claim,
        told_type=asked.told_type,
        told_at=asked.told_at,
        told_by=asked.report.told_by,
    )


def _not_held(asked: Asked, reason: SessionRefusal, context: Context) -> Event:
    return SessionRefused(
        session=context.name,
        refused_type=asked.told_type,
        about=asked.told_at.isoformat(),
        reason=reason,
    )


def _say(session: Session, said: Iterable[Event], context: Context) -> Iterator[Event]:
    """These, the lapse if the time is over, and what waited until all that was said."""
    for event in said:
        yield event
        session = evolve("session", session, event)
    for event in sessions.lapse(session, context):
        yield event
        session = evolve("session", session, event)
    yield from sessions.TABLE.retry(session, context)
