"""How tutoring is funded and paid."""

from __future__ import annotations

from filrouge_contracts.entry import BUDGET_ACCOUNTING, TUTORING, Entry
from filrouge_contracts.programme import (
    HoursCertified,
    ProgrammeClosed,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefused,
    ProgrammeRegistered,
)
from filrouge_contracts.topics import topic

TUTORING_TOPIC = topic("tutoring")
ENTRIES = (
    Entry(
        ProgrammeRegistered,
        TUTORING_TOPIC,
        "programme:{programme}",
        ("association",),
        (TUTORING,),
        "ProgrammeOpened or ProgrammeRefused",
        "at once",
    ),
    Entry(
        ProgrammeOpened,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (),
        "CommitmentRequested",
        "at once",
    ),
    Entry(
        ProgrammeRefused,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (),
        "the association corrects it",
        "no limit",
    ),
    Entry(
        ProgrammeFunded,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (BUDGET_ACCOUNTING,),
        "EngagementRecorded",
        "at once",
    ),
    Entry(
        HoursCertified,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (BUDGET_ACCOUNTING,),
        "ServiceRecorded",
        "at once",
    ),
    Entry(
        ProgrammeClosed,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (BUDGET_ACCOUNTING,),
        "the engagement is adjusted, the remainder released",
        "at once",
    ),
)
