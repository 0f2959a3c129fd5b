"""What is said of needs, agreements and orders after their beginning, which is in `purchase.py`."""

from __future__ import annotations

from typing import Any

from filrouge.simulator.cast import Receiver
from filrouge.simulator.told.purchase import Purchase
from filrouge.simulator.words import Word


def corrects_need(
    buy: Purchase, quantity: int, hour: int = 8, school: Receiver | None = None, **other: Any
) -> Word:
    """By the school itself, or by another that the need is none of."""
    says = school or buy.school
    data = {
        "need": buy.need,
        "uai": says.uai,
        "quantity": quantity,
        "corrected_at": buy.on.time(hour),
        "corrected_by": says.user(1),
    }
    return buy.on.say(says, "equipment.need-corrected", hour, **{**data, **other})


def withdraws_need(buy: Purchase) -> Word:
    return buy.on.say(
        buy.school,
        "equipment.need-withdrawn",
        need=buy.need,
        uai=buy.school.uai,
        reason="equipped_otherwise",
        withdrawn_at=buy.on.time(9),
        withdrawn_by=buy.school.user(1),
    )


def amends_agreement(buy: Purchase, hour: int = 9, **changes: Any) -> Word:
    data = {
        "agreement": buy.agreement,
        "amended_at": buy.on.time(hour),
        "amended_by": buy.buyer.user(9),
    }
    return buy.on.say(buy.buyer, "agreement.agreement-amended", hour, **{**data, **changes})


def ends_agreement(buy: Purchase) -> Word:
    return buy.on.say(
        buy.buyer,
        "agreement.agreement-ended",
        agreement=buy.agreement,
        reason="supplier_failed",
        ended_at=buy.on.time(9),
        ended_by=buy.buyer.user(9),
    )


def wants(buy: Purchase, quantity: int, hour: int = 9, **other: Any) -> Word:
    """The buyer wants the order to be for so many pieces in all."""
    data = {
        "order": buy.order,
        "quantity": quantity,
        "requested_at": buy.on.time(hour),
        "requested_by": buy.buyer.user(1),
    }
    name = "amendment.order-amendment-requested"
    return buy.on.say(buy.buyer, name, hour, **{**data, **other})


def cancels(buy: Purchase) -> Word:
    return buy.on.say(
        buy.buyer,
        "amendment.order-cancellation-requested",
        order=buy.order,
        reason="supplier_failed",
        requested_at=buy.on.time(9),
        requested_by=buy.buyer.user(1),
    )
