"""Stories of orders that bind and change: more pieces, fewer, or only those under way."""

from __future__ import annotations

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_deliveries import loses
from filrouge.simulator.told.words_orders import cancels, wants

AMENDMENTS_WAITING_AT_MOST = 10
"""Per order, whatever the parameters."""


def an_order_grows_and_is_delivered_and_paid(on: Stage) -> Days:
    """Two more pieces of the same; once all are certified, nothing more of it can change."""
    buy = Purchase(on)
    yield from _placed(buy, needed=5)
    yield from _amended(buy, 4)
    on.expect("delivery.delivery-adjusted", order=buy.order, quantity=4)
    yield from buy.received(quantity=4)
    yield from buy.admitted()
    on.expect("equipment.order-completed", order=buy.order, quantity=4)
    yield from buy.invoiced(quantity=4)
    yield from buy.paid()
    yield [wants(buy, 5, hour=9), wants(buy, 4, hour=10), wants(buy, 3, hour=11)]
    for quantity, reason in ((5, "already_completed"), (4, "same_quantity"), (3, "under_way")):
        on.expect("amendment.amendment-refused", quantity=quantity, reason=reason)
    on.expect("amendment.quantity-change-refused", order=buy.order, quantity=3, under_way=4)


def an_order_grows_only_if_all_agree(on: Stage) -> Days:
    """The need, the agreement or the line has not enough left: the order stays, all is given back."""
    cents = Purchase(on).worth_cents(2)
    for_reasons = {
        "need_refused": (Purchase(on), 2),
        "agreement_refused": (Purchase(on, name="2", maximum_cents=cents), 9),
        "commitment_refused": (Purchase(on, name="3", ae_cents=cents), 9),
    }
    for buy, needed in for_reasons.values():
        yield from _placed(buy, needed)
    yield [wants(buy, 3) for buy, _ in for_reasons.values()]
    for reason, (buy, _) in for_reasons.items():
        on.expect("amendment.amendment-refused", order=buy.order, quantity=3, reason=reason)
        if reason == "commitment_refused":
            on.expect("budget.commitment-refused", engagement=buy.engagement, adjusts=True)
            on.expect("reservation.reservation-released", 2, order=buy.order, quantity=1)
        else:
            asked = reason.removesuffix("_refused")
            on.expect("amendment.amendment-answer-recorded", order=buy.order, asked=asked)
            on.expect("reservation.reservation-refused", order=buy.order, reason="not_enough_left")
            on.expect("reservation.reservation-released", order=buy.order, quantity=1)


def an_order_shrinks_to_what_is_still_wanted(on: Stage) -> Days:
    """Not below what is under way; what stays is delivered in two notes, and paid in full."""
    buy = Purchase(on, quantity=4)
    yield from buy.placed()
    yield from buy.received("B", quantity=2)
    yield [wants(buy, 1)]
    on.expect("amendment.amendment-refused", order=buy.order, quantity=1, reason="under_way")
    on.expect("amendment.quantity-change-refused", order=buy.order, under_way=2)
    yield from _amended(buy, 3)
    on.expect("budget.commitment-released", amount_cents=buy.worth_cents(1))
    yield from buy.received("C", quantity=1, first=2)
    yield [buy.admits("B"), buy.admits("C")]
    on.expect("equipment.order-completed", order=buy.order, quantity=3)
    yield from buy.invoiced("B", quantity=2)
    yield from buy.invoiced("C", quantity=1)
    yield from buy.paid("B")
    yield from buy.paid("C")
    on.expect("engagement.engagement-settled", engagement=buy.engagement)


def an_order_is_cancelled_while_goods_are_under_way(on: Stage) -> Days:
    """What is under way may come; what is lost or goes back is given up too, and one piece stays."""
    buy = Purchase(on, quantity=5)
    yield from buy.placed()
    yield from buy.received("B", quantity=2)
    yield [buy.ships("C", 2)]
    yield [cancels(buy)]
    yield [buy.ships("D", 1), cancels(buy), wants(buy, 9)]
    on.expect("delivery.delivery-closed", order=buy.order)
    on.expect("delivery.shipment-refused", order=buy.order, reason="order_closed")
    for quantity in (0, 9):
        on.expect("amendment.amendment-refused", quantity=quantity, reason="already_cancelled")
    yield [loses(buy, "C", 1, by=buy.supplier)]
    yield [buy.receives("C", 1, first=2)]
    yield [buy.rejects("B"), buy.admits("C")]
    for quantity in (4, 3, 1):
        cents = buy.worth_cents(quantity)
        on.expect("amendment.order-cancelled", quantity=quantity, amount_cents=cents)
    on.expect("budget.commitment-released", 2, amount_cents=buy.worth_cents(1))
    on.expect("budget.commitment-released", 1, amount_cents=buy.worth_cents(2))
    on.expect("equipment.order-completed", order=buy.order, quantity=1)
    yield from buy.invoiced("C", quantity=1)
    yield from buy.paid("C")
    on.expect("engagement.engagement-settled", engagement=buy.engagement)


def an_order_is_cancelled_before_anything_is_sent(on: Stage) -> Days:
    """Nothing stays of it, in pieces or in cents."""
    buy = Purchase(on)
    yield from buy.placed()
    yield [cancels(buy)]
    on.expect("amendment.order-cancelled", order=buy.order, quantity=0, amount_cents=0)
    on.expect("budget.commitment-released", amount_cents=buy.worth_cents(2))
    on.expect("reservation.reservation-released", 2, order=buy.order, quantity=2)


def the_buyer_changes_its_mind_before_the_order_is_placed(on: Stage) -> Days:
    """The change waits until the order binds; under one moment only one waits."""
    buy = Purchase(on)
    moment = on.time(9)
    yield [buy.opens_credits(), buy.registers_agreement(), wants(buy, 3)]
    yield [wants(buy, 4, requested_at=moment)]
    on.expect("amendment.amendment-refused", order=buy.order, reason="already_waiting")
    yield [buy.declares_need(quantity=9), buy.orders()]
    on.expect("equipment.order-placed", order=buy.order, quantity=2)
    on.expect("amendment.order-amended", order=buy.order, quantity=3)


def nobody_places_an_order_that_is_changed_again_and_again(on: Stage) -> Days:
    """So many changes wait for it that the next one is refused, and all the others in the end."""
    buy = Purchase(on)
    yield [wants(buy, 3, hour=hour) for hour in range(AMENDMENTS_WAITING_AT_MOST)]
    yield [wants(buy, 3)]
    on.expect("amendment.amendment-refused", order=buy.order, reason="too_many_waiting")
    on.expect("amendment.amendment-refused", AMENDMENTS_WAITING_AT_MOST, reason="not_placed")


def _placed(buy: Purchase, needed: int) -> Days:
    """One day, as `buy.placed`, for a need of more pieces than are ordered."""
    yield [
        buy.opens_credits(),
        buy.registers_agreement(),
        buy.declares_need(quantity=needed),
        buy.orders(),
    ]
    buy.on.expect("equipment.order-placed", order=buy.order)


def _amended(buy: Purchase, quantity: int) -> Days:
    """One day: the order is for so many."""
    yield [wants(buy, quantity)]
    cents = buy.worth_cents(quantity)
    buy.on.expect("amendment.order-amended", order=buy.order, quantity=quantity, amount_cents=cents)


STORIES = (
    an_order_grows_and_is_delivered_and_paid,
    an_order_grows_only_if_all_agree,
    an_order_shrinks_to_what_is_still_wanted,
    an_order_is_cancelled_while_goods_are_under_way,
    an_order_is_cancelled_before_anything_is_sent,
    the_buyer_changes_its_mind_before_the_order_is_placed,
    nobody_places_an_order_that_is_changed_again_and_again,
)
