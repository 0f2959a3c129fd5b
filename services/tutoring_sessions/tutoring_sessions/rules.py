"""Decides how a tutoring programme gets its money: registered → COMMITTING → FUNDED or REFUSED."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import grace_ends
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    ProgrammeRegistered,
)

from tutoring_sessions.state import Programme, Step


class Contradiction(Exception):
    """Somebody answers what was not asked: a defect, so the record is parked."""


def open_programme(
    programme: Programme, event: ProgrammeRegistered, context: Context
) -> Iterator[Event]:
    """Asks the budget line for the whole funding at once."""
    if programme.step is not Step.UNKNOWN:
        yield ProgrammeRefused(programme=event.programme, reason=ProgrammeRefusal.ALREADY_OPEN)
        return
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
    yield ProgrammeFunded(
        programme=_name(context),
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


def refuse_without_money(
    programme: Programme, _event: CommitmentRefused, context: Context
) -> Iterator[Event]:
    """The budget line says no."""
    if programme.step is Step.COMMITTING:
        yield _refused(context, ProgrammeRefusal.COMMITMENT_REFUSED)


def give_up(programme: Programme, _due: Due, context: Context) -> Iterator[Event]:
    """The budget line has not answered in time."""
    if programme.step is Step.COMMITTING:
        yield _refused(context, ProgrammeRefusal.NO_ANSWER_IN_TIME)


def _refused(context: Context, reason: ProgrammeRefusal) -> ProgrammeRefused:
    return ProgrammeRefused(programme=_name(context), reason=reason)


def _name(context: Context) -> str:
    return context.key.partition(":")[2]
