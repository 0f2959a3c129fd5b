"""Nothing is paid for twice, whoever asks for it and under whatever paper.

I11 no device, session or hour is booked, invoiced or counted twice (grants are not there yet)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from filrouge.checks.dossier import engagement_of
from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I11",)
MINUTES_OF_AN_HOUR = 60


class Funding:
    """Follows devices over all orders, and sessions over all programmes."""

    def __init__(self) -> None:
        self.wants = frozenset(_TAKES)
        self.checked = dict.fromkeys(RULES, 0)
        self._booked: list[Fact] = []
        self._invoiced: list[Fact] = []
        self._hours: dict[str, list[Fact]] = defaultdict(list)
        """Programme → its counted minutes and certified hours."""
        self._held: dict[str, list[Fact]] = defaultdict(list)
        """Session → what it was worth, one after the other."""
        self._met: dict[str, Data] = {}
        """Session → who meets."""

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in _TAKES:
            _TAKES[fact.name](self, fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        yield from self._devices()
        yield from self._notes()
        yield from self._sessions()
        for programme, facts in self._hours.items():
            yield from self._certified(programme, facts)

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
        """A session counts in one programme; nobody is in two of them at once."""
        calendars: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
        for session, facts in self._held.items():
            self.checked["I11"] += 1
            if len({fact.data["programme"] for fact in facts}) > 1:
                yield Breach("I11", f"{session} counts in two programmes", (facts[-1].id,))
            last = max(facts, key=lambda fact: (fact.source, fact.sequence))
            held, met = last.data["now"], self._met.get(session)
            if held is None or met is None:
                continue
            ends_at = held["starts_at"] + timedelta(minutes=held["minutes"])
            for person in (f"pupil {met['pupil']}", f"mentor {met['mentor']}"):
                calendars[person].append((held["starts_at"], ends_at, last.id))
        for person, calendar in calendars.items():
            for (_, ends_at, one), (starts_at, _, other) in pairwise(sorted(calendar)):
                if starts_at < ends_at:
                    yield Breach("I11", f"{person} is in two sessions at once", (one, other))

    def _certified(self, programme: str, facts: list[Fact]) -> Iterator[Breach]:
        """Hours are certified of minutes that were counted, each session with what it was last worth."""
        minutes: Counter[str] = Counter()
        hours, certificates = 0, set()
        for fact in sorted(facts, key=lambda fact: (fact.source, fact.sequence)):
            self.checked["I11"] += 1
            data = fact.data
            if fact.name == "minutes-counted":
                minutes[data["session"]] += data["difference_minutes"]
                if minutes.total() != data["validated_minutes"] or min(minutes.values()) < 0:
                    sentence = f"{programme}: {minutes.total()} minutes of sessions"
                    counted = f"{data['validated_minutes']} counted"
                    yield Breach("I11", f"{sentence}, {counted}", (fact.id,))
                continue
            hours += data["hours"]
            if data["certificate"] in certificates:
                yield Breach("I11", f"{data['certificate']} is certified twice", (fact.id,))
            certificates.add(data["certificate"])
            if hours * MINUTES_OF_AN_HOUR > minutes.total():
                sentence = f"{programme}: {hours} hours certified of {minutes.total()} minutes"
                yield Breach("I11", sentence, (fact.id,))


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
    "minutes-counted": lambda funding, fact: funding._hours[fact.data["programme"]].append(fact),
    "hours-certified": lambda funding, fact: funding._hours[fact.data["programme"]].append(fact),
    "minutes-changed": lambda funding, fact: funding._held[fact.data["session"]].append(fact),
    "session-opened": lambda funding, fact: funding._met.update({fact.data["session"]: fact.data}),
}
