"""One order in the books, from what was received to what was paid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]


@dataclass(slots=True)
class Account:
    """What is to come of an order; amounts in cents, devices in pieces."""

    order: str
    asked: Data
    outcome: str = "asked"
    reasons: frozenset[str] = frozenset()
    """Why it is refused; one of several where the clock or an answer may be first."""
    amount_cents: int = 0
    received: int = 0
    refused_devices: int = 0
    rejected: int = 0
    certified: int = 0
    silent: int = 0
    matched_cents: int = 0
    disputed: Counter[str] = field(default_factory=Counter)
    paid_cents: int = 0
    payments_refused: Counter[str] = field(default_factory=Counter)
    decisions_refused: Counter[str] = field(default_factory=Counter)
    agreement: Data = field(default_factory=dict)
    unit_cents: int = 0
    vat_rate_bp: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    """Delivery note → devices that count as received."""
    said: dict[str, list[Data]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, *reasons: str) -> Account:
        self.outcome, self.reasons = "refused", frozenset(reasons)
        return self

    def worth_cents(self, quantity: int) -> int:
        """With VAT, half a cent up."""
        net = quantity * self.unit_cents
        return net + (net * self.vat_rate_bp + 5_000) // 10_000

    @property
    def completed(self) -> bool:
        return self.outcome != "refused" and self.certified == self.asked["quantity"]


def reckon_delivery(account: Account) -> None:
    """What is admitted, invoiced and paid of what was received."""
    decided = _decisions(account)
    certified: Counter[str] = Counter()
    for note, devices in account.notes.items():
        decision = decided.get(note, "silence" if devices else "nothing")
        if decision == "rejected":
            account.rejected += devices
        elif devices:
            certified[note] = devices
            account.certified += devices
            account.silent += decision == "silence"
    amounts = _matched(account, certified)
    account.matched_cents = sum(amounts.values())
    account.paid_cents = _paid(account, amounts)


def _decisions(account: Account) -> dict[str, str]:
    """The first decision on a note that is not made by who ordered."""
    decided: dict[str, str] = {}
    for said in account.said["reject"]:
        decided[said["delivery_note"]] = "rejected"
    for said in account.said["admit"]:
        if said["admitted_by"] == account.asked["ordered_by"]:
            account.decisions_refused["same_person"] += 1
        elif said["delivery_note"] in decided:
            account.decisions_refused["already_decided"] += 1
        else:
            decided[said["delivery_note"]] = "admitted"
    return decided


def _matched(account: Account, certified: Counter[str]) -> dict[str, int]:
    """Invoice → cents, of those that agree with the order and with what is certified."""
    amounts: dict[str, int] = {}
    left = Counter(certified)
    for said in account.said["invoice"]:
        reason = _dispute(account, said)
        invoiced = Counter({line["delivery_note"]: line["quantity"] for line in said["lines"]})
        if reason is None and not invoiced <= left:
            reason = "more_than_certified"
        if reason is not None:
            account.disputed[reason] += 1
            continue
        left -= invoiced
        amounts[said["invoice"]] = said["amount_cents"]
    return amounts


def _dispute(account: Account, said: Data) -> str | None:
    if said["supplier"] != account.agreement["supplier"]:
        return "other_supplier"
    if said["iban"] != account.agreement["iban"]:
        return "other_account"
    if any(line["unit_price_excl_vat_cents"] != account.unit_cents for line in said["lines"]):
        return "other_price"
    if any(line["vat_rate_bp"] != account.vat_rate_bp for line in said["lines"]):
        return "other_vat"
    worth_cents = sum(account.worth_cents(line["quantity"]) for line in said["lines"])
    if said["amount_cents"] != worth_cents:
        return "wrong_amount"
    return None


def _paid(account: Account, amounts: Mapping[str, int]) -> int:
    paid: set[str] = set()
    total = 0
    for said in account.said["pay"]:
        reason = None
        if said["invoice"] in paid:
            reason = "already_paid"
        elif said["amount_cents"] != amounts.get(said["invoice"]):
            reason = "other_amount"
        elif said["iban"] != account.agreement["iban"]:
            reason = "other_account"
        if reason is None:
            paid.add(said["invoice"])
            total += said["amount_cents"]
        else:
            account.payments_refused[reason] += 1
    return total
