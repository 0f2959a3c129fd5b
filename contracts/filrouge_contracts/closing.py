"""The end of a budget year: what every account holds, and what goes on into the next year."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Balances
from filrouge_contracts.values import BudgetLineId, Instant, TotalCents, UoId

Year = Annotated[int, Field(ge=1970, lt=2100)]


class YearOpened(Event):
    """A budget line is open for a year, until the clock closes it."""

    budget_line: BudgetLineId
    uo: UoId
    year: Year
    closes_at: Instant


class LedgerPosted(Event):
    """At the end of a year an aggregate shows the balances of its accounts."""

    ledger: Annotated[str, Field(min_length=1, max_length=512)]
    """Key of the aggregate whose accounts these are: a budget line, an engagement."""
    year: Year
    balances: Balances
    posted_at: Instant


class CreditsCarriedOver(Event):
    """What a budget line takes into its next year, used or not."""

    budget_line: BudgetLineId
    uo: UoId
    year: Year
    """The one that has ended."""
    ae_available_cents: TotalCents
    ae_committed_cents: TotalCents
    cp_available_cents: TotalCents
    cp_granted_cents: TotalCents
    carried_at: Instant
