"""What equipment_orders is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRefused
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.entry import ORDERS
from filrouge_contracts.equipment import (
    AgreementRegistered,
    NeedDeclared,
    OrderRequested,
    ReservationAccepted,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders import rules, stocks
from equipment_orders.state import EVOLUTIONS, Agreement, Need, Order

DECIDER = Decider(
    service=ORDERS,
    states={"agreement": Agreement, "need": Need, "order": Order},
    rules={
        ("agreement", AgreementRegistered): stocks.open_agreement,
        ("agreement", ReservationRequested): stocks.reserve_under_agreement,
        ("agreement", ReservationReleaseRequested): stocks.release_under_agreement,
        ("agreement", Due): stocks.give_up_waiting,
        ("need", NeedDeclared): stocks.open_need,
        ("need", ReservationRequested): stocks.reserve_for_need,
        ("need", ReservationReleaseRequested): stocks.release_for_need,
        ("need", Due): stocks.give_up_waiting,
        ("order", OrderRequested): rules.open_order,
        ("order", ReservationAccepted): rules.note_reservation,
        ("order", ReservationRefused): rules.refuse_without_reservation,
        ("order", CommitmentAccepted): rules.place,
        ("order", CommitmentRefused): rules.refuse_without_money,
        ("order", DeliveryCompleted): rules.complete,
        ("order", Due): rules.give_up,
    },
    evolutions=EVOLUTIONS,
)
