"""Decides how a tutoring programme gets its money, whom it takes, and when it ends.

    registered → COMMITTING → FUNDED → (its last day) → CLOSED
                            → REFUSED

Until it is funded, pupils wait for a place. Hours are in `hours.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import DAY_SECONDS, grace_ends
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    HoursApproved,
    ProgrammeEnded,
    ProgrammeEndRecorded,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import (
    EnrolmentAccepted,
    EnrolmentRefusal,
    EnrolmentRefused,
    EnrolmentRequested,
)

from tutoring_sessions import hours
from tutoring_sessions.state import Programme, Step, evolve
from tutoring_sessions.tables import (
    Objection,
    Table,
    Word,
)

CLOSING_SECONDS = 30 * DAY_SECONDS
WITHOUT_MONEY = (Step.UNKNOWN, Step.COMMITTING)


# --- what speaks against a word ------------------------------------------------------------------


def _known(programme: Programme, _event: Event, _context: Context) -> bool:
    return programme.step is not Step.UNKNOWN


def _not_yet(programme: Programme, _event: Event, _context: Context) -> bool:
    return programme.step in WITHOUT_MONEY


def _never(programme: Programme, _event: Event, _context: Context) -> bool:
    return programme.step is Step.REFUSED


def _of_another(
    programme: Programme, event: EnrolmentRequested | ProgrammeEnded, _context: Context
) -> bool:
    return event.association != programme.association


def _over(programme: Programme, event: EnrolmentRequested, _context: Context) -> bool:
    ends_at = programme.ends_at
    return programme.step is Step.CLOSED or (ends_at is not None and event.enrolled_at >= ends_at)


def _ended(programme: Programme, _event: ProgrammeEnded, _context: Context) -> bool:
    return programme.closes_at is not None


def _not_within(programme: Programme, event: ProgrammeEnded, _context: Context) -> bool:
    starts_at, ends_at = programme.starts_at, programme.ends_at
    return not (starts_at and ends_at and starts_at <= event.ended_at <= ends_at)


def _sessions_later(programme: Programme, event: ProgrammeEnded, _context: Context) -> bool:
    return programme.latest_at is not None and programme.latest_at > event.ended_at


_ENROLLING: tuple[Objection, ...] = (
    (EnrolmentRefusal.UNKNOWN_PROGRAMME, _not_yet),
    (EnrolmentRefusal.NOT_FUNDED, _never),
    (EnrolmentRefusal.OTHER_ASSOCIATION, _of_another),
    (EnrolmentRefusal.PROGRAMME_ENDED, _over),
)
_ENDING: tuple[Objection, ...] = (
    (ProgrammeRefusal.UNKNOWN_PROGRAMME, _not_yet),
    (ProgrammeRefusal.NOT_FUNDED, _never),
    (ProgrammeRefusal.OTHER_ASSOCIATION, _of_another),
    (ProgrammeRefusal.ALREADY_ENDED, _ended),
    (ProgrammeRefusal.DATES_OUT_OF_ORDER, _not_within),
    (ProgrammeRefusal.SESSIONS_AFTER_END, _sessions_later),
)


# --- what follows from a word --------------------------------------------------------------------


def _open(_programme: Programme, event: ProgrammeRegistered, context: Context) -> Iterator[Event]:
    """Asks the budget line for the whole funding at once."""
    due_at = grace_ends(context)
    yield ProgrammeOpened(
        programme=event.programme,
        association=event.association,
        iban=event.iban,
        budget_line=event.budget_line,
        funded_hours=event.funded_hours,
        hourly_rate_cents=event.hourly_rate_cents,
        pupils_targeted=event.pupils_targeted,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        registered_by=event.registered_by,
        due_at=due_at,
    )
    yield CommitmentRequested(
        budget_line=event.budget_line,
        engagement=context.key,
        supplier=event.association,
        amount_cents=event.funded_hours * event.hourly_rate_cents,
        requested_at=event.registered_at,
        ordered_by=event.registered_by,
        answer_by=due_at,
    )


def _enrol(programme: Programme, event: EnrolmentRequested, _context: Context) -> Iterator[Event]:
    assert programme.starts_at is not None
    assert programme.ends_at is not None
    yield EnrolmentAccepted(
        pupil=event.pupil,
        programme=event.programme,
        starts_at=programme.starts_at,
        ends_at=programme.ends_at,
    )


def _end(_programme: Programme, event: ProgrammeEnded, context: Context) -> Iterator[Event]:
    yield _end_recorded(event.ended_at, context)


def _end_recorded(ended_at: datetime, context: Context) -> ProgrammeEndRecorded:
    """Time is left to report, validate and approve what was held until then."""
    seconds = context.parameter("closing_seconds", CLOSING_SECONDS)
    seconds += context.parameter("deadline_grace_seconds", 0)
    closes_at = max(ended_at, context.now) + timedelta(seconds=seconds)
    return ProgrammeEndRecorded(programme=context.name, ended_at=ended_at, closes_at=closes_at)


def _refused(event: Event, about: str, reason: StrEnum, context: Context) -> Event:
    if isinstance(event, EnrolmentRequested):
        return EnrolmentRefused(
            pupil=event.pupil, programme=event.programme, reason=EnrolmentRefusal(reason)
        )
    return ProgrammeRefused(
        programme=context.name,
        refused_type=event.event_type,
        about=about,
        reason=ProgrammeRefusal(reason),
    )


TABLE = Table(
    words={
        ProgrammeRegistered: Word(
            lambda event: event.programme, ((ProgrammeRefusal.ALREADY_OPEN, _known),), _open
        ),
        EnrolmentRequested: Word(lambda event: event.pupil, _ENROLLING, _enrol),
        ProgrammeEnded: Word(lambda event: event.programme, _ENDING, _end),
        HoursApproved: hours.APPROVAL,
    },
    only_late=frozenset({EnrolmentRefusal.UNKNOWN_PROGRAMME, ProgrammeRefusal.UNKNOWN_PROGRAMME}),
    too_many=ProgrammeRefusal.TOO_MANY_WAITING,
    refused=_refused,
    evolve=lambda programme, event: evolve("programme", programme, event),
)


# --- what is not a partner's word ----------------------------------------------------------------


def fund(programme: Programme, event: CommitmentAccepted, context: Context) -> Iterator[Event]:
    """With the money engaged the convention binds; given up meanwhile, the money goes back."""
    if programme.step is Step.REFUSED:
        yield CommitmentReleaseRequested(
            budget_line=event.budget_line,
            engagement=event.engagement,
            amount_cents=event.amount_cents,
        )
        return
    if programme.step is not Step.COMMITTING:
        raise Contradiction(f"{event.budget_line} answers {event.engagement} in {programme.step}")
    funded = ProgrammeFunded(
        programme=context.name,
        budget_line=programme.budget_line,
        association=programme.association,
        iban=programme.iban,
        funded_hours=programme.funded_hours,
        hourly_rate_cents=programme.hourly_rate_cents,
        amount_cents=event.amount_cents,
        registered_by=programme.registered_by,
        committed_at=event.committed_at,
        funded_at=max(context.now, event.committed_at),
    )
    yield funded
    yield from TABLE.retry(evolve("programme", programme, funded), context)


def refuse_without_money(
    programme: Programme, _event: CommitmentRefused, context: Context
) -> Iterator[Event]:
    """The budget line says no."""
    if programme.step is Step.COMMITTING:
        yield from _not_funded(programme, ProgrammeRefusal.COMMITMENT_REFUSED, context)


def wake(programme: Programme, due: Due, context: Context) -> Iterator[Event]:
    """Whatever the clock brings: no answer of the budget, a statement, the last day, the closing."""
    for step in (_give_up, TABLE.give_up, hours.state, _last_day, hours.close):
        for event in step(programme, due, context):
            yield event
            programme = evolve("programme", programme, event)


def _give_up(programme: Programme, _due: Due, context: Context) -> Iterator[Event]:
    answer_by = programme.answer_by
    if programme.step is Step.COMMITTING and answer_by is not None and answer_by <= context.now:
        yield from _not_funded(programme, ProgrammeRefusal.NO_ANSWER_IN_TIME, context)


def _not_funded(
    programme: Programme, reason: ProgrammeRefusal, context: Context
) -> Iterator[Event]:
    refused = ProgrammeRefused(
        programme=context.name,
        refused_type=ProgrammeRegistered.event_type,
        about=context.name,
        reason=reason,
    )
    yield refused
    yield from TABLE.retry(evolve("programme", programme, refused), context)


def _last_day(programme: Programme, _due: Due, context: Context) -> Iterator[Event]:
    running = programme.step is Step.FUNDED and programme.closes_at is None
    if running and programme.ends_at is not None and programme.ends_at <= context.now:
        yield _end_recorded(programme.ends_at, context)
