"""The time of mentors and pupils: slots that sessions were held in, which never overlap.

A calendar is bounded: what ended before a horizon is forgotten, and older sessions are refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, Holder, timed
from filrouge_contracts.event import Event
from filrouge_contracts.slot import (
    MentorBooked,
    PupilBooked,
    SlotRefused,
    SlotReleased,
    SlotReleaseRequested,
    SlotRequested,
    SlotRevoked,
)
from filrouge_contracts.values import EARLIEST
from msgspec.structs import replace

HORIZON_SECONDS = 45 * DAY_SECONDS
SLOTS_AT_MOST = 500


class Slot(msgspec.Struct, frozen=True, omit_defaults=True):
    """The time of one session.

    `under`: the mentor's pair or the pupil's programme that it was held in. `accompanied_until`: so
    long it lets the pupil count as accompanied; a mentor needs none.
    """

    session: str
    claim: int
    under: str
    starts_at: datetime
    ends_at: datetime
    accompanied_until: datetime = EARLIEST


class Calendar(Holder, frozen=True, omit_defaults=True):
    """Somebody's slots, by their beginning."""

    slots: tuple[Slot, ...] = ()
    forgotten_before: datetime | None = None


C = TypeVar("C", bound=Calendar)
Claim = SlotRequested | MentorBooked


def about(claim: Claim | SlotRefused | PupilBooked) -> str:
    """`S-0001/2`: one session asks again when it is corrected."""
    return f"{claim.session}/{claim.claim}"


def end_of(claim: Claim | PupilBooked) -> datetime:
    return claim.starts_at + timedelta(minutes=claim.minutes)


def horizon(context: Context) -> datetime:
    """What ended before is forgotten."""
    seconds = context.parameter("horizon_seconds", HORIZON_SECONDS)
    return context.now - timedelta(seconds=seconds)


# --- what speaks against a slot ------------------------------------------------------------------


def too_old(calendar: Calendar, claim: Claim, context: Context) -> bool:
    """Its time may have been given away and forgotten."""
    forgotten = calendar.forgotten_before
    return claim.starts_at < max(horizon(context), forgotten or claim.starts_at)


def busy(calendar: Calendar, claim: Claim, _context: Context) -> bool:
    """Another session has some of the time; one's own earlier slot is in nobody's way."""
    ends_at = end_of(claim)
    return any(
        slot.starts_at < ends_at and claim.starts_at < slot.ends_at
        for slot in calendar.slots
        if slot.session != claim.session
    )


def full(calendar: Calendar, _claim: Claim, context: Context) -> bool:
    return len(calendar.slots) >= context.parameter("slots_at_most", SLOTS_AT_MOST)


# --- how slots come and go -----------------------------------------------------------------------


def booked(calendar: C, slot: Slot, forgotten_before: datetime) -> C:
    """With the slot; what nobody can ask about any more is forgotten."""
    forgotten = max(forgotten_before, calendar.forgotten_before or forgotten_before)
    kept = (s for s in calendar.slots if s.ends_at > forgotten)
    slots = tuple(sorted((*kept, slot), key=lambda s: (s.starts_at, s.session, s.claim)))
    return timed(replace(calendar, slots=slots, forgotten_before=forgotten))


def freed(calendar: C, event: SlotReleased | SlotRevoked) -> C:
    """Without the slot."""
    ours = (event.session, event.claim)
    slots = tuple(slot for slot in calendar.slots if (slot.session, slot.claim) != ours)
    return timed(replace(calendar, slots=slots))


def release(calendar: Calendar, event: SlotReleaseRequested, _context: Context) -> list[Event]:
    """A slot that was revoked or forgotten meanwhile is free already."""
    if any((s.session, s.claim) == (event.session, event.claim) for s in calendar.slots):
        return [SlotReleased(target=event.target, session=event.session, claim=event.claim)]
    return []
