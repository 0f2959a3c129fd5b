"""What is agreed with suppliers."""

from __future__ import annotations

from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementAmendmentRecorded,
    AgreementEnded,
    AgreementEndRecorded,
    AgreementOpened,
    AgreementRefused,
    AgreementRegistered,
)
from filrouge_contracts.entry import ORDERS, Entry
from filrouge_contracts.table.equipment import EQUIPMENT

ENTRIES = (
    Entry(
        AgreementRegistered,
        EQUIPMENT,
        "agreement:{agreement}",
        ("buyer",),
        (ORDERS,),
        "AgreementOpened or AgreementRefused",
        "at once",
    ),
    Entry(
        AgreementAmended,
        EQUIPMENT,
        "agreement:{agreement}",
        ("buyer",),
        (ORDERS,),
        "AgreementAmendmentRecorded or AgreementRefused",
        "at once, or when it is registered",
    ),
    Entry(
        AgreementEnded,
        EQUIPMENT,
        "agreement:{agreement}",
        ("buyer",),
        (ORDERS,),
        "AgreementEndRecorded or AgreementRefused",
        "at once, or when it is registered",
    ),
    Entry(
        AgreementOpened,
        EQUIPMENT,
        "agreement:{agreement}",
        (ORDERS,),
        (),
        "orders can be placed under it",
        "until it ends",
    ),
    Entry(
        AgreementAmendmentRecorded,
        EQUIPMENT,
        "agreement:{agreement}",
        (ORDERS,),
        (),
        "later orders draw on it as it is now",
        "until it ends",
    ),
    Entry(
        AgreementEndRecorded,
        EQUIPMENT,
        "agreement:{agreement}",
        (ORDERS,),
        (),
        "nothing further is ordered under it",
        "never",
    ),
    Entry(
        AgreementRefused,
        EQUIPMENT,
        "agreement:{agreement}",
        (ORDERS,),
        (),
        "the buyer corrects it",
        "no limit",
    ),
)
