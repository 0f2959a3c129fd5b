"""What the services said in the end, added up per order, to be compared with the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]


def order_of(data: Data) -> str:
    """Of an event about an order, or about the engagement of one."""
    order: str = data.get("order") or data["engagement"].removeprefix("order:")
    return order


@dataclass(slots=True)
class Entry:
    """One order as the services report it."""

    outcome: str = "open"
    reason: str = ""
    amount_cents: int = 0
    received: int = 0
    refused_devices: int = 0
    rejected: int = 0
    certified: int = 0
    silent: int = 0
    matched_cents: int = 0
    withheld_cents: int = 0
    recovered_cents: int = 0
    disputed: Counter[str] = field(default_factory=Counter)
    paid_cents: int = 0
    interest_cents: int = 0
    payments_rejected: int = 0
    resubmitted: int = 0
    payments_refused: Counter[str] = field(default_factory=Counter)
    decisions_refused: Counter[str] = field(default_factory=Counter)
    completed: bool = False


@dataclass(slots=True)
class Ledger:
    """Filled by `take` with every event of the stream, each once."""

    orders: dict[str, Entry] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def wants(self) -> frozenset[str]:
        return COMPARED

    def take(self, kind: str, data: Data) -> None:
        taker = _TAKES.get(kind)
        if taker is not None:
            taker(self, data)

    def of(self, data: Data) -> Entry:
        return self.orders.setdefault(order_of(data), Entry())


def _placed(ledger: Ledger, data: Data) -> None:
    entry = ledger.of(data)
    entry.outcome, entry.amount_cents = "placed", data["amount_cents"]


def _refused(ledger: Ledger, data: Data) -> None:
    entry = ledger.of(data)
    entry.outcome, entry.reason = "refused", data["reason"]


def _received(ledger: Ledger, data: Data) -> None:
    entry = ledger.of(data)
    entry.received += len(data["imeis"])
    entry.refused_devices += len(data["refused_imeis"])


def _rejected(ledger: Ledger, data: Data) -> None:
    ledger.of(data).rejected += data["quantity"]


def _certified(ledger: Ledger, data: Data) -> None:
    ledger.of(data).certified += data["quantity"]
    ledger.of(data).silent += data["tacit"]
    ledger.counts["admitted by silence"] += data["tacit"]


def _matched(ledger: Ledger, data: Data) -> None:
    entry = ledger.of(data)
    entry.matched_cents += data["amount_cents"]
    entry.withheld_cents += data["penalty_cents"]
    entry.recovered_cents += data["recovered_cents"]


def _paid(ledger: Ledger, data: Data) -> None:
    ledger.of(data).paid_cents += data["amount_cents"]


def _interest(ledger: Ledger, data: Data) -> None:
    ledger.of(data).interest_cents += data["interest_cents"]


def _payment_rejected(ledger: Ledger, data: Data) -> None:
    ledger.of(data).payments_rejected += 1


def _resubmitted(ledger: Ledger, data: Data) -> None:
    ledger.of(data).resubmitted += 1


def _completed(ledger: Ledger, data: Data) -> None:
    ledger.of(data).completed = True


def _tally(name: str) -> Callable[[Ledger, Data], None]:
    def take(ledger: Ledger, data: Data) -> None:
        getattr(ledger.of(data), name)[data["reason"]] += 1

    return take


def _count(name: str) -> Callable[[Ledger, Data], None]:
    def take(ledger: Ledger, _data: Data) -> None:
        ledger.counts[name] += 1

    return take


_TAKES: Mapping[str, Callable[[Ledger, Data], None]] = {
    f"fr.filrouge.{name}.v1": taker
    for name, taker in {
        "equipment.order-placed": _placed,
        "equipment.order-refused": _refused,
        "equipment.order-completed": _completed,
        "equipment.need-refused": _count("need refused"),
        "agreement.agreement-refused": _count("agreement refused"),
        "delivery.reception-recorded": _received,
        "verification.rejection-recorded": _rejected,
        "verification.verification-refused": _tally("decisions_refused"),
        "certification.service-certified": _certified,
        "budget.credits-refused": _count("credits refused"),
        "invoicing.invoice-matched": _matched,
        "invoicing.invoice-disputed": _tally("disputed"),
        "payment.payment-recorded": _paid,
        "payment.late-interest-recorded": _interest,
        "payment.payment-rejection-recorded": _payment_rejected,
        "payment.payment-resubmission-recorded": _resubmitted,
        "payment.payment-refused": _tally("payments_refused"),
    }.items()
}

COMPARED = frozenset(_TAKES)
"""Types of the events that the books can be compared with."""
