"""How credits are passed on from line to line."""

from __future__ import annotations

from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationReturned,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        CreditsDelegated,
        BUDGET,
        "line:{budget_line}",
        ("ministry",),
        (BUDGET_ACCOUNTING,),
        "DelegationSent, CreditsRefused or EventHeld",
        "at once",
    ),
    Entry(
        DelegationSent,
        BUDGET,
        "line:{to_line}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "DelegationReceived or DelegationReturned",
        "at once",
    ),
    Entry(
        DelegationReceived,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "CommitmentRequested",
        "no limit",
    ),
    Entry(
        DelegationReturned,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (BUDGET_ACCOUNTING,),
        "DelegationTakenBack",
        "at once",
    ),
    Entry(
        DelegationTakenBack,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "the ministry delegates them elsewhere, or leaves them",
        "no limit",
    ),
)
