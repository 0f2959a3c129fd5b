"""Devices: what is certified was ordered, received and admitted, and every device counts once for ever.

I4  certified = admitted ≤ received ≤ ordered, complete when all is; an IMEI is claimed and certified once
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from filrouge.checks.deliveries import OF_A_NOTE, OF_THE_QUANTITY, Note, Ordered
from filrouge.checks.fact import Breach, Fact

RULES = ("I4",)


class Devices:
    """Follows serial numbers and quantities over all orders; what was undone does not count."""

    def __init__(self) -> None:
        self.wants = OF_A_NOTE | OF_THE_QUANTITY | {"serial-claimed"}
        self.checked = dict.fromkeys(RULES, 0)
        self._claims: dict[str, Fact] = {}
        self._quantities: dict[str, list[Fact]] = defaultdict(list)
        self._notes: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))

    def take(self, fact: Fact) -> Iterator[Breach]:
        data = fact.data
        if fact.name == "serial-claimed":
            self.checked["I4"] += 1
            if (first := self._claims.setdefault(data["imei"], fact)) is not fact:
                yield Breach("I4", f"{data['imei']} is claimed twice", (first.id, fact.id))
        elif fact.name in OF_THE_QUANTITY:
            self._quantities[data["order"]].append(fact)
        elif fact.name in OF_A_NOTE:
            self._notes[data["order"]][data["delivery_note"]].append(fact)

    def close(self) -> Iterator[Breach]:
        certified: dict[str, Fact] = {}
        for order in sorted(self._quantities.keys() | self._notes.keys()):
            notes = []
            for name, facts in self._notes[order].items():
                note = Note(order, name)
                for fact in _as_decided(facts):
                    self.checked["I4"] += 1
                    yield from note.take(fact)
                yield from (*note.close(), *self._unclaimed(note), *_twice(note, certified))
                notes.append(note)
            ordered = Ordered(order)
            for fact in _as_decided(self._quantities[order]):
                self.checked["I4"] += 1
                yield from ordered.take(fact)
            yield from ordered.judge(notes)

    def _unclaimed(self, note: Note) -> Iterator[Breach]:
        for imei in note.received:
            claim = self._claims.get(imei)
            mine = (note.order, note.name)
            if claim is None or (claim.data["order"], claim.data["delivery_note"]) != mine:
                yield Breach("I4", f"{imei} is received under {note.name}, which never claimed it")


def _twice(note: Note, certified: dict[str, Fact]) -> Iterator[Breach]:
    if note.certificate is not None:
        for imei in note.certificate.data["imeis"]:
            first = certified.setdefault(imei, note.certificate)
            if first is not note.certificate:
                sentence = f"{imei} is certified twice"
                yield Breach("I4", sentence, (first.id, note.certificate.id))


def _as_decided(facts: list[Fact]) -> list[Fact]:
    """By the one lane that decides such facts of one order."""
    return sorted(facts, key=lambda fact: fact.sequence)
