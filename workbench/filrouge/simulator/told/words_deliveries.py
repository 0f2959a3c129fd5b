"""What is said of goods on their way and at the school besides what `purchase.py` has."""

from __future__ import annotations

from typing import Any

from filrouge.simulator.cast import Partner
from filrouge.simulator.told.purchase import Purchase
from filrouge.simulator.words import Word, text

WAITING_AT_MOST, DECISIONS_WAITING_AT_MOST = 10, 50
"""Per order and before it is known, whatever the parameters: words on goods, and on their verification."""


def loses(buy: Purchase, note: str, quantity: int, by: Partner | None = None, **other: Any) -> Word:
    """Goods are lost on the way; the school says so, or somebody else who may."""
    says = by or buy.school
    data = {
        "order": buy.order,
        "delivery_note": buy.note(note),
        "supplier": buy.supplier.siret,
        "uai": buy.school.uai,
        "quantity": quantity,
        "reason": "lost",
        "reported_at": buy.on.time(12),
        "reported_by": says.user(2),
    }
    return buy.on.say(says, "delivery.goods-lost-in-transit", 12, **{**data, **other})


def adjourns(buy: Purchase, note: str = "B", days: int = 10, **other: Any) -> Word:
    """The supplier gets so many days to put the goods right."""
    data = {
        "order": buy.order,
        "delivery_note": buy.note(note),
        "reason": "does_not_work",
        "redo_by": text(buy.on.moment(14, days)),
        "adjourned_at": buy.on.time(14),
        "adjourned_by": buy.buyer.user(2),
    }
    return buy.on.say(buy.buyer, "verification.goods-adjourned", 14, **{**data, **other})


def presents(buy: Purchase, note: str = "B", by: Partner | None = None) -> Word:
    """The supplier has put the goods right, or another supplier says that it has."""
    says = by or buy.supplier
    return buy.on.say(
        says,
        "verification.goods-presented-again",
        10,
        order=buy.order,
        delivery_note=buy.note(note),
        supplier=says.siret,
        presented_at=buy.on.time(10),
        presented_by=says.user(1),
    )


def reduces(buy: Purchase, cents: int, note: str = "B") -> Word:
    """Réfaction: admitted, at so many cents less."""
    return buy.on.say(
        buy.buyer,
        "verification.goods-reduced",
        14,
        order=buy.order,
        delivery_note=buy.note(note),
        reduction_cents=cents,
        reason="accessories_missing",
        reduced_at=buy.on.time(14),
        reduced_by=buy.buyer.user(2),
    )
