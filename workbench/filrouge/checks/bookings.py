"""Double entry: what every step of the accounts books, on which accounts, and that nothing is left over.

D1 the postings of every event add up to zero, and so does every family of accounts
D2 every event books its own amounts on both accounts of its step, and nothing else
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from filrouge.checks.fact import Breach, Data, Fact

RULES = ("D1", "D2")
FAMILIES = ("ae_", "cp_", "")
"""By the beginning of the account's name; the last one is everything that is owed and paid."""
ROUNDING_CENTS = 1
Step = tuple[str, str, str]
"""Debit, credit, and the field with the amount."""


def _both(debit: str, credit: str) -> tuple[Step, Step]:
    """Credits are moved to commit (AE) and to pay (CP) alike."""
    return (
        (f"ae_{debit}", f"ae_{credit}", "ae_cents"),
        (f"cp_{debit}", f"cp_{credit}", "cp_cents"),
    )


def _one(debit: str, credit: str, field: str = "amount_cents") -> tuple[Step]:
    return ((debit, credit, field),)


STEPS: Mapping[str, tuple[Step, ...]] = {
    "credits-recorded": _both("available", "opened"),
    "credits-withdrawal-recorded": _both("opened", "available"),
    "delegation-sent": _both("delegated", "available"),
    "delegation-received": _both("available", "delegated"),
    "delegation-taken-back": _both("available", "delegated"),
    "commitment-accepted": _one("ae_committed", "ae_available"),
    "commitment-released": _one("ae_available", "ae_committed"),
    "cash-granted": _one("cp_granted", "cp_available"),
    "cash-returned": _one("cp_available", "cp_granted"),
    "service-recorded": _one("expense", "received_uninvoiced"),
    "service-withdrawn": _one("received_uninvoiced", "expense"),
    "advance-recorded": _one("advances", "supplier_payable"),
    "advance-lapsed": _one("supplier_payable", "advances"),
    "penalty-recorded": _one("penalties_due", "penalties"),
    "credit-note-recorded": _one("supplier_payable", "expense", "lowered_cents"),
    "payment-ordered": _one("supplier_payable", "payment_ordered"),
    "payment-recorded": (
        *_one("payment_ordered", "treasury"),
        *_one("cp_consumed", "cp_granted"),
    ),
    "repayment-recorded": (
        *_one("treasury", "supplier_receivable"),
        *_one("cp_granted", "cp_consumed"),
    ),
    "late-interest-recorded": (
        *_one("late_interest", "late_interest_payable", "interest_cents"),
        *_one("late_interest", "late_interest_payable", "recovery_cents"),
    ),
}
REJECTED = _one("payment_ordered", "supplier_payable")
CAME_BACK = (*_one("treasury", "supplier_payable"), *_one("cp_granted", "cp_consumed"))
CLAIMED: Mapping[str, str] = {
    "ordered": "expense",
    "credit_note": "expense",
    "advance": "advances",
    "penalty": "penalties_due",
    "unproven": "expense",
}
"""Cause of a claim on the supplier → the account that it takes from."""
BOOKED = frozenset({*STEPS, "payment-rejection-recorded", "repayment-due", "invoice-matched"})
"""Events with postings."""


class Bookings:
    """Looks at every event alone, and adds all of them up."""

    def __init__(self) -> None:
        self.wants = BOOKED
        self.checked = dict.fromkeys(RULES, 0)
        self.balances: Counter[str] = Counter()

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name not in BOOKED:
            return
        booked: Counter[str] = Counter()
        for posting in fact.data["postings"]:
            booked[posting["account"]] += posting["amount_cents"]
        self.balances.update(booked)
        yield from self._even(fact, booked)
        yield from self._own(fact, booked)

    def close(self) -> Iterator[Breach]:
        return iter(())

    def _even(self, fact: Fact, booked: Counter[str]) -> Iterator[Breach]:
        self.checked["D1"] += 1
        sums: Counter[str] = Counter()
        for account, cents in booked.items():
            sums[next(name for name in FAMILIES if account.startswith(name))] += cents
        for family, cents in sums.items():
            if cents:
                name = family.rstrip("_").upper() or "debt"
                yield Breach("D1", f"{fact.name}: {name} is {cents} cents off balance", (fact.id,))
        if sum(self.balances.values()):
            yield Breach("D1", "all postings together are off balance", (fact.id,))

    def _own(self, fact: Fact, booked: Counter[str]) -> Iterator[Breach]:
        self.checked["D2"] += 1
        wanted = _wanted(fact.name, fact.data, booked)
        for account in sorted(wanted.keys() | booked.keys()):
            if booked[account] != wanted[account]:
                sentence = f"{fact.name} books {booked[account]} cents on {account}"
                yield Breach("D2", f"{sentence}, {wanted[account]} would be right", (fact.id,))


def _wanted(name: str, data: Data, booked: Counter[str]) -> Counter[str]:
    if name == "invoice-matched":
        return _liquidated(data, booked)
    steps: tuple[Step, ...]
    if name == "payment-rejection-recorded":
        steps = REJECTED if data["payment"] is None else CAME_BACK
    elif name == "repayment-due":
        steps = _one("supplier_receivable", CLAIMED[data["cause"]])
    else:
        steps = STEPS[name]
    wanted: Counter[str] = Counter()
    for debit, credit, field in steps:
        wanted[debit] += data[field]
        wanted[credit] -= data[field]
    return wanted


def _liquidated(data: Data, booked: Counter[str]) -> Counter[str]:
    """A debt less what is withheld; a cent of VAT on a line may be a charge that nobody certified."""
    withheld = {"penalties_due": "penalty_cents", "advances": "recovered_cents"}
    wanted = Counter({account: -data[field] for account, field in withheld.items()})
    wanted["supplier_payable"] = -data["payable_cents"]
    owed_cents = -wanted.total()
    rounding_cents = booked["expense"]
    if abs(rounding_cents) > ROUNDING_CENTS * len(data["lines"]):
        rounding_cents = 0
    wanted["expense"] = rounding_cents
    wanted["received_uninvoiced"] = owed_cents - rounding_cents
    return wanted
