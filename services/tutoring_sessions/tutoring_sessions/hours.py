"""Decides which hours of a programme are paid for.

    a session's minutes change → counted, as a difference: a correction replaces what counted before
    every certification_seconds → the whole hours that no statement has claimed are stated
    approved by the State → certified, if they still stand

What is corrected away after it was certified is made up for by later hours before any is stated;
what no hours make up for until the programme closes is claimed back.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import DAY_SECONDS, later
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    MINUTES_AN_HOUR,
    Held,
    HoursApproved,
    HoursCertified,
    HoursStated,
    MinutesChanged,
    MinutesCounted,
    MinutesRefusal,
    MinutesRefused,
    ProgrammeClosed,
    ProgrammeRefusal,
    StatementWithdrawn,
)
from filrouge_contracts.values import EARLIEST

from tutoring_sessions.state import Programme, Step, evolve
from tutoring_sessions.tables import (
    Objection,
    Word,
)

CERTIFICATION_SECONDS = 7 * DAY_SECONDS


def count(programme: Programme, event: MinutesChanged, context: Context) -> Iterator[Event]:
    """A programme that has closed counts nothing any more, neither more nor less.

    What was not counted because the programme had ended is not taken off either: an end never moves,
    and never lies before a session that was counted.
    """
    if programme.step is not Step.FUNDED:
        if programme.step is not Step.CLOSED:
            raise Contradiction(f"{event.session} was held in {context.key}: {programme.step}")
        yield _not_counted(event, MinutesRefusal.ALREADY_CLOSED)
        return
    if event.now is not None and not _within(programme, event.now):
        yield _not_counted(event, MinutesRefusal.AFTER_THE_END)
    counting = [held for held in (event.before, event.now) if held and _within(programme, held)]
    if not counting:
        return
    difference = _worth(programme, event.now) - _worth(programme, event.before)
    validated = programme.validated_minutes + difference
    counted = MinutesCounted(
        programme=event.programme,
        session=event.session,
        difference_minutes=difference,
        validated_minutes=validated,
        unfunded_minutes=max(0, validated - programme.funded_hours * MINUTES_AN_HOUR),
        latest_at=max(programme.latest_at or EARLIEST, *(held.starts_at for held in counting)),
        statement_at=later(context, "certification_seconds", CERTIFICATION_SECONDS),
    )
    yield counted
    programme = evolve("programme", programme, counted)
    if programme.claimable_hours < 0:
        yield from _withdrawn(programme, context)


def _within(programme: Programme, held: Held) -> bool:
    return programme.ends_at is not None and held.starts_at <= programme.ends_at


def _worth(programme: Programme, held: Held | None) -> int:
    return held.minutes if held is not None and _within(programme, held) else 0


def _not_counted(event: MinutesChanged, reason: MinutesRefusal) -> MinutesRefused:
    return MinutesRefused(
        programme=event.programme,
        session=event.session,
        minutes=event.now.minutes if event.now else 0,
        reason=reason,
    )


def _withdrawn(programme: Programme, context: Context) -> Iterator[Event]:
    """Approved or not, hours that no longer stand are not certified; they are stated anew."""
    if programme.statement is not None:
        yield StatementWithdrawn(
            programme=context.name,
            certificate=programme.statement.certificate,
            hours=programme.statement.hours,
        )


def state(programme: Programme, _due: Due, context: Context) -> Iterator[Event]:
    """One statement at a time, and none of hours beyond the funding."""
    statement_at, closes_at = programme.statement_at, programme.closes_at
    if programme.step is not Step.FUNDED or programme.statement is not None:
        return
    if statement_at is None or statement_at > context.now or programme.claimable_hours <= 0:
        return
    if closes_at is not None and closes_at <= context.now:
        return
    number = programme.statements + 1
    hours = programme.claimable_hours
    claimed_minutes = (programme.certified_hours + hours) * MINUTES_AN_HOUR
    unfunded_minutes = programme.unfunded_minutes
    yield HoursStated(
        programme=context.name,
        certificate=f"C-{context.now.year}-{number:02}",
        hours=hours,
        carried_minutes=programme.validated_minutes - unfunded_minutes - claimed_minutes,
        unfunded_minutes=unfunded_minutes,
        stated_at=context.now,
        next_at=later(context, "certification_seconds", CERTIFICATION_SECONDS),
    )


def close(programme: Programme, _due: Due, context: Context) -> Iterator[Event]:
    """Its end is long enough ago: what was not certified is given back."""
    closes_at = programme.closes_at
    if programme.step is not Step.FUNDED or closes_at is None or closes_at > context.now:
        return
    yield from _withdrawn(programme, context)
    certified_minutes = programme.certified_hours * MINUTES_AN_HOUR
    yield ProgrammeClosed(
        programme=context.name,
        budget_line=programme.budget_line,
        hours=programme.certified_hours,
        amount_cents=programme.certified_hours * programme.hourly_rate_cents,
        closed_at=context.now,
        unproven_minutes=max(0, certified_minutes - programme.validated_minutes),
    )
    left_hours = programme.funded_hours - programme.certified_hours
    if left_hours:
        yield CommitmentReleaseRequested(
            budget_line=programme.budget_line,
            engagement=context.key,
            amount_cents=left_hours * programme.hourly_rate_cents,
        )


# --- approval ------------------------------------------------------------------------------------


def _not_stated(programme: Programme, event: HoursApproved, _context: Context) -> bool:
    """Never stated, or withdrawn, or certified already."""
    statement = programme.statement
    return statement is None or statement.certificate != event.certificate


def _by_its_author(programme: Programme, event: HoursApproved, _context: Context) -> bool:
    return event.approved_by == programme.registered_by


def _certify(programme: Programme, event: HoursApproved, _context: Context) -> Iterator[Event]:
    assert programme.statement is not None  # the first objection
    yield HoursCertified(
        programme=event.programme,
        certificate=event.certificate,
        hours=programme.statement.hours,
        certified_at=max(event.approved_at, programme.statement.stated_at),
        certified_by=event.approved_by,
    )


_APPROVING: tuple[Objection, ...] = (
    (ProgrammeRefusal.UNKNOWN_CERTIFICATE, _not_stated),
    (ProgrammeRefusal.OWN_PROGRAMME, _by_its_author),
)
APPROVAL = Word(lambda event: event.certificate, _APPROVING, _certify)
