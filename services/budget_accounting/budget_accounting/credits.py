"""Decides what becomes of a line's credits, and what the clock does to it.

What is asked of a line that has no credits yet waits for its first ones, and is then answered in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import hold, in_turn, overdue
from filrouge_contracts.budget import (
    CommitmentRefusal,
    CommitmentRequested,
    CreditsOpened,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationRefusal,
    DelegationReturned,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.event import Event
from filrouge_contracts.values import MAX_CENTS

from budget_accounting import books
from budget_accounting.line_state import Line, evolve
from budget_accounting.rules import (
    committed,
    is_full,
    not_committed,
)
from budget_accounting.year import close_year, open_year

Decision = CreditsDelegated | CreditsWithdrawn


# --- credits that come ---------------------------------------------------------------------------


def open_credits(line: Line, event: CreditsOpened, context: Context) -> Iterator[Event]:
    """The ministry's credits."""
    if reason := _cannot_take(line, event.uo, event.ae_cents, event.cp_cents):
        yield CreditsRefused(
            budget_line=event.budget_line,
            uo=event.uo,
            ae_cents=event.ae_cents,
            cp_cents=event.cp_cents,
            reason=CreditsRefusal(reason),
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
    yield from _credited(line, recorded, event.opened_at.year, context)


def receive(line: Line, event: DelegationSent, context: Context) -> Iterator[Event]:
    """Credits of another line arrive; what cannot be taken goes back where it came from."""
    if reason := _cannot_take(line, event.to_uo, event.ae_cents, event.cp_cents):
        yield DelegationReturned(
            decision=event.decision,
            budget_line=event.budget_line,
            to_line=event.to_line,
            ae_cents=event.ae_cents,
            cp_cents=event.cp_cents,
            reason=reason,
        )
        return
    received = DelegationReceived(
        decision=event.decision,
        budget_line=event.to_line,
        uo=event.to_uo,
        from_line=event.budget_line,
        ae_cents=event.ae_cents,
        cp_cents=event.cp_cents,
        received_at=context.now,
        postings=books.credits_received(event.ae_cents, event.cp_cents),
    )
    yield from _credited(line, received, event.delegated_at.year, context)


def take_back(line: Line, event: DelegationReturned, _context: Context) -> Iterator[Event]:
    """Delegated credits that nobody took are available here again."""
    if event.decision not in line.decisions:
        raise Contradiction(f"{event.decision} comes back to a line that has not sent it")
    yield DelegationTakenBack(
        decision=event.decision,
        budget_line=event.budget_line,
        to_line=event.to_line,
        ae_cents=event.ae_cents,
        cp_cents=event.cp_cents,
        reason=event.reason,
        postings=books.credits_received(event.ae_cents, event.cp_cents),
    )


def _cannot_take(line: Line, uo: str, ae_cents: int, cp_cents: int) -> DelegationRefusal | None:
    if line.uo and line.uo != uo:
        return DelegationRefusal.OTHER_UO
    ae_after = max(line.ae_cents, line.ae_opened_cents) + ae_cents
    cp_after = max(line.cp_cents, line.cp_opened_cents) + cp_cents
    return DelegationRefusal.TOO_MUCH if max(ae_after, cp_after) > MAX_CENTS else None


def _credited(
    line: Line, credits: CreditsRecorded | DelegationReceived, year: int, context: Context
) -> Iterator[Event]:
    """The first credits open the line's year and let what waits be answered."""
    yield credits
    if line.uo:
        return
    line = evolve(line, credits)
    opened = open_year(credits.budget_line, credits.uo, year, context)
    yield opened
    line = evolve(line, opened)
    waiting = [kept.event() for kept in line.waiting]
    yield from in_turn(line, waiting, lambda line, event: _answer(line, event, context), evolve)


# --- credits that go -----------------------------------------------------------------------------


def move(line: Line, event: Decision, context: Context) -> Iterator[Event]:
    """The ministry passes credits on to another line, or takes them back."""
    waits = any(kept.about == event.decision for kept in line.waiting)
    if waits or event.decision in line.decisions:
        yield _not_moved(event, CreditsRefusal.ALREADY_SAID)
    elif line.uo:
        yield _moved(line, event, context)
    elif is_full(line, context):
        yield _not_moved(event, CreditsRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.decision)


def _moved(line: Line, event: Decision, context: Context) -> Event:
    """Only what is neither committed nor granted can leave the line."""
    if event.ae_cents > line.ae_available_cents or event.cp_cents > line.cp_available_cents:
        return _not_moved(event, CreditsRefusal.NOT_ENOUGH_AVAILABLE)
    if isinstance(event, CreditsDelegated):
        return DelegationSent(
            decision=event.decision,
            budget_line=event.budget_line,
            to_line=event.to_line,
            to_uo=event.to_uo,
            ae_cents=event.ae_cents,
            cp_cents=event.cp_cents,
            delegated_at=event.delegated_at,
            delegated_by=event.delegated_by,
            sent_at=context.now,
            postings=books.credits_sent(event.ae_cents, event.cp_cents),
        )
    return CreditsWithdrawalRecorded(
        decision=event.decision,
        budget_line=event.budget_line,
        ae_cents=event.ae_cents,
        cp_cents=event.cp_cents,
        reason=event.reason,
        withdrawn_at=event.withdrawn_at,
        withdrawn_by=event.withdrawn_by,
        postings=books.credits_withdrawn(event.ae_cents, event.cp_cents),
    )


def _not_moved(event: Decision, reason: CreditsRefusal) -> CreditsRefused:
    return CreditsRefused(
        budget_line=event.budget_line,
        decision=event.decision,
        ae_cents=event.ae_cents,
        cp_cents=event.cp_cents,
        reason=reason,
    )


# --- waiting, and time ---------------------------------------------------------------------------


def wake(line: Line, _due: Due, context: Context) -> Iterator[Event]:
    """No credits came in time for what waits; or the line's year is over."""
    for event in overdue(line, context.now):
        yield _TOO_LATE[type(event)](event)
    if line.closes_at is not None and line.closes_at <= context.now:
        yield from close_year(line, context)


def _answer(line: Line, event: Event, context: Context) -> Iterator[Event]:
    yield _ANSWERS[type(event)](line, event, context)


_ANSWERS: Mapping[type[Event], Callable[[Line, Any, Context], Event]] = {
    CommitmentRequested: committed,
    CreditsDelegated: _moved,
    CreditsWithdrawn: _moved,
}
"""What a line with credits answers to what may have waited for them."""

_TOO_LATE: Mapping[type[Event], Callable[[Any], Event]] = {
    CommitmentRequested: partial(not_committed, reason=CommitmentRefusal.UNKNOWN_IN_TIME),
    CreditsDelegated: partial(_not_moved, reason=CreditsRefusal.UNKNOWN_IN_TIME),
    CreditsWithdrawn: partial(_not_moved, reason=CreditsRefusal.UNKNOWN_IN_TIME),
}
"""What becomes of it when they do not come."""
