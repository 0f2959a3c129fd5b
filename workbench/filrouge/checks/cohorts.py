"""Tutored pupils: whom the programmes are for, and who counts.

I10 every enrolment names the school and the priority neighbourhood that its association said
T7 a pupil counts as accompanied once, whatever the number of its associations: it begins and ends in turn
T8 a pupil is accompanied exactly while it keeps a session of the last accompanied_seconds
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from filrouge.checks.dossier import ids
from filrouge.checks.fact import Breach, Fact
from filrouge.checks.parameters import Parameters

RULES = ("I10", "T7", "T8")
KEEPS, BEGINS, ENDS = "pupil-booked", "pupil-accompanied", "pupil-no-longer-accompanied"
OF_A_PUPIL = frozenset({KEEPS, "slot-released", "slot-revoked", BEGINS, ENDS})
IN_THE_WORDS = ("association", "programme", "uai", "qpv")
Claim = tuple[str, int]


class Cohorts:
    """Collects what is decided about each pupil, and goes through it in the end."""

    def __init__(self) -> None:
        self.wants = OF_A_PUPIL | {"pupil-enrolled", "enrolment-recorded", "parameter-set"}
        self.checked = dict.fromkeys(RULES, 0)
        self._parameters = Parameters()
        self._last_tick = datetime.min.replace(tzinfo=UTC)
        self._words: dict[str, list[Fact]] = defaultdict(list)
        self._enrolments: list[Fact] = []
        self._pupils: dict[str, list[Fact]] = defaultdict(list)

    def take(self, fact: Fact) -> Iterator[Breach]:
        self._last_tick = max(self._last_tick, fact.at)
        if fact.name in OF_A_PUPIL and fact.subject.startswith("pupil:"):
            self._pupils[fact.subject].append(fact)
        elif fact.name == "pupil-enrolled":
            self._words[fact.data["pupil"]].append(fact)
        elif fact.name == "enrolment-recorded":
            self._enrolments.append(fact)
        elif fact.name == "parameter-set":
            self._parameters.take(fact)
        yield from ()

    def close(self) -> Iterator[Breach]:
        for enrolment in self._enrolments:
            yield from self._eligibility(enrolment)
        for pupil, facts in self._pupils.items():
            facts.sort(key=lambda fact: fact.sequence)
            yield from self._in_turn(pupil, facts)
            yield from self._accompanied(pupil, facts)

    def _eligibility(self, enrolment: Fact) -> Iterator[Breach]:
        """I10."""
        self.checked["I10"] += 1
        pupil = enrolment.data["pupil"]
        recorded = [enrolment.data[name] for name in IN_THE_WORDS]
        if not any(recorded == [w.data[n] for n in IN_THE_WORDS] for w in self._words[pupil]):
            yield Breach("I10", f"{pupil} is enrolled as nobody said", (enrolment.id,))

    def _in_turn(self, pupil: str, facts: Iterable[Fact]) -> Iterator[Breach]:
        """T7."""
        before: Fact | None = None
        for fact in facts:
            if fact.name not in (BEGINS, ENDS):
                continue
            self.checked["T7"] += 1
            if fact.name == (before.name if before else ENDS):
                shown = ids(f for f in (before, fact) if f)
                yield Breach("T7", f"{pupil}: {fact.name} twice in a row", shown)
            before = fact

    def _accompanied(self, pupil: str, facts: list[Fact]) -> Iterator[Breach]:
        """T8, after everything that was decided at once, and when all was over."""
        kept: dict[Claim, datetime] = {}
        counts = False
        for fact, following in zip(facts, [*facts[1:], None], strict=True):
            self.checked["T8"] += 1
            if counts and fact.name == KEEPS and not _lasts(kept, fact.at):
                yield Breach("T8", f"{pupil} counts too long", (fact.id,))
            if fact.name == KEEPS:
                yield from self._term(pupil, fact)
            counts = _after(fact, kept, counts)
            moment = fact.at if following is not None else self._last_tick
            if not _at_once(fact, following) and counts != _lasts(kept, moment):
                how = "counts" if counts else "does not count"
                yield Breach("T8", f"{pupil} {how}, with {len(kept)} sessions", (fact.id,))

    def _term(self, pupil: str, kept: Fact) -> Iterator[Breach]:
        seconds = self._parameters.at("accompanied_seconds", kept.at)
        term = kept.data["accompanied_until"] - kept.data["starts_at"]
        if term != timedelta(seconds=seconds):
            yield Breach("T8", f"{pupil} counts for {term} after a session", (kept.id,))


def _at_once(fact: Fact, following: Fact | None) -> bool:
    """Perhaps one decision: then only what it comes to is looked at."""
    if following is None:
        return False
    return (following.at, following.sequence) == (fact.at, fact.sequence + 1)


def _lasts(kept: dict[Claim, datetime], moment: datetime) -> bool:
    return any(until > moment for until in kept.values())


def _after(fact: Fact, kept: dict[Claim, datetime], counts: bool) -> bool:
    """Changes what is kept; says whether the pupil counts now."""
    if fact.name in (BEGINS, ENDS):
        return fact.name == BEGINS
    claim = (fact.data["session"], fact.data["claim"])
    if fact.name == KEEPS:
        kept[claim] = fact.data["accompanied_until"]
    else:
        kept.pop(claim, None)
    return counts
