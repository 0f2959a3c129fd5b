"""How a budget year ends."""

from __future__ import annotations

from filrouge_contracts.closing import CreditsCarriedOver, LedgerPosted, YearOpened
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        YearOpened,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "LedgerPosted and CreditsCarriedOver",
        "closes_at",
    ),
    Entry(
        LedgerPosted,
        BUDGET,
        "{ledger}",
        (BUDGET_ACCOUNTING,),
        (),
        "auditors compare it with all postings",
        "no limit",
    ),
    Entry(
        CreditsCarriedOver,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "YearOpened",
        "at once",
    ),
)
