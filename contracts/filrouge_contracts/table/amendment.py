"""How orders that bind become larger, smaller or end."""

from __future__ import annotations

from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefused,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS, Entry
from filrouge_contracts.table.delivery import DELIVERY
from filrouge_contracts.table.equipment import EQUIPMENT

ENTRIES = (
    Entry(
        OrderAmendmentRequested,
        EQUIPMENT,
        "order:{order}",
        ("buyer",),
        (ORDERS,),
        "AmendmentOpened, AmendmentRefused or EventHeld",
        "at once, or when the order is placed",
    ),
    Entry(
        OrderCancellationRequested,
        EQUIPMENT,
        "order:{order}",
        ("buyer",),
        (ORDERS,),
        "AmendmentOpened, AmendmentRefused or EventHeld",
        "at once, or when the order is placed",
    ),
    Entry(
        AmendmentOpened,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "two ReservationRequested, or QuantityChangeRequested",
        "at once",
    ),
    Entry(
        AmendmentAnswerRecorded,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "CommitmentRequested after the second, then OrderAmended",
        "at once",
    ),
    Entry(
        AmendmentRefused,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "the buyer leaves it, or asks again",
        "no limit",
    ),
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
        DELIVERY,  # in one order with what it says of the delivery as a whole
        "order:{order}",
        (DELIVERIES,),
        (ORDERS,),
        "OrderAmended or OrderCancelled",
        "at once",
    ),
    Entry(
        QuantityChangeRefused,
        DELIVERY,  # in one order with what it says of the delivery as a whole
        "order:{order}",
        (DELIVERIES,),
        (ORDERS,),
        "AmendmentRefused",
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
