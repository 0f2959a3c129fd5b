"""Decides when a budget line's year ends, and what it shows then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from filrouge_chassis.decider import Context
from filrouge_contracts.closing import CreditsCarriedOver, LedgerPosted, YearOpened
from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Balance
from filrouge_contracts.values import BEYOND

from budget_accounting.line_state import Line

LAST_YEAR = BEYOND.year - 2
"""Its end, and the grace after it, are instants of our time too."""


def open_year(budget_line: str, uo: str, year: int, context: Context) -> YearOpened:
    """This year, or the first after it that is not over yet."""
    grace = timedelta(seconds=context.parameter("deadline_grace_seconds", 0))
    moment = context.now - grace
    year = max(min(year, LAST_YEAR), moment.year)
    if _end_of(year) <= moment:
        year += 1
    closes_at = _end_of(year) + grace
    return YearOpened(budget_line=budget_line, uo=uo, year=year, closes_at=closes_at)


def close_year(line: Line, context: Context) -> Iterator[Event]:
    """Clôture: the line shows its accounts, and all that is on it goes on into the next year."""
    budget_line = context.name
    yield LedgerPosted(
        ledger=context.key,
        year=line.year,
        balances=tuple(
            Balance(account=account, amount_cents=cents) for account, cents in line.balances.items()
        ),
        posted_at=context.now,
    )
    yield CreditsCarriedOver(
        budget_line=budget_line,
        uo=line.uo,
        year=line.year,
        ae_available_cents=line.ae_available_cents,
        ae_committed_cents=line.committed_cents,
        cp_available_cents=line.cp_available_cents,
        cp_granted_cents=line.granted_cents,
        carried_at=context.now,
    )
    yield open_year(budget_line, line.uo, line.year + 1, context)


def _end_of(year: int) -> datetime:
    return datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
