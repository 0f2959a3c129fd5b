"""Stories of orders: which are not placed and why, and one that could not wait."""

from __future__ import annotations

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.agreements import BEFORE_SIGNING
from filrouge.simulator.told.purchase import Days, Purchase


def orders_are_not_placed_for_many_reasons(on: Stage) -> Days:
    """Besides one that is placed: too many, another item, no agreement for it, too early, no money."""
    buy = Purchase(on, ae_cents=Purchase(on).worth_cents(2))
    key = on.ref("KEY4G")
    many, keys = buy.another("2", quantity=19), buy.another("3", item=key)
    dear, others = (
        buy.another("4", agreement=on.ref("A4")),
        buy.another("5", agreement=on.ref("A5")),
    )
    early, poor = buy.another("6"), buy.another("7")
    yield [
        buy.opens_credits(),
        buy.registers_agreement(items=[buy.priced(), buy.priced(item=key)]),
        dear.registers_agreement(maximum_cents=1),
        others.registers_agreement(items=[buy.priced(item=key)]),
        buy.declares_need(quantity=20),
        buy.orders(),
    ]
    on.expect("equipment.order-placed", order=buy.order)
    yield [
        *(order.orders() for order in (buy, many, keys, dear, others, poor)),
        early.orders(requested_at=BEFORE_SIGNING),
    ]
    on.expect("equipment.order-refused", order=buy.order, reason="already_open")
    on.expect("equipment.order-refused", order=poor.order, reason="commitment_refused")
    on.expect("budget.commitment-refused", engagement=poor.engagement, reason="not_enough_ae")
    for order, refuses, reason in (
        (many, "need", "not_enough_left"),
        (keys, "need", "other_item"),
        (dear, "agreement", "not_enough_left"),
        (others, "agreement", "other_item"),
        (early, "agreement", "outside_period"),
    ):
        on.expect("reservation.reservation-refused", order=order.order, reason=reason)
        on.expect("equipment.order-refused", order=order.order, reason=f"{refuses}_refused")


def goods_come_before_the_money_is_engaged(on: Stage) -> Days:
    """Urgence impérieuse: they are ordered at once, and the commitment is a régularisation."""
    buy = Purchase(on, quantity=3)
    ordered_at = on.time(9)
    yield [buy.opens_credits(), buy.registers_agreement(), buy.declares_need()]
    yield [buy.ships(), buy.receives()]
    yield [buy.orders(emergency={"ordered_at": ordered_at, "reason": "pupils_out_of_reach"})]
    on.expect("budget.commitment-accepted", engagement=buy.engagement, regularisation=True)
    on.expect("equipment.order-placed", order=buy.order, regularisation=True, placed_at=ordered_at)
    yield from buy.admitted()
    yield from buy.settled()
    on.expect("engagement.engagement-settled", engagement=buy.engagement)


STORIES = (
    orders_are_not_placed_for_many_reasons,
    goods_come_before_the_money_is_engaged,
)
