"""How invoices become debts."""

from __future__ import annotations

from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.invoicing import (
    InvoiceDisputed,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
)
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        InvoiceSubmitted,
        BUDGET,
        "{engagement}",
        ("supplier", "association"),
        (BUDGET_ACCOUNTING,),
        "InvoiceRecorded or InvoiceDisputed",
        "at once",
    ),
    Entry(
        InvoiceRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "InvoiceMatched or InvoiceDisputed",
        "due_at",
    ),
    Entry(
        InvoiceMatched,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "CashRequested if something is to be paid",
        "at once",
    ),
    Entry(
        InvoiceDisputed,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "the supplier corrects it",
        "no limit",
    ),
)
