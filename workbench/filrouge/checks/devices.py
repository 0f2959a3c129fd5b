"""Devices: what is certified was received, and every device is received once for ever.

I4 certified ≤ received ≤ ordered; each IMEI is claimed, and certified, once
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from filrouge.checks.fact import Breach, Fact

RULES = ("I4",)


class Devices:
    """Follows serial numbers over all orders."""

    def __init__(self) -> None:
        self.wants = frozenset(
            {
                "order-placed",
                "serial-claimed",
                "reception-recorded",
                "rejection-recorded",
                "service-certified",
            }
        )
        self.checked = dict.fromkeys(RULES, 0)
        self.received = self.certified = 0
        self._ordered: dict[str, int] = {}
        self._claims: dict[str, str] = {}
        self._received: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
        self._rejected: dict[tuple[str, str], str] = {}
        self._certificates: list[tuple[str, tuple[str, str], tuple[str, ...]]] = []

    def take(self, fact: Fact) -> Iterator[Breach]:
        data = fact.data
        match fact.name:
            case "order-placed":
                self._ordered[data["order"]] = data["quantity"]
            case "serial-claimed":
                self.checked["I4"] += 1
                if (first := self._claims.setdefault(data["imei"], fact.id)) != fact.id:
                    sentence = f"{data['imei']} is claimed twice"
                    yield Breach("I4", sentence, (first, fact.id))
            case "reception-recorded":
                self.received += len(data["imeis"])
                note = (data["order"], data["delivery_note"])
                self._received[note] = (fact.id, frozenset(data["imeis"]))
            case "rejection-recorded":
                self._rejected[data["order"], data["delivery_note"]] = fact.id
            case "service-certified":
                self.certified += len(data["imeis"])
                note = (data["order"], data["delivery_note"])
                self._certificates.append((fact.id, note, tuple(data["imeis"])))

    def close(self) -> Iterator[Breach]:
        certified: dict[str, str] = {}
        totals: Counter[str] = Counter()
        for identity, note, imeis in self._certificates:
            self.checked["I4"] += 1
            totals[note[0]] += len(imeis)
            reception, received = self._received.get(note, ("", frozenset()))
            if not received.issuperset(imeis):
                sentence = f"{note[1]} is certified with devices that were not received"
                yield Breach("I4", sentence, (reception, identity))
            if note in self._rejected:
                sentence = f"{note[1]} is rejected and certified"
                yield Breach("I4", sentence, (self._rejected[note], identity))
            for imei in imeis:
                if (first := certified.setdefault(imei, identity)) != identity:
                    yield Breach("I4", f"{imei} is certified twice", (first, identity))
        for order, total in totals.items():
            if total > self._ordered.get(order, 0):
                yield Breach("I4", f"{order}: {total} pieces certified, more than ordered")
