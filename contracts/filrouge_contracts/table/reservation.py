"""How needs and agreements keep quantities for orders."""

from __future__ import annotations

from filrouge_contracts.entry import ORDERS, Entry
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRecorded,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.table.equipment import EQUIPMENT

ENTRIES = (
    Entry(
        ReservationRequested,
        EQUIPMENT,
        "{target}",
        (ORDERS,),
        (ORDERS,),
        "ReservationAccepted, ReservationRefused or EventHeld",
        "answer_by",
    ),
    Entry(
        ReservationAccepted,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (ORDERS,),
        "ReservationRecorded, AmendmentAnswerRecorded, or a release when it comes too late",
        "at once",
    ),
    Entry(
        ReservationRefused,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (ORDERS,),
        "OrderRefused or AmendmentRefused",
        "at once",
    ),
    Entry(
        ReservationRecorded,
        EQUIPMENT,
        "order:{order}",
        (ORDERS,),
        (),
        "CommitmentRequested after the second",
        "due_at of the order",
    ),
    Entry(
        ReservationReleaseRequested,
        EQUIPMENT,
        "{target}",
        (ORDERS,),
        (ORDERS,),
        "ReservationReleased",
        "at once",
    ),
    Entry(
        ReservationReleased,
        EQUIPMENT,
        "{target}",
        (ORDERS,),
        (),
        "others can reserve the quantity",
        "no limit",
    ),
)
