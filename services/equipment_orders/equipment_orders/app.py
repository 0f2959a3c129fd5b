"""What equipment_orders is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.agreement import AgreementAmended, AgreementEnded, AgreementRegistered
from filrouge_contracts.amendment import (
    OrderAmendmentRequested,
    OrderCancellationRequested,
    QuantityChangeAccepted,
    QuantityChangeRefused,
)
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRefused
from filrouge_contracts.delivery import DeliveryCompleted, DeliveryReopened
from filrouge_contracts.entry import ORDERS
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedDeclaredV2,
    NeedWithdrawn,
    OrderRequested,
)
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders import agreements, amendments, needs, rules
from equipment_orders.amendments import then_waiting
from equipment_orders.state import EVOLUTIONS, Order
from equipment_orders.targets import Agreement, Need

DECIDER = Decider(
    service=ORDERS,
    states={"agreement": Agreement, "need": Need, "order": Order},
    rules={
        ("agreement", AgreementRegistered): agreements.open_agreement,
        ("agreement", AgreementAmended): agreements.change_agreement,
        ("agreement", AgreementEnded): agreements.change_agreement,
        ("agreement", ReservationRequested): agreements.reserve_under_agreement,
        ("agreement", ReservationReleaseRequested): agreements.release_under_agreement,
        ("agreement", Due): agreements.give_up_agreement,
        ("need", NeedDeclaredV2): needs.open_need,
        ("need", NeedCorrected): needs.change_need,
        ("need", NeedWithdrawn): needs.change_need,
        ("need", ReservationRequested): needs.reserve_for_need,
        ("need", ReservationReleaseRequested): needs.release_for_need,
        ("need", Due): needs.give_up_need,
        ("order", OrderRequested): rules.open_order,
        ("order", ReservationAccepted): then_waiting(rules.note_reservation),
        ("order", ReservationRefused): then_waiting(rules.refuse_without_reservation),
        ("order", CommitmentAccepted): then_waiting(rules.place),
        ("order", CommitmentRefused): then_waiting(rules.refuse_without_money),
        ("order", QuantityChangeAccepted): then_waiting(amendments.shrink),
        ("order", QuantityChangeRefused): then_waiting(amendments.stay),
        ("order", OrderAmendmentRequested): amendments.take_word,
        ("order", OrderCancellationRequested): amendments.take_word,
        ("order", DeliveryCompleted): rules.complete,
        ("order", DeliveryReopened): rules.reopen,
        ("order", Due): then_waiting(rules.wake),
    },
    evolutions=EVOLUTIONS,
)
