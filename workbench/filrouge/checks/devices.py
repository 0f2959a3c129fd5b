"""Devices: what is certified was received, and every device is received once for ever.

I4 certified ≤ admitted ≤ received ≤ ordered; each IMEI is claimed once, and certified once unless that
   was undone before
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
                "admission-recorded",
                "admission-undone",
                "service-certified",
            }
        )
        self.checked = dict.fromkeys(RULES, 0)
        self.received = self.certified = 0
        self._ordered: dict[str, int] = {}
        self._claims: dict[str, str] = {}
        self._received: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
        self._rejected: dict[tuple[str, str], str] = {}
        self._faulty: dict[str, str] = {}
        self._undone: Counter[tuple[str, str]] = Counter()
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
            case "admission-recorded":
                self._faulty.update(dict.fromkeys(data["faulty_imeis"], fact.id))
            case "admission-undone":
                self.certified -= len(data["imeis"])
                self._undone[data["order"], data["delivery_note"]] += 1
            case "service-certified":
                self.certified += len(data["imeis"])
                note = (data["order"], data["delivery_note"])
                self._certificates.append((fact.id, note, tuple(data["imeis"])))

    def close(self) -> Iterator[Breach]:
        certified: dict[str, str] = {}
        totals: Counter[str] = Counter()
        for identity, note, imeis in self._standing():
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
                if imei in self._faulty:
                    yield Breach(
                        "I4", f"{imei} is faulty and certified", (self._faulty[imei], identity)
                    )
        for order, total in totals.items():
            if total > self._ordered.get(order, 0):
                yield Breach("I4", f"{order}: {total} pieces certified, more than ordered")

    def _standing(self) -> Iterator[tuple[str, tuple[str, str], tuple[str, ...]]]:
        """Certificates but for those, the first of their note, that were undone."""
        undone = self._undone.copy()
        for certificate in self._certificates:
            if undone[certificate[1]] > 0:
                undone[certificate[1]] -= 1
            else:
                yield certificate
