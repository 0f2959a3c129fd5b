"""Decides whether a mentor may work, with whom, and which sessions it keeps time for.

    registered → checked, suspended, reinstated: its standing at any moment
               → paired, up to its capacity
               → asked for the time of a session: keeps it and asks the pupil, or refuses

A standing or an end that is said late takes back the slots that it forbids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from filrouge_chassis.decider import Context
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    Check,
    CheckResult,
    MentorChecked,
    MentorOpened,
    MentorRefusal,
    MentorRefused,
    MentorRegistered,
    MentorReinstated,
    MentorSuspended,
    PairEnded,
    PairEndRecorded,
    PairFormed,
    PairRecorded,
    Standing,
    StandingRecorded,
)
from filrouge_contracts.slot import (
    MentorBooked,
    SlotRefusal,
    SlotRefused,
    SlotRequested,
    SlotRevocation,
    SlotRevoked,
)

from tutoring_sessions import calendars
from tutoring_sessions.calendars import Slot
from tutoring_sessions.people_state import BARS, SUSPENSION, Mentor, StandingFrom, standing_about
from tutoring_sessions.state import evolve
from tutoring_sessions.tables import Objection, Table, Word

PAIRS_AT_MOST = 200


def is_barred(mentor: Mentor, at: datetime) -> bool:
    """A check that is not clear, or a suspension that has not ended: one of them is enough."""
    return any(word.standing in BARS for word in _last_words(mentor, at))


def is_checked(mentor: Mentor, at: datetime) -> bool:
    """Some check is clear and has not expired."""
    return any(word.expires_at and at < word.expires_at for word in _last_words(mentor, at))


def _last_words(mentor: Mentor, at: datetime) -> Iterable[StandingFrom]:
    """Of each type of check, and of suspensions, what was said last for this moment."""
    for words in mentor.standings.values():
        said = [word for word in words if word.since <= at]
        yield from said[-1:]


# --- what speaks against a word ------------------------------------------------------------------


def _unknown(mentor: Mentor, _event: Event, _context: Context) -> bool:
    return not mentor.association


def _known(mentor: Mentor, _event: Event, _context: Context) -> bool:
    return bool(mentor.association)


def _of_another(mentor: Mentor, event: PairFormed, _context: Context) -> bool:
    return event.association != mentor.association


def _formed(mentor: Mentor, event: PairFormed, _context: Context) -> bool:
    return event.pair in mentor.pairs


def _at_capacity(mentor: Mentor, _event: PairFormed, _context: Context) -> bool:
    return sum(pair.ended_at is None for pair in mentor.pairs.values()) >= mentor.capacity


def _too_many_pairs(mentor: Mentor, _event: PairFormed, context: Context) -> bool:
    return len(mentor.pairs) >= context.parameter("mentor_pairs_at_most", PAIRS_AT_MOST)


def _no_pair(mentor: Mentor, event: PairEnded | SlotRequested, _context: Context) -> bool:
    return event.pair not in mentor.pairs


def _pair_over(mentor: Mentor, event: PairEnded, _context: Context) -> bool:
    return mentor.pairs[event.pair].ended_at is not None


def _ends_before_it_begins(mentor: Mentor, event: PairEnded, _context: Context) -> bool:
    return event.ended_at < mentor.pairs[event.pair].formed_at


def _other_pair(mentor: Mentor, event: SlotRequested, _context: Context) -> bool:
    pair = mentor.pairs[event.pair]
    return (pair.programme, pair.pupil) != (event.programme, event.pupil)


def _outside_pair(mentor: Mentor, event: SlotRequested, _context: Context) -> bool:
    pair = mentor.pairs[event.pair]
    over = pair.ended_at is not None and event.starts_at >= pair.ended_at
    return over or event.starts_at < pair.formed_at


def _barred(moment: str) -> Callable[[Mentor, Event, Context], bool]:
    return lambda mentor, event, _context: is_barred(mentor, getattr(event, moment))


def _not_checked(moment: str) -> Callable[[Mentor, Event, Context], bool]:
    return lambda mentor, event, _context: not is_checked(mentor, getattr(event, moment))


_OWN: tuple[Objection, ...] = (
    (MentorRefusal.UNKNOWN_MENTOR, _unknown),
    (MentorRefusal.OTHER_ASSOCIATION, _of_another),
)
_PAIRING: tuple[Objection, ...] = (
    *_OWN,
    (MentorRefusal.ALREADY_FORMED, _formed),
    (MentorRefusal.MENTOR_SUSPENDED, _barred("formed_at")),
    (MentorRefusal.NO_VALID_CHECK, _not_checked("formed_at")),
    (MentorRefusal.NO_CAPACITY, _at_capacity),
    (MentorRefusal.TOO_MANY_PAIRS, _too_many_pairs),
)
_PARTING: tuple[Objection, ...] = (
    *_OWN,
    (MentorRefusal.UNKNOWN_PAIR, _no_pair),
    (MentorRefusal.ALREADY_ENDED, _pair_over),
    (MentorRefusal.DATES_OUT_OF_ORDER, _ends_before_it_begins),
)
_BOOKING: tuple[Objection, ...] = (
    (SlotRefusal.UNKNOWN_MENTOR, _unknown),
    (SlotRefusal.OTHER_ASSOCIATION, _of_another),
    (SlotRefusal.TOO_OLD, calendars.too_old),
    (SlotRefusal.MENTOR_SUSPENDED, _barred("starts_at")),
    (SlotRefusal.UNKNOWN_PAIR, _no_pair),
    (SlotRefusal.OTHER_PAIR, _other_pair),
    (SlotRefusal.PAIR_NOT_ACTIVE, _outside_pair),
    (SlotRefusal.NO_VALID_CHECK, _not_checked("starts_at")),
    (SlotRefusal.MENTOR_BUSY, calendars.busy),
    (SlotRefusal.TOO_MANY_SLOTS, calendars.full),
)
"""Unknown things wait, and so does a session for which no check is valid yet: a renewal may be late."""


# --- what follows from a word --------------------------------------------------------------------


def _open(_mentor: Mentor, event: MentorRegistered, _context: Context) -> Iterator[Event]:
    yield MentorOpened(mentor=event.mentor, association=event.association, capacity=event.capacity)
    yield _checked(event.mentor, event.check)


def _check(mentor: Mentor, event: MentorChecked, _context: Context) -> Iterator[Event]:
    yield from _stand(mentor, _checked(event.mentor, event.check))


def _suspend(mentor: Mentor, event: MentorSuspended, _context: Context) -> Iterator[Event]:
    said = _said(event.mentor, Standing.SUSPENDED, event.suspended_at)
    yield from _stand(mentor, said)


def _reinstate(mentor: Mentor, event: MentorReinstated, _context: Context) -> Iterator[Event]:
    said = _said(event.mentor, Standing.REINSTATED, event.reinstated_at)
    yield from _stand(mentor, said)


def _checked(mentor: str, check: Check) -> StandingRecorded:
    clear = check.result is CheckResult.CLEAR
    return StandingRecorded(
        mentor=mentor,
        subject=check.type,
        standing=Standing.CLEAR if clear else Standing.NOT_CLEAR,
        since=check.checked_at,
        expires_at=check.expires_at if clear else None,
    )


def _said(mentor: str, standing: Standing, since: datetime) -> StandingRecorded:
    return StandingRecorded(mentor=mentor, subject=SUSPENSION, standing=standing, since=since)


def _stand(mentor: Mentor, recorded: StandingRecorded) -> Iterator[Event]:
    """What was held and may not have been held counts no longer, however late that is known."""
    yield recorded
    mentor = evolve("mentor", mentor, recorded)
    for slot in mentor.slots:
        if is_barred(mentor, slot.starts_at):
            yield _revoked(slot, recorded.mentor, SlotRevocation.MENTOR_SUSPENDED)
        elif not is_checked(mentor, slot.starts_at):
            yield _revoked(slot, recorded.mentor, SlotRevocation.NO_VALID_CHECK)


def _form(_mentor: Mentor, event: PairFormed, context: Context) -> Iterator[Event]:
    yield PairRecorded(
        mentor=event.mentor,
        pair=event.pair,
        programme=event.programme,
        pupil=event.pupil,
        formed_at=event.formed_at,
        forgotten_before=calendars.horizon(context),
    )


def _part(mentor: Mentor, event: PairEnded, _context: Context) -> Iterator[Event]:
    yield PairEndRecorded(mentor=event.mentor, pair=event.pair, ended_at=event.ended_at)
    for slot in mentor.slots:
        if slot.under == event.pair and slot.starts_at >= event.ended_at:
            yield _revoked(slot, event.mentor, SlotRevocation.PAIR_NOT_ACTIVE)


def _revoked(slot: Slot, mentor: str, reason: SlotRevocation) -> SlotRevoked:
    return SlotRevoked(
        session=slot.session, claim=slot.claim, revoked_by=f"mentor:{mentor}", reason=reason
    )


def _book(_mentor: Mentor, event: SlotRequested, context: Context) -> Iterator[Event]:
    yield MentorBooked(
        session=event.session,
        claim=event.claim,
        association=event.association,
        programme=event.programme,
        pair=event.pair,
        mentor=event.mentor,
        pupil=event.pupil,
        starts_at=event.starts_at,
        minutes=event.minutes,
        answer_by=event.answer_by,
        forgotten_before=calendars.horizon(context),
    )


def _refused(event: Event, about: str, reason: StrEnum, context: Context) -> Event:
    if isinstance(event, SlotRequested):
        return SlotRefused(
            session=event.session,
            claim=event.claim,
            refused_by=context.key,
            reason=SlotRefusal(reason),
        )
    return MentorRefused(
        mentor=context.name,
        refused_type=event.event_type,
        about=about,
        reason=MentorRefusal(reason),
    )


TABLE = Table(
    words={
        MentorRegistered: Word(
            lambda event: event.mentor, ((MentorRefusal.ALREADY_REGISTERED, _known),), _open
        ),
        MentorChecked: Word(
            lambda event: standing_about(event.check.type, event.check.checked_at), _OWN, _check
        ),
        MentorSuspended: Word(
            lambda event: standing_about(SUSPENSION, event.suspended_at), _OWN, _suspend
        ),
        MentorReinstated: Word(
            lambda event: standing_about(SUSPENSION, event.reinstated_at), _OWN, _reinstate
        ),
        PairFormed: Word(lambda event: event.pair, _PAIRING, _form),
        PairEnded: Word(lambda event: event.pair, _PARTING, _part),
        SlotRequested: Word(calendars.about, _BOOKING, _book),
    },
    only_late=frozenset(
        {
            MentorRefusal.UNKNOWN_MENTOR,
            MentorRefusal.NO_VALID_CHECK,
            MentorRefusal.UNKNOWN_PAIR,
            SlotRefusal.UNKNOWN_MENTOR,
            SlotRefusal.NO_VALID_CHECK,
            SlotRefusal.UNKNOWN_PAIR,
        }
    ),
    too_many=MentorRefusal.TOO_MANY_WAITING,
    refused=_refused,
    evolve=lambda mentor, event: evolve("mentor", mentor, event),
)
