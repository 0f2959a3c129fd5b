"""What is admitted and paid of what an order has received, in the books."""

from __future__ import annotations

from collections import Counter

from filrouge.simulator.account import Account
from filrouge.simulator.debts import reckon_debts


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
    reckon_debts(account, certified)


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
