"""Tutoring hours: nothing is certified that was not held, validated, funded and stated.

T5 the minutes of a programme are those of its sessions that count, corrections up and down included
T6 hours certified never exceed the minutes validated by then, nor the funding; each certificate was stated
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from filrouge.checks.fact import Breach, Fact

RULES = ("T5", "T6")
MINUTES_AN_HOUR = 60
OF_A_PROGRAMME = frozenset(
    {
        "programme-funded",
        "minutes-counted",
        "minutes-refused",
        "hours-stated",
        "statement-withdrawn",
        "hours-certified",
    }
)
"""Decided by the programme itself, and so in one lane."""


@dataclass(slots=True)
class Account:
    """A programme as it stands after some of its decisions."""

    programme: str
    funded_hours: int = 0
    certified_hours: int = 0
    minutes: Counter[str] = field(default_factory=Counter)
    """Session → counted."""
    refused: set[str] = field(default_factory=set)
    """Sessions of which some change came after the end."""
    stated: dict[str, int] = field(default_factory=dict)
    """Certificate → hours."""

    def take(self, fact: Fact) -> Iterator[Breach]:
        data = fact.data
        match fact.name:
            case "programme-funded":
                self.funded_hours = data["funded_hours"]
            case "minutes-refused":
                self.refused.add(data["session"])
            case "hours-stated":
                self.stated[data["certificate"]] = data["hours"]
            case "statement-withdrawn":
                self.stated.pop(data["certificate"], None)
            case "minutes-counted":
                yield from self._count(fact)
            case "hours-certified":
                yield from self._certify(fact)

    def _count(self, fact: Fact) -> Iterator[Breach]:
        self.minutes[fact.data["session"]] += fact.data["difference_minutes"]
        said, total = fact.data["validated_minutes"], self.minutes.total()
        if said != total:
            sentence = f"{self.programme} has {said} minutes, its sessions {total}"
            yield Breach("T5", sentence, (fact.id,))

    def _certify(self, fact: Fact) -> Iterator[Breach]:
        name = f"{self.programme} {fact.data['certificate']}"
        if self.stated.pop(fact.data["certificate"], None) != fact.data["hours"]:
            yield Breach("T6", f"{name} certifies what was not stated", (fact.id,))
        self.certified_hours += fact.data["hours"]
        hours, minutes = self.certified_hours, self.minutes.total()
        if hours * MINUTES_AN_HOUR > minutes:
            yield Breach("T6", f"{name}: {hours} hours certified for {minutes} minutes", (fact.id,))
        if hours > self.funded_hours:
            sentence = f"{name}: {hours} hours certified, {self.funded_hours} funded"
            yield Breach("T6", sentence, (fact.id,))


class Hours:
    """Goes through each programme in the order of its decisions."""

    def __init__(self) -> None:
        self.wants = OF_A_PROGRAMME | {"minutes-changed"}
        self.checked = dict.fromkeys(RULES, 0)
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        self._changes: dict[tuple[str, str], Fact] = {}
        """Programme and session → the last change of what the session is worth."""

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name == "minutes-changed":
            whose = (fact.data["programme"], fact.data["session"])
            known = self._changes.get(whose)
            if known is None or known.sequence < fact.sequence:
                self._changes[whose] = fact
        elif fact.name in OF_A_PROGRAMME:
            self._facts[fact.data["programme"]].append(fact)
        yield from ()

    def close(self) -> Iterator[Breach]:
        accounts = {programme: Account(programme) for programme in self._facts}
        for programme, facts in self._facts.items():
            for fact in sorted(facts, key=lambda fact: fact.sequence):
                self.checked["T6"] += fact.name == "hours-certified"
                yield from accounts[programme].take(fact)
        for (programme, session), change in self._changes.items():
            self.checked["T5"] += 1
            account = accounts.get(programme, Account(programme))
            held = change.data["now"]
            worth, counted = held["minutes"] if held else 0, account.minutes[session]
            if worth != counted and session not in account.refused:
                sentence = f"{programme} counts {counted} minutes of {session}, it has {worth}"
                yield Breach("T5", sentence, (change.id,))
