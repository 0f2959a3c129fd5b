"""How debts are paid."""

from __future__ import annotations

from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.payment import (
    PaymentDeferred,
    PaymentHeld,
    PaymentMade,
    PaymentOrdered,
    PaymentRecorded,
    PaymentRefused,
)
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        PaymentMade,
        BUDGET,
        "{engagement}",
        ("accountant",),
        (BUDGET_ACCOUNTING,),
        "PaymentRecorded, PaymentHeld or PaymentRefused",
        "at once",
    ),
    Entry(
        PaymentDeferred,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "CashRequested",
        "due_at",
    ),
    Entry(
        PaymentOrdered, BUDGET, "{engagement}", (BUDGET_ACCOUNTING,), (), "PaymentMade", "pay_by"
    ),
    Entry(
        PaymentHeld,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "PaymentRecorded or PaymentRefused",
        "due_at",
    ),
    Entry(
        PaymentRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "nothing, the invoice is paid",
        "never",
    ),
    Entry(
        PaymentRefused,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "the accountant explains it",
        "no limit",
    ),
)
