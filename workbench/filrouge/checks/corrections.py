"""What was booked is never erased: it is booked the other way round, and both stay.

I12 corrections are compensating entries: each undoes one entry, once, to the cent; repayments stay visible
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from filrouge.checks.dossier import Around, Dossier, ids
from filrouge.checks.fact import Breach, Data, Fact

PLACED = ("order-placed", "programme-funded")
COMMITMENTS: Mapping[str, int] = {"commitment-accepted": 1, "commitment-released": -1}
CASH: Mapping[str, int] = {"cash-granted": 1, "cash-returned": -1}
Named = Callable[[Data], tuple[object, ...]]
CONTRARIES: Mapping[str, tuple[tuple[str, ...], Named]] = {
    "service-withdrawn": (("service-recorded",), lambda data: (data["delivery_note"],)),
    "advance-lapsed": (("advance-recorded",), lambda data: (data["advance"],)),
    "payment-rejection-recorded": (
        ("payment-ordered", "payment-recorded"),
        lambda data: (data["invoice"], data["attempt"]),
    ),
}
"""Correction → the entries that it undoes, together, and what they are known by."""
WORDS_OF_CLAIMS: Mapping[str, tuple[str, str]] = {
    "ordered": ("repayment-ordered", "repayment"),
    "credit_note": ("credit-note-recorded", "credit_note"),
}
"""Cause of a claim → what it follows from, and the field that names it."""
WANTS = frozenset(
    {
        *PLACED,
        *COMMITMENTS,
        *CASH,
        *CONTRARIES,
        *(name for names, _ in CONTRARIES.values() for name in names),
        *(name for name, _ in WORDS_OF_CLAIMS.values()),
        "repayment-due",
        "repayment-recorded",
    }
)


def judge(dossier: Dossier, _around: Around, checked: Counter[str]) -> Iterator[Breach]:
    yield from _committed(dossier, checked)
    yield from _never_less_than_nothing(dossier, CASH, checked)
    for name in CONTRARIES:
        yield from _undone(dossier, name, checked)
    yield from _claims(dossier, checked)


def _committed(dossier: Dossier, checked: Counter[str]) -> Iterator[Breach]:
    """Engaged once, enlarged by what adjusts it; what binds nobody keeps nothing."""
    yield from _never_less_than_nothing(dossier, COMMITMENTS, checked)
    first = [f for f in dossier.all("commitment-accepted") if not f.data["adjusts"]]
    if len(first) > 1:
        yield Breach("I12", f"{dossier.about} is engaged {len(first)} times", ids(first))
    facts = dossier.all(*COMMITMENTS)
    kept = sum(COMMITMENTS[fact.name] * fact.data["amount_cents"] for fact in facts)
    if kept and not any(dossier.first(name) for name in PLACED):
        yield Breach("I12", f"{dossier.about} binds nobody and keeps {kept} cents", ids(facts))


def _never_less_than_nothing(
    dossier: Dossier, signs: Mapping[str, int], checked: Counter[str]
) -> Iterator[Breach]:
    """Nothing is given back that was not taken before."""
    total = 0
    for fact in dossier.all(*signs):
        checked["I12"] += 1
        total += signs[fact.name] * fact.data["amount_cents"]
        if total < 0:
            sentence = f"{dossier.about}: {fact.name} of {-total} cents too much"
            yield Breach("I12", sentence, (fact.id,))


def _undone(dossier: Dossier, name: str, checked: Counter[str]) -> Iterator[Breach]:
    originals, named = CONTRARIES[name]
    standing: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in dossier.all(name, *originals):
        known = named(fact.data)
        if fact.name != name:
            standing[known].append(fact)
            continue
        checked["I12"] += 1
        undone = standing.pop(known, [])
        if not undone:
            yield Breach("I12", f"{name} of {known} undoes nothing", (fact.id,))
        elif any(_together([*undone, fact]).values()):
            sentence = f"{name} of {known} is not the contrary of what it undoes"
            yield Breach("I12", sentence, ids([*undone, fact]))


def _together(facts: Sequence[Fact]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for fact in facts:
        for posting in fact.data["postings"]:
            sums[posting["account"]] += posting["amount_cents"]
    return sums


def _claims(dossier: Dossier, checked: Counter[str]) -> Iterator[Breach]:
    """A claim has its reason; what comes back is not more, and its cash goes back to the line."""
    due: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for fact in dossier.all("repayment-due", "repayment-recorded"):
        checked["I12"] += 1
        name, cents = fact.data["repayment"], fact.data["amount_cents"]
        if fact.name == "repayment-due":
            if name in due:
                yield Breach("I12", f"{name} is claimed twice", (fact.id,))
            due[name] += cents
            yield from _has_its_reason(dossier, fact)
            continue
        back[name] += cents
        if back[name] > due[name]:
            sentence = f"{back[name]} cents came back for {name}, {due[name]} were due"
            yield Breach("I12", sentence, (fact.id,))
    for name, cents in back.items():
        returned = [f for f in dossier.all("cash-returned") if f.data["invoice"] == name]
        if sum(fact.data["amount_cents"] for fact in returned) != cents:
            yield Breach(
                "I12", f"{name}: {cents} cents came back, their cash did not", ids(returned)
            )


def _has_its_reason(dossier: Dossier, fact: Fact) -> Iterator[Breach]:
    if fact.data["cause"] not in WORDS_OF_CLAIMS:
        return  # it follows from the accounts: I5 works it out
    word, field = WORDS_OF_CLAIMS[fact.data["cause"]]
    found = [
        data["amount_cents"] - data.get("lowered_cents", 0)
        for data in dossier.data(word)
        if data[field] == fact.data["repayment"]
    ]
    if fact.data["amount_cents"] not in found:
        sentence = f"{fact.data['repayment']} is claimed for {fact.data['amount_cents']} cents"
        yield Breach("I12", f"{sentence}, its {word} is for {found}", (fact.id,))
