"""An order of two pieces that is placed, what is said about it, and what it answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from equipment_orders.app import DECIDER
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentRefusal,
    AmendmentRefused,
    Asked,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
)
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.equipment import (
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Growth,
    Place,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

ORDER = "order:O-075-0001"
NEED, AGREEMENT = "need:N-075-0001", "agreement:A-2020-01"
PIECE_CENTS = 184_80  # 154.00 euros and 20 % VAT
LATER = START + timedelta(days=2)
PLACE = Place(uai="0750655E", qpv="QP075019")
FROM_NEED = example(ReservationAccepted, target=NEED, terms=None, place=PLACE)
MONEY = example(CommitmentAccepted)
PLACED = (FROM_NEED, example(ReservationAccepted), MONEY)
NO_MONEY = example(CommitmentRefused, amount_cents=PIECE_CENTS)
DELIVERED = example(DeliveryCompleted)
CANCEL = example(OrderCancellationRequested, requested_at=LATER)
MORE_FROM_NEED = example(
    ReservationAccepted, target=NEED, quantity=1, ordered_quantity=2, terms=None, place=PLACE
)
MORE_FROM_AGREEMENT = example(
    ReservationAccepted,
    quantity=1,
    ordered_quantity=2,
    terms=example(ReservationAccepted).terms.model_copy(update={"amount_cents": PIECE_CENTS}),  # type: ignore[union-attr]
)
MORE_MONEY = example(CommitmentAccepted, amount_cents=PIECE_CENTS, adjusts=True)
NO_FROM_NEED = example(ReservationRefused)
NO_FROM_AGREEMENT = example(ReservationRefused, target=AGREEMENT)
OTHER_PRICE = example(ReservationRefused, target=AGREEMENT, reason=ReservationRefusal.OTHER_PRICE)
NEED_BACK = example(ReservationReleaseRequested, quantity=1)
AGREEMENT_BACK = example(
    ReservationReleaseRequested, target=AGREEMENT, quantity=1, amount_cents=PIECE_CENTS
)
MONEY_BACK = example(CommitmentReleaseRequested, amount_cents=PIECE_CENTS)


def want(quantity: int, hours: int = 0) -> OrderAmendmentRequested:
    moment = LATER + timedelta(hours=hours)
    return example(OrderAmendmentRequested, quantity=quantity, requested_at=moment)


def story(*events: Event, placed: bool = True) -> Scenario:
    """An order of two pieces, placed or only opened, and what was heard of it since, at LATER."""
    scenario = Scenario(DECIDER).when(example(OrderRequested))
    for answer in PLACED if placed else ():
        scenario.when(answer)
    scenario.at(LATER)
    for event in events:
        scenario.when(event)
    return scenario


def refused(quantity: int, reason: AmendmentRefusal, **changes: Any) -> AmendmentRefused:
    fields = {"requested_at": LATER, "refused_at": LATER, **changes}
    return example(AmendmentRefused, quantity=quantity, reason=reason, **fields)


def recorded(asked: Asked, accepted: bool = True) -> AmendmentAnswerRecorded:
    return example(AmendmentAnswerRecorded, asked=asked, accepted=accepted)


def amended(quantity: int, **changes: Any) -> OrderAmended:
    fields = {"amount_cents": quantity * PIECE_CENTS, "amended_at": LATER, **changes}
    return example(OrderAmended, quantity=quantity, **fields)


def cancelled(quantity: int, **changes: Any) -> OrderCancelled:
    fields = {"amount_cents": quantity * PIECE_CENTS, "cancelled_at": LATER, **changes}
    return example(OrderCancelled, quantity=quantity, **fields)


def reservation(target: str, quantity: int = 1) -> ReservationRequested:
    growth = Growth(ordered_quantity=2, unit_price_excl_vat_cents=154_00, vat_rate_bp=2000)
    return example(
        ReservationRequested,
        target=target,
        quantity=quantity,
        grows=growth,
        requested_at=LATER,
        answer_by=LATER + timedelta(days=3),
    )
