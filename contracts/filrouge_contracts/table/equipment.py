"""How needs become orders."""

from __future__ import annotations

from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS, Entry
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedDeclared,
    NeedDeclaredV2,
    NeedOpened,
    NeedRefused,
    NeedWithdrawalRecorded,
    NeedWithdrawn,
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefused,
    OrderRequested,
)
from filrouge_contracts.topics import topic

EQUIPMENT = topic("equipment")
ENTRIES = (
    Entry(
        NeedDeclared,
        EQUIPMENT,
        "need:{need}",
        ("school", "authority"),
        (ORDERS,),
        "NeedOpened or NeedRefused",
        "at once",
        upcast=NeedDeclaredV2.of_v1,
    ),
    Entry(
        NeedDeclaredV2,
        EQUIPMENT,
        "need:{need}",
        ("school", "authority"),
        (ORDERS,),
        "NeedOpened or NeedRefused",
        "at once",
    ),
    Entry(
        NeedCorrected,
        EQUIPMENT,
        "need:{need}",
        ("school", "authority"),
        (ORDERS,),
        "NeedCorrectionRecorded or NeedRefused",
        "at once, or when it is declared",
    ),
    Entry(
        NeedWithdrawn,
        EQUIPMENT,
        "need:{need}",
        ("school", "authority"),
        (ORDERS,),
        "NeedWithdrawalRecorded or NeedRefused",
        "at once, or when it is declared",
    ),
    Entry(
        OrderRequested,
        EQUIPMENT,
        "order:{order}",
        ("buyer",),
        (ORDERS,),
        "OrderOpened or OrderRefused",
        "at once",
    ),
    Entry(NeedOpened, EQUIPMENT, "need:{need}", (ORDERS,), (), "it can be ordered for", "no limit"),
    Entry(
        NeedCorrectionRecorded,
        EQUIPMENT,
        "need:{need}",
        (ORDERS,),
        (),
        "it can be ordered for up to its quantity",
        "no limit",
    ),
    Entry(
        NeedWithdrawalRecorded,
        EQUIPMENT,
        "need:{need}",
        (ORDERS,),
        (),
        "nothing further is ordered for it",
        "never",
    ),
    Entry(
        NeedRefused, EQUIPMENT, "need:{need}", (ORDERS,), (), "the school corrects it", "no limit"
    ),
    Entry(
        OrderOpened,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "two ReservationRequested",
        "at once",
    ),
    Entry(
        OrderPlaced,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (DELIVERIES, BUDGET_ACCOUNTING),
        "DeliveryExpected and EngagementRecorded",
        "at once",
    ),
    Entry(
        OrderRefused,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "reservations and commitment are released",
        "at once",
    ),
    Entry(
        OrderCompleted,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "nothing, the order is done",
        "never",
    ),
)
