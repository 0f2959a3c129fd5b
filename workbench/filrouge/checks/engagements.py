"""Collects what the stream holds about each engagement, an order's or a programme's, and has it judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from filrouge.checks import corrections, documents, interest, liquidation, payments, people, sums
from filrouge.checks.dossier import Around, Dossier, engagement_of
from filrouge.checks.fact import Breach, Fact

RULES = ("I2", "I5", "I6", "I7", "I8", "I12", "I13")


Judge = Callable[[Dossier, Around, Counter[str]], Iterator[Breach]]
"""Looks at one engagement; counts what it has held against a rule."""
JUDGES: Mapping[Judge, frozenset[str]] = {
    sums.judge: sums.WANTS,
    liquidation.judge: liquidation.WANTS,
    interest.judge: interest.WANTS,
    people.judge: people.WANTS,
    payments.judge: payments.WANTS,
    documents.judge: documents.WANTS,
    corrections.judge: corrections.WANTS,
}
_OF_AN_ENGAGEMENT = frozenset[str]().union(*JUDGES.values())


class Engagements:
    """One dossier for each, judged when everything was read."""

    def __init__(self) -> None:
        self.wants = _OF_AN_ENGAGEMENT | {"agreement-opened", "parameter-set"}
        self.checked: dict[str, int] = dict.fromkeys(RULES, 0)
        self._dossiers: dict[str, Dossier] = {}
        self._around = Around()

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in _OF_AN_ENGAGEMENT:
            engagement = engagement_of(fact.data)
            dossier = self._dossiers.setdefault(engagement, Dossier(engagement))
            dossier.facts[fact.name].append(fact)
        elif fact.name == "agreement-opened":
            self._around.ibans[fact.data["agreement"]] = fact.data["iban"]
        elif fact.name == "parameter-set":
            self._around.parameters.take(fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        checked = Counter(self.checked)
        for dossier in self._dossiers.values():
            for judge in JUDGES:
                yield from judge(dossier, self._around, checked)
        self.checked = {**self.checked, **checked}
