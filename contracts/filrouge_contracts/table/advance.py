"""How advances are paid and recovered."""

from __future__ import annotations

from filrouge_contracts.advance import (
    AdvanceLapsed,
    AdvanceRecorded,
    AdvanceRefused,
    AdvanceRequested,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        AdvanceRequested,
        BUDGET,
        "{engagement}",
        ("supplier", "association"),
        (BUDGET_ACCOUNTING,),
        "AdvanceRecorded, AdvanceRefused or EventHeld",
        "at once",
    ),
    Entry(
        AdvanceRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "CashRequested",
        "at once",
    ),
    Entry(
        AdvanceRefused,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "the supplier invoices what it delivers",
        "no limit",
    ),
    Entry(
        AdvanceLapsed,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "the supplier invoices what it delivers",
        "no limit",
    ),
)
