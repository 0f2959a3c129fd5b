"""How credits become debts."""

from __future__ import annotations

from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsRecorded,
    CreditsRefused,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, ORDERS, TUTORING, Entry
from filrouge_contracts.topics import topic

BUDGET = topic("budget")
ENTRIES = (
    Entry(
        CreditsOpened,
        BUDGET,
        "line:{budget_line}",
        ("ministry",),
        (BUDGET_ACCOUNTING,),
        "CreditsRecorded or CreditsRefused",
        "at once",
    ),
    Entry(
        CreditsWithdrawn,
        BUDGET,
        "line:{budget_line}",
        ("ministry",),
        (BUDGET_ACCOUNTING,),
        "CreditsWithdrawalRecorded, CreditsRefused or EventHeld",
        "at once",
    ),
    Entry(
        CreditsRecorded,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "CommitmentRequested",
        "no limit",
    ),
    Entry(
        CreditsWithdrawalRecorded,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "nothing, the ceiling is lower",
        "never",
    ),
    Entry(
        CreditsRefused,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "the ministry corrects it",
        "no limit",
    ),
    Entry(
        CommitmentRequested,
        BUDGET,
        "line:{budget_line}",
        (ORDERS, TUTORING),
        (BUDGET_ACCOUNTING,),
        "CommitmentAccepted, CommitmentRefused or EventHeld",
        "answer_by",
    ),
    Entry(
        CommitmentAccepted,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (ORDERS, TUTORING),
        "OrderPlaced or ProgrammeFunded, or a release when it comes too late",
        "at once",
    ),
    Entry(
        CommitmentRefused,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (ORDERS, TUTORING),
        "OrderRefused or ProgrammeRefused",
        "at once",
    ),
    Entry(
        CommitmentReleaseRequested,
        BUDGET,
        "line:{budget_line}",
        (ORDERS, TUTORING, BUDGET_ACCOUNTING),
        (BUDGET_ACCOUNTING,),
        "CommitmentReleased",
        "at once",
    ),
    Entry(
        CommitmentReleased,
        BUDGET,
        "line:{budget_line}",
        (BUDGET_ACCOUNTING,),
        (),
        "the AE can be committed again",
        "no limit",
    ),
)
