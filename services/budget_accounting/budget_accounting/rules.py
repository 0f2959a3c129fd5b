"""Decides how a budget line is drawn on: credits, commitment and cash, never above the ceiling."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import waiting_of
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentHeld,
    CommitmentRefusal,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
)
from filrouge_contracts.event import Event
from filrouge_contracts.payment import CashGranted, CashRefusal, CashRefused, CashRequested

from budget_accounting import books
from budget_accounting.state import EVOLUTIONS, Line

WAITING_AT_MOST = 1_000


class Contradiction(Exception):
    """Another service asks for what it cannot have been promised: a defect, so the record is parked."""


def open_credits(line: Line, event: CreditsOpened, context: Context) -> Iterator[Event]:
    """The ministry's credits; the first ones let waiting orders be answered in their order."""
    if line.uo and line.uo != event.uo:
        yield CreditsRefused(
            budget_line=event.budget_line, uo=event.uo, reason=CreditsRefusal.OTHER_UO
        )
        return
    recorded = CreditsRecorded(
        budget_line=event.budget_line,
        uo=event.uo,
        ae_cents=event.ae_cents,
        cp_cents=event.cp_cents,
        opened_at=event.opened_at,
        opened_by=event.opened_by,
        postings=books.credits_opened(event.ae_cents, event.cp_cents),
    )
    yield recorded
    line = EVOLUTIONS["line", CreditsRecorded](line, recorded)
    for request in waiting_of(line.waiting, CommitmentRequested):
        answer = _answer(line, request, context)
        yield answer
        line = EVOLUTIONS["line", type(answer)](line, answer)


def commit(line: Line, event: CommitmentRequested, context: Context) -> Iterator[Event]:
    """Engages the amount of an order, or keeps the request for a line that has no credits yet."""
    if line.uo:
        yield _answer(line, event, context)
    elif len(line.waiting) >= WAITING_AT_MOST:
        yield _refused(event, CommitmentRefusal.TOO_MANY_WAITING)
    else:
        yield CommitmentHeld(budget_line=event.budget_line, request=event, due_at=event.answer_by)


def give_up_waiting(line: Line, _due: Due, context: Context) -> Iterator[Event]:
    """No credits were opened in time."""
    for kept in line.waiting:
        if kept.due_at <= context.now:
            request = CommitmentRequested.from_json(kept.data)
            yield _refused(request, CommitmentRefusal.UNKNOWN_IN_TIME)


def release(line: Line, event: CommitmentReleaseRequested, _context: Context) -> Iterator[Event]:
    """Gives back the amount of an order that is not placed after all."""
    if event.amount_cents > line.committed_cents:
        raise Contradiction(f"{event.engagement} releases more than is committed on the whole line")
    yield CommitmentReleased(
        engagement=event.engagement,
        budget_line=event.budget_line,
        amount_cents=event.amount_cents,
        postings=books.released(event.amount_cents),
    )


def grant_cash(line: Line, event: CashRequested, context: Context) -> Iterator[Event]:
    """Sets CP aside for one invoice."""
    if line.granted_cents + event.amount_cents > line.cp_cents:
        yield CashRefused(
            engagement=event.engagement,
            invoice=event.invoice,
            budget_line=event.budget_line,
            amount_cents=event.amount_cents,
            reason=CashRefusal.NOT_ENOUGH_CP,
        )
        return
    yield CashGranted(
        engagement=event.engagement,
        invoice=event.invoice,
        budget_line=event.budget_line,
        amount_cents=event.amount_cents,
        granted_at=context.now,
        postings=books.cash_granted(event.amount_cents),
    )


def _answer(
    line: Line, request: CommitmentRequested, context: Context
) -> CommitmentAccepted | CommitmentRefused:
    if line.committed_cents + request.amount_cents > line.ae_cents:
        return _refused(request, CommitmentRefusal.NOT_ENOUGH_AE)
    return CommitmentAccepted(
        engagement=request.engagement,
        budget_line=request.budget_line,
        supplier=request.supplier,
        amount_cents=request.amount_cents,
        committed_at=max(context.now, request.requested_at),
        ordered_by=request.ordered_by,
        adjusts=request.adjusts,
        regularisation=request.regularises,
        postings=books.committed(request.amount_cents),
    )


def _refused(request: CommitmentRequested, reason: CommitmentRefusal) -> CommitmentRefused:
    return CommitmentRefused(
        engagement=request.engagement,
        budget_line=request.budget_line,
        amount_cents=request.amount_cents,
        reason=reason,
    )
