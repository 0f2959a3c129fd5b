"""Nothing is paid for twice, whoever asks for it and under whatever paper.

I11 no device, session or hour is booked, invoiced or counted twice (grants are not there yet)

That nobody is at two sessions at once, and what hours are certified of, is held by T1, T5 and T6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from filrouge.checks.dossier import engagement_of
from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I11",)


class Funding:
    """Follows devices over all orders, and sessions over all programmes."""

    def __init__(self) -> None:
        self.wants = frozenset(_TAKES)
        self.checked = dict.fromkeys(RULES, 0)
        self._booked: list[Fact] = []
        self._invoiced: list[Fact] = []
        self._held: list[Fact] = []
        """What each session was worth."""
        self._certified: list[Fact] = []
        """Hours."""

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in _TAKES:
            _TAKES[fact.name](self, fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        yield from self._devices()
        yield from self._notes()
        yield from self._sessions()
        yield from self._certificates()

    # --- devices ---------------------------------------------------------------------------------

    def _devices(self) -> Iterator[Breach]:
        """A device is booked as received by one engagement, and named by one invoice."""
        booked: dict[str, Fact] = {}
        for fact in _standing(self._booked):
            for imei in fact.data["imeis"]:
                self.checked["I11"] += 1
                if (first := booked.setdefault(imei, fact)) is not fact:
                    yield Breach("I11", f"{imei} is booked twice", (first.id, fact.id))
        invoiced: dict[str, Fact] = {}
        for fact in self._invoiced:
            for imei in (imei for line in fact.data["lines"] for imei in line["imeis"]):
                if (first := invoiced.setdefault(imei, fact)) is not fact:
                    yield Breach("I11", f"{imei} is invoiced twice", (first.id, fact.id))

    def _notes(self) -> Iterator[Breach]:
        """No piece of a delivery note and no hour of a certificate is invoiced twice."""
        certified: Counter[tuple[str, str]] = Counter()
        for fact in _standing(self._booked):
            certified[_note(fact.data)] += fact.data["quantity"]
        invoiced: Counter[tuple[str, str]] = Counter()
        for fact in self._invoiced:
            for line in fact.data["lines"]:
                self.checked["I11"] += 1
                note = (fact.data["engagement"], line["delivery_note"])
                invoiced[note] += line["quantity"]
                if invoiced[note] > certified[note]:
                    sentence = f"{note[1]}: {invoiced[note]} pieces invoiced"
                    yield Breach("I11", f"{sentence}, {certified[note]} certified", (fact.id,))

    # --- sessions and hours ------------------------------------------------------------------------

    def _sessions(self) -> Iterator[Breach]:
        """A session counts in one programme."""
        programmes: dict[str, Fact] = {}
        for fact in self._held:
            self.checked["I11"] += 1
            first = programmes.setdefault(fact.data["session"], fact)
            if first.data["programme"] != fact.data["programme"]:
                sentence = f"{fact.data['session']} counts in two programmes"
                yield Breach("I11", sentence, (first.id, fact.id))

    def _certificates(self) -> Iterator[Breach]:
        """The hours of a certificate are certified once."""
        certified: dict[tuple[str, str], Fact] = {}
        for fact in self._certified:
            self.checked["I11"] += 1
            name = (fact.data["programme"], fact.data["certificate"])
            if (first := certified.setdefault(name, fact)) is not fact:
                yield Breach("I11", f"{name[1]} is certified twice", (first.id, fact.id))


def _standing(booked: list[Fact]) -> list[Fact]:
    """Service records without those that were withdrawn afterwards."""
    standing: dict[tuple[str, str, int], Fact] = {}
    withdrawn: Counter[tuple[str, str]] = Counter()
    turns: Counter[tuple[str, str]] = Counter()
    for fact in sorted(booked, key=lambda fact: (fact.source, fact.sequence)):
        note = _note(fact.data)
        if fact.name == "service-recorded":
            turns[note] += 1
            standing[*note, turns[note]] = fact
        else:
            withdrawn[note] += 1
            standing.pop((*note, withdrawn[note]), None)
    return list(standing.values())


def _note(data: Data) -> tuple[str, str]:
    return (engagement_of(data), data["delivery_note"])


_TAKES: Mapping[str, Callable[[Funding, Fact], None]] = {
    "service-recorded": lambda funding, fact: funding._booked.append(fact),
    "service-withdrawn": lambda funding, fact: funding._booked.append(fact),
    "invoice-matched": lambda funding, fact: funding._invoiced.append(fact),
    "minutes-changed": lambda funding, fact: funding._held.append(fact),
    "hours-certified": lambda funding, fact: funding._certified.append(fact),
}
