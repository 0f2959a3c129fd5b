"""Stories of agreements: what buyer and supplier change on the way, and how they end."""

from __future__ import annotations

from datetime import timedelta

from filrouge.simulator.parameters import AGREEMENT_WAITING_AT_MOST
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_orders import amends_agreement, ends_agreement, wants
from filrouge.simulator.words import at, text

BEFORE_SIGNING = text(at(-60, 9))


def an_agreement_is_amended_and_ended(on: Stage) -> Days:
    """Later orders have the new price, the one that binds keeps its own; then nothing is ordered."""
    buy = Purchase(on, maximum_cents=500_000)
    second = buy.another("2", price_cents=20_000)
    third = buy.another("3")
    yield [
        buy.opens_credits(),
        buy.registers_agreement(),
        buy.declares_need(quantity=9),
        buy.orders(),
    ]
    prices = [buy.priced(unit_price_excl_vat_cents=20_000)]
    yield [
        amends_agreement(buy, hour=9, items=prices, maximum_cents=600_000),
        amends_agreement(buy, hour=10, maximum_cents=1),
        amends_agreement(buy, hour=11, ends_at=BEFORE_SIGNING),
    ]
    on.expect("agreement.agreement-amendment-recorded", agreement=buy.agreement)
    on.expect("agreement.agreement-refused", word="amended", reason="below_reserved")
    on.expect("agreement.agreement-refused", word="amended", reason="dates_out_of_order")
    yield [second.orders(), wants(buy, 3)]
    on.expect("equipment.order-placed", order=buy.order, amount_cents=buy.worth_cents(2))
    on.expect("equipment.order-placed", order=second.order, amount_cents=second.worth_cents(2))
    on.expect("reservation.reservation-refused", order=buy.order, reason="other_price")
    on.expect("amendment.amendment-refused", order=buy.order, reason="other_price")
    yield [ends_agreement(buy)]
    on.expect("agreement.agreement-end-recorded", agreement=buy.agreement)
    yield [ends_agreement(buy), amends_agreement(buy, maximum_cents=700_000), third.orders()]
    for word in ("amended", "ended"):
        on.expect("agreement.agreement-refused", word=word, reason="already_ended")
    on.expect("reservation.reservation-refused", order=third.order, reason="outside_period")
    on.expect("equipment.order-refused", order=third.order, reason="agreement_refused")


def an_agreement_is_amended_before_it_is_registered(on: Stage) -> Days:
    """The amendment waits for the registration; under one moment only one waits."""
    buy = Purchase(on)
    moment = on.time(9)
    yield [amends_agreement(buy, maximum_cents=300_000)]
    yield [amends_agreement(buy, maximum_cents=400_000, amended_at=moment)]
    on.expect("agreement.agreement-refused", agreement=buy.agreement, reason="already_waiting")
    yield [buy.registers_agreement()]
    on.expect("agreement.agreement-amendment-recorded", maximum_cents=300_000)


def nobody_registers_an_agreement_that_many_speak_of(on: Stage) -> Days:
    """So much waits for it that the next amendment and an order are refused, then all the others."""
    buy = Purchase(on)
    limit = AGREEMENT_WAITING_AT_MOST
    moments = (on.moment(0) + timedelta(minutes=number) for number in range(limit))
    yield [
        buy.opens_credits(),
        buy.declares_need(),
        *(amends_agreement(buy, maximum_cents=1, amended_at=text(moment)) for moment in moments),
    ]
    yield [amends_agreement(buy, maximum_cents=1), buy.orders()]
    on.expect("agreement.agreement-refused", reason="too_many_waiting")
    on.expect("reservation.reservation-refused", order=buy.order, reason="too_many_waiting")
    on.expect("equipment.order-refused", order=buy.order, reason="agreement_refused")
    on.expect("agreement.agreement-refused", limit, reason="unknown_in_time")


STORIES = (
    an_agreement_is_amended_and_ended,
    an_agreement_is_amended_before_it_is_registered,
    nobody_registers_an_agreement_that_many_speak_of,
)
