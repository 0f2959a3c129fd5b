"""One order in the books: what was said of it, and what has to come of that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]


@dataclass(slots=True)
class Account:
    """What is to come of an order; amounts in cents, devices in pieces."""

    order: str
    asked: Data
    outcome: str = "asked"
    reasons: frozenset[str] = frozenset()
    """Why it is refused; one of several where the clock or an answer may be first."""
    amount_cents: int = 0
    received: int = 0
    refused_devices: int = 0
    rejected: int = 0
    certified: int = 0
    silent: int = 0
    matched_cents: int = 0
    withheld_cents: int = 0
    """Of penalties."""
    recovered_cents: int = 0
    """Of advances."""
    disputed: Counter[str] = field(default_factory=Counter)
    paid_cents: int = 0
    interest_cents: int = 0
    payments_rejected: int = 0
    resubmitted: int = 0
    payments_refused: Counter[str] = field(default_factory=Counter)
    decisions_refused: Counter[str] = field(default_factory=Counter)
    agreement: Data = field(default_factory=dict)
    unit_cents: int = 0
    vat_rate_bp: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    """Delivery note → devices that count as received."""
    said: dict[str, list[Data]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, *reasons: str) -> Account:
        self.outcome, self.reasons = "refused", frozenset(reasons)
        return self

    def worth_cents(self, quantity: int) -> int:
        """With VAT, half a cent up."""
        net = quantity * self.unit_cents
        return net + (net * self.vat_rate_bp + 5_000) // 10_000

    @property
    def completed(self) -> bool:
        return self.outcome != "refused" and self.certified == self.asked["quantity"]
