"""Decides how a budget line is drawn on: commitments and cash, never more than is there."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction
from filrouge_chassis.waiting import hold
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefusal,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.cash import (
    CashGranted,
    CashRefusal,
    CashRefused,
    CashRequested,
    CashReturned,
    CashReturnRequested,
)
from filrouge_contracts.event import Event

from budget_accounting import books
from budget_accounting.line_state import Line

WAITING_AT_MOST = 1_000
"""How much waits for a line's first credits, unless the parameter `line_waiting_at_most` says else."""


def is_full(line: Line, context: Context) -> bool:
    """Whether so much waits for credits that no more may."""
    return len(line.waiting) >= context.parameter("line_waiting_at_most", WAITING_AT_MOST)


# --- commitments ---------------------------------------------------------------------------------


def commit(line: Line, event: CommitmentRequested, context: Context) -> Iterator[Event]:
    """Engages the amount of an order or a programme."""
    if line.uo:
        yield committed(line, event, context)
    elif is_full(line, context):
        yield not_committed(event, CommitmentRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.engagement, event.answer_by)


def release(line: Line, event: CommitmentReleaseRequested, _context: Context) -> Iterator[Event]:
    """Gives back what is committed and will not be ordered or paid for after all."""
    if event.amount_cents > line.committed_cents:
        raise Contradiction(f"{event.engagement} releases more than is committed on the whole line")
    yield CommitmentReleased(
        engagement=event.engagement,
        budget_line=event.budget_line,
        amount_cents=event.amount_cents,
        postings=books.released(event.amount_cents),
    )


def committed(
    line: Line, request: CommitmentRequested, context: Context
) -> CommitmentAccepted | CommitmentRefused:
    """What a line that has credits answers."""
    if request.amount_cents > line.ae_available_cents:
        return not_committed(request, CommitmentRefusal.NOT_ENOUGH_AE)
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


def not_committed(request: CommitmentRequested, reason: CommitmentRefusal) -> CommitmentRefused:
    return CommitmentRefused(
        engagement=request.engagement,
        budget_line=request.budget_line,
        amount_cents=request.amount_cents,
        adjusts=request.adjusts,
        reason=reason,
    )


# --- cash ----------------------------------------------------------------------------------------


def grant_cash(line: Line, event: CashRequested, context: Context) -> Iterator[Event]:
    """Sets CP aside for one payment."""
    if event.amount_cents > line.cp_available_cents:
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


def return_cash(line: Line, event: CashReturnRequested, context: Context) -> Iterator[Event]:
    """The CP of a payment that is not made after all can be granted again."""
    if event.amount_cents > line.granted_cents:
        raise Contradiction(f"{event.engagement} returns more than is granted on the whole line")
    yield CashReturned(
        engagement=event.engagement,
        invoice=event.invoice,
        budget_line=event.budget_line,
        amount_cents=event.amount_cents,
        returned_at=context.now,
        postings=books.cash_returned(event.amount_cents),
    )
