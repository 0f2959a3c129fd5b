"""The end of a budget year: accounts and lists, recomputed from all that was booked.

I14 at each year's end all accounts are shown, and what is unpaid, uninvoiced or due back is listed
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from filrouge.checks import sums
from filrouge.checks.bookings import BOOKED
from filrouge.checks.fact import Breach, Fact
from filrouge.checks.sums import Sums

RULES = ("I14",)
SHOWN, LISTED, CARRIED = "ledger-posted", "year-end-listed", "credits-carried-over"
BEGINS = ("year-opened", "engagement-recorded")
"""With it a line, or an engagement, has a year that will end."""
CARRIED_OVER: Mapping[str, str] = {
    "ae_available_cents": "ae_available",
    "ae_committed_cents": "ae_committed",
    "cp_available_cents": "cp_available",
    "cp_granted_cents": "cp_granted",
}
OWED_ACCOUNTS = ("supplier_payable", "payment_ordered", "penalties_due", "late_interest_payable")
"""What is open and in none of the listed sums."""


class Closing:
    """Keeps every booking by the aggregate whose it is."""

    def __init__(self) -> None:
        self.wants = BOOKED | {*sums.STEPS, SHOWN, LISTED, CARRIED, *BEGINS}
        self.checked = dict.fromkeys(RULES, 0)
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        self._clock = datetime.min.replace(tzinfo=UTC)

    def take(self, fact: Fact) -> Iterator[Breach]:
        self._clock = max(self._clock, fact.at)
        if fact.name in self.wants and fact.subject.startswith(("line:", "order:", "programme:")):
            self._facts[fact.subject].append(fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        for subject, facts in self._facts.items():
            facts.sort(key=lambda fact: (fact.source, fact.sequence))
            ends = dict(self._ends(facts))
            shown = {fact.data["year"]: fact for fact in facts if fact.name == SHOWN}
            for year in sorted(ends.keys() - shown.keys()):
                sentence = f"{subject} shows no accounts at the end of {year}"
                yield Breach("I14", sentence, (ends[year].id,))
            for year, fact in shown.items():
                self.checked["I14"] += 1
                past = facts[: facts.index(fact)]
                yield from _accounts(subject, fact, past)
                if subject.startswith("line:"):
                    yield from _carried(subject, fact, facts)
                else:
                    lists = [f for f in facts if f.name == LISTED and f.data["year"] == year]
                    yield from _listed(subject, fact, past, lists)

    def _ends(self, facts: Sequence[Fact]) -> Iterator[tuple[int, Fact]]:
        """The years that are over by the last tick, each with what began it."""
        for fact in facts:
            if fact.name == "year-opened" and fact.data["closes_at"] < self._clock:
                yield fact.data["year"], fact
            elif fact.name == "engagement-recorded":
                first = fact.data["committed_at"].year
                for year in range(first, self._clock.year + 1):
                    if max(_end_of(year), fact.at) < self._clock:
                        yield year, fact


def _end_of(year: int) -> datetime:
    return datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)


def _balances(past: Sequence[Fact]) -> Counter[str]:
    """What these bookings add up to; even accounts are left out."""
    found: Counter[str] = Counter()
    for fact in past:
        for posting in fact.data.get("postings", ()):
            found[posting["account"]] += posting["amount_cents"]
    return Counter({account: cents for account, cents in found.items() if cents})


def _accounts(subject: str, shown: Fact, past: Sequence[Fact]) -> Iterator[Breach]:
    balances = _balances(past)
    said = {b["account"]: b["amount_cents"] for b in shown.data["balances"] if b["amount_cents"]}
    for account in sorted(balances.keys() | said.keys()):
        if balances[account] != said.get(account, 0):
            sentence = f"{subject}: {account} shows {said.get(account, 0)} cents"
            yield Breach("I14", f"{sentence}, {balances[account]} were booked", (shown.id,))


def _carried(subject: str, shown: Fact, facts: Sequence[Fact]) -> Iterator[Breach]:
    balances = _balances(facts[: facts.index(shown)])
    year = shown.data["year"]
    found = [fact for fact in facts if fact.name == CARRIED and fact.data["year"] == year]
    if len(found) != 1:
        sentence = f"{subject}: the end of {year} carries over {len(found)} times"
        yield Breach("I14", sentence, (shown.id,))
    for fact in found:
        for field, account in CARRIED_OVER.items():
            if fact.data[field] != balances[account]:
                sentence = f"{subject}: {field} {fact.data[field]} carried over"
                yield Breach("I14", f"{sentence}, {balances[account]} are there", (fact.id,))


def _listed(
    subject: str, shown: Fact, past: Sequence[Fact], lists: Sequence[Fact]
) -> Iterator[Breach]:
    """What is open is on the list with every sum; what is settled is not."""
    wanted, pieces_left = _open(past)
    balances = _balances(past)
    owed = any(balances[account] for account in OWED_ACCOUNTS)
    is_open = pieces_left or owed or any(wanted[name] for name in _OPEN)
    if len(lists) != is_open:
        state = "open" if is_open else "done"
        sentence = f"{subject} is {state} at the year's end and {len(lists)} times on the list"
        yield Breach("I14", sentence, (shown.id,))
    for fact in lists:
        for field, cents in wanted.items():
            if fact.data[field] != cents:
                sentence = f"{subject}: {field} {fact.data[field]} on the list"
                yield Breach("I14", f"{sentence}, {cents} would be right", (fact.id,))


_OPEN = (
    "unpaid_cents",
    "received_uninvoiced_cents",
    "unrecovered_advances_cents",
    "repayments_due_cents",
)


def _open(past: Sequence[Fact]) -> tuple[Mapping[str, int], bool]:
    """The sums of the list, and whether pieces are still to be certified or invoiced."""
    added, uninvoiced = Sums(), _Uninvoiced()
    quantity = 0
    for fact in past:
        if fact.name in sums.STEPS:
            added.add(fact.name, fact.data)
        uninvoiced.add(fact)
        if fact.name in ("engagement-recorded", "engagement-adjusted"):
            quantity = fact.data["quantity"]
    cents = added.cents
    wanted = {
        "engaged_cents": cents["engaged"],
        "liquidated_cents": cents["liquidated"],
        "paid_cents": cents["paid"],
        "unpaid_cents": max(0, cents["engaged"] - cents["paid"]),
        "received_uninvoiced_cents": uninvoiced.cents,
        "unrecovered_advances_cents": added.unrecovered,
        "repayments_due_cents": cents["to come back"],
    }
    return wanted, uninvoiced.invoiced_quantity < quantity


class _Uninvoiced:
    """What was certified and is not invoiced, note by note, in proportion to the pieces."""

    def __init__(self) -> None:
        self._notes: dict[str, tuple[int, int]] = {}
        self._invoiced: Counter[str] = Counter()

    def add(self, fact: Fact) -> None:
        data = fact.data
        match fact.name:
            case "service-recorded":
                self._notes[data["delivery_note"]] = (data["quantity"], data["amount_cents"])
            case "service-withdrawn":
                self._notes.pop(data["delivery_note"], None)
            case "invoice-matched":
                for line in data["lines"]:
                    self._invoiced[line["delivery_note"]] += line["quantity"]

    @property
    def cents(self) -> int:
        return sum(
            cents - cents * self._invoiced[name] // quantity
            for name, (quantity, cents) in self._notes.items()
        )

    @property
    def invoiced_quantity(self) -> int:
        return self._invoiced.total()
