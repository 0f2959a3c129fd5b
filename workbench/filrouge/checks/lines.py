"""Budget lines: never more engaged than the AE, never more granted or paid than the CP, at any moment.

I1 Σ engaged ≤ AE and Σ paid ≤ CP, per line (and so per manager), after every event
D1 the postings of every event add up to zero, and so does every family of accounts
D2 every event books its own amount on the account of its step
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I1", "D1", "D2")
CREDITS: Mapping[str, int] = {
    "credits-recorded": 1,
    "credits-withdrawal-recorded": -1,
    "delegation-sent": -1,
    "delegation-received": 1,
    "delegation-taken-back": 1,
}
"""Event → whether the credits come to the line (1) or leave it (-1)."""
DRAWN: Mapping[str, tuple[str, int]] = {
    "commitment-accepted": ("engaged", 1),
    "commitment-released": ("engaged", -1),
    "cash-granted": ("granted", 1),
    "cash-returned": ("granted", -1),
}
"""Event → what it takes from the credits (1) or gives back (-1)."""
BOOKS: Mapping[str, tuple[tuple[str, int, str], ...]] = {
    **{
        name: (("ae_available", sign, "ae_cents"), ("cp_available", sign, "cp_cents"))
        for name, sign in CREDITS.items()
    },
    "commitment-accepted": (("ae_committed", 1, "amount_cents"),),
    "commitment-released": (("ae_committed", -1, "amount_cents"),),
    "cash-granted": (("cp_granted", 1, "amount_cents"),),
    "cash-returned": (("cp_granted", -1, "amount_cents"),),
    "service-recorded": (("received_uninvoiced", -1, "amount_cents"),),
    "service-withdrawn": (("received_uninvoiced", 1, "amount_cents"),),
    "invoice-matched": (("supplier_payable", -1, "payable_cents"),),
    "advance-recorded": (("advances", 1, "amount_cents"),),
    "advance-lapsed": (("advances", -1, "amount_cents"),),
    "penalty-recorded": (("penalties_due", 1, "amount_cents"),),
    "credit-note-recorded": (("supplier_payable", 1, "lowered_cents"),),
    "repayment-due": (("supplier_receivable", 1, "amount_cents"),),
    "repayment-recorded": (
        ("supplier_receivable", -1, "amount_cents"),
        ("cp_consumed", -1, "amount_cents"),
        ("treasury", 1, "amount_cents"),
    ),
    "payment-rejection-recorded": (("supplier_payable", -1, "amount_cents"),),
    "late-interest-recorded": (),
    "payment-ordered": (
        ("supplier_payable", 1, "amount_cents"),
        ("payment_ordered", -1, "amount_cents"),
    ),
    "payment-recorded": (
        ("payment_ordered", 1, "amount_cents"),
        ("cp_consumed", 1, "amount_cents"),
        ("treasury", -1, "amount_cents"),
    ),
}
"""Event → what it moves: account, debit (1) or credit (-1), and which of its amounts."""
FAMILIES = ("ae_", "cp_", "")
"""By the beginning of the account's name; the last one is everything that is owed and paid."""


class Lines:
    """Collects what moves money and goes through it in the order of the lanes that decided it."""

    def __init__(self) -> None:
        self.wants = frozenset(BOOKS)
        self.checked = dict.fromkeys(RULES, 0)
        self.balances: Counter[str] = Counter()
        self._moves: dict[str, list[tuple[str, int, str, str, Data]]] = defaultdict(list)

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name not in self.wants:
            return
        yield from self._postings(fact)
        if "budget_line" in fact.data:
            move = (fact.source, fact.sequence, fact.id, fact.name, fact.data)
            self._moves[fact.data["budget_line"]].append(move)

    def close(self) -> Iterator[Breach]:
        for line, moves in self._moves.items():
            yield from self._ceilings(line, moves)

    def _postings(self, fact: Fact) -> Iterator[Breach]:
        """D1 for one event, and for all events so far."""
        self.checked["D1"] += 1
        sums: Counter[str] = Counter()
        for posting in fact.data["postings"]:
            account, cents = posting["account"], posting["amount_cents"]
            family = next(name for name in FAMILIES if account.startswith(name))
            sums[family] += cents
            self.balances[account] += cents
        for family, cents in sums.items():
            if cents:
                name = family.rstrip("_").upper() or "debt"
                yield Breach("D1", f"{fact.name}: {name} is {cents} cents off balance", (fact.id,))
        if sum(self.balances.values()):
            yield Breach("D1", "all postings together are off balance", (fact.id,))
        self.checked["D2"] += 1
        booked = {p["account"]: p["amount_cents"] for p in fact.data["postings"]}
        for account, sign, name in BOOKS[fact.name]:
            if booked.get(account, 0) != sign * fact.data[name]:
                sentence = f"{fact.name} books {booked.get(account, 0)} cents on {account}"
                yield Breach("D2", f"{sentence}, its {name} is {fact.data[name]}", (fact.id,))

    def _ceilings(
        self, line: str, moves: list[tuple[str, int, str, str, Data]]
    ) -> Iterator[Breach]:
        """I1; a line's own moves are all of one lane, payments of an order may be of another."""
        own = sorted((m for m in moves if m[3] in CREDITS or m[3] in DRAWN), key=lambda m: m[:2])
        if own and own[0][0] != own[-1][0]:
            yield Breach("I1", f"{line} is decided by two lanes", (own[0][2], own[-1][2]))
        sums: Counter[str] = Counter()
        for _, _, identity, name, data in own:
            self.checked["I1"] += 1
            if name in CREDITS:
                sums["ae"] += CREDITS[name] * data["ae_cents"]
                sums["cp"] += CREDITS[name] * data["cp_cents"]
            else:
                drawn, sign = DRAWN[name]
                sums[drawn] += sign * data["amount_cents"]
            for drawn, ceiling in (("engaged", "ae"), ("granted", "cp")):
                if not 0 <= sums[drawn] <= sums[ceiling]:
                    sentence = f"{line} has {sums[drawn]} cents {drawn} of {sums[ceiling]}"
                    yield Breach("I1", f"{sentence} {ceiling.upper()}", (identity,))
        paid = [move for move in moves if move[3] == "payment-recorded"]
        paid_cents = sum(data["amount_cents"] for *_, data in paid)
        granted_cents = sum(move[4]["amount_cents"] for move in own if move[3] == "cash-granted")
        if paid_cents > granted_cents:
            sentence = f"{line} has {paid_cents} cents paid of {granted_cents} granted"
            yield Breach("I1", sentence, tuple(identity for _, _, identity, _, _ in paid))
