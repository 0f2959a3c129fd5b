"""How a budget line's cash is set aside for payments."""

from __future__ import annotations

from filrouge_contracts.cash import (
    CashGranted,
    CashRefused,
    CashRequested,
    CashReturned,
    CashReturnRequested,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        CashRequested,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "CashGranted or CashRefused",
        "at once",
    ),
    Entry(
        CashGranted,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "PaymentOrdered",
        "at once",
    ),
    Entry(
        CashRefused,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "PaymentDeferred",
        "at once",
    ),
    Entry(
        CashReturnRequested,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "CashReturned",
        "at once",
    ),
    Entry(
        CashReturned,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "the CP can be granted again",
        "no limit",
    ),
)
