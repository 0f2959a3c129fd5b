"""How engagements stand in the accounts."""

from __future__ import annotations

from filrouge_contracts.engagement import (
    EngagementAdjusted,
    EngagementRecorded,
    EngagementSettled,
    ServiceRecorded,
    YearEndListed,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        EngagementRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "ServiceCertified or HoursCertified, and InvoiceSubmitted",
        "no limit",
    ),
    Entry(
        EngagementAdjusted,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "EngagementSettled when all of it is certified and paid",
        "no limit",
    ),
    Entry(
        ServiceRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "InvoiceSubmitted",
        "no limit",
    ),
    Entry(
        EngagementSettled,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "a CommitmentReleaseRequested if something is left",
        "at once",
    ),
    Entry(
        YearEndListed,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "it is carried over into the next year",
        "at once",
    ),
)
