"""How orders that bind become larger, smaller or end."""

from __future__ import annotations

from filrouge_contracts.amendment import (
    OrderAmended,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS, Entry
from filrouge_contracts.table.equipment import EQUIPMENT

ENTRIES = (
    Entry(
        QuantityChangeRequested,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (DELIVERIES,),
        "QuantityChangeAccepted or QuantityChangeRefused",
        "at once",
    ),
    Entry(
        QuantityChangeAccepted,
        EQUIPMENT,
        "order:{order}",
        (DELIVERIES,),
        (ORDERS,),
        "OrderAmended or OrderCancelled",
        "at once",
    ),
    Entry(
        QuantityChangeRefused,
        EQUIPMENT,
        "order:{order}",
        (DELIVERIES,),
        (ORDERS,),
        "the order stays as it is",
        "at once",
    ),
    Entry(
        OrderAmended,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (DELIVERIES, BUDGET_ACCOUNTING),
        "the engagement is adjusted",
        "at once",
    ),
    Entry(
        OrderCancelled,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (DELIVERIES, BUDGET_ACCOUNTING),
        "the engagement is adjusted, the remainder released",
        "at once",
    ),
)
