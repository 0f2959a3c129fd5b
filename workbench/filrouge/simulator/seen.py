"""What the partners read in the topics, as far as what they say next depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]


@dataclass(slots=True)
class Seen:
    """Facts of the shared topics; a record seen twice changes nothing."""

    placed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)
    """Delivery notes; their names are unique in a play."""
    rejected: set[str] = field(default_factory=set)
    decision_refused: set[str] = field(default_factory=set)
    certified: dict[str, int] = field(default_factory=dict)
    """Delivery note → pieces."""
    disputed: set[str] = field(default_factory=set)
    """Invoices."""
    to_pay: dict[str, Data] = field(default_factory=dict)
    """Invoice → its order to pay."""
    payment_rejected: set[str] = field(default_factory=set)
    """Invoices whose order to pay was rejected."""
    payment_refused: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    """Invoices."""

    def take(self, kind: str, data: Data) -> None:
        """One event of the stream; types that nobody waits for are passed over."""
        taker = _TAKES.get(kind)
        if taker is not None:
            taker(self, data)


def _certified(seen: Seen, data: Data) -> None:
    seen.certified[data["delivery_note"]] = data["quantity"]


def _to_pay(seen: Seen, data: Data) -> None:
    seen.to_pay[data["invoice"]] = data


_TAKES: Mapping[str, Callable[[Seen, Data], None]] = {
    f"fr.filrouge.{name}.v1": taker
    for name, taker in {
        "equipment.order-placed": lambda seen, data: seen.placed.add(data["order"]),
        "equipment.order-refused": lambda seen, data: seen.refused.add(data["order"]),
        "delivery.reception-recorded": lambda seen, data: seen.received.add(data["delivery_note"]),
        "verification.rejection-recorded": lambda seen, data: seen.rejected.add(
            data["delivery_note"]
        ),
        "verification.verification-refused": lambda seen, data: seen.decision_refused.add(
            data["delivery_note"]
        ),
        "certification.service-certified": _certified,
        "invoicing.invoice-disputed": lambda seen, data: seen.disputed.add(data["invoice"]),
        "payment.payment-ordered": _to_pay,
        "payment.payment-rejection-recorded": lambda seen, data: seen.payment_rejected.add(
            data["invoice"]
        ),
        "payment.payment-refused": lambda seen, data: seen.payment_refused.add(data["payment"]),
        "payment.payment-recorded": lambda seen, data: seen.paid.add(data["invoice"]),
    }.items()
}

READ = frozenset(_TAKES)
"""Types that the partners of the purchases read."""
