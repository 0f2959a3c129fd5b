"""The books of the purchases: what has to come out, worked out in plain dictionaries from what was said."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from filrouge.simulator.account import Account
from filrouge.simulator.act import Data
from filrouge.simulator.deliveries import reckon_delivery
from filrouge.simulator.ledger import order_of

OF_AN_ORDER = (
    "admit",
    "reject",
    "invoice",
    "pay",
    "penalty",
    "advance",
    "reject payment",
    "resubmit",
)
"""What is said of a delivery or of money."""


@dataclass(slots=True)
class Contest:
    """Orders of one line of which it is not known which will win, only how many."""

    line: str
    orders: tuple[str, ...]
    winners: int


@dataclass(slots=True)
class Expected:
    """What the books say has to be found in the stream."""

    orders: dict[str, Account] = field(default_factory=dict)
    contests: list[Contest] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Short names of what happens to no single order."""


class PurchaseBooks:
    """Hears what was accepted, in the order of each partner."""

    def __init__(self) -> None:
        self._heard: dict[str, list[Data]] = defaultdict(list)

    def hear(self, name: str, data: Data) -> None:
        self._heard[name].append(data)

    def expected(self) -> Expected:
        """Closes the books."""
        found = Expected()
        lines = self._lines(found.counts)
        needs = self._first("need", "need", found.counts)
        agreements = self._first("agreement", "agreement", found.counts)
        asked: dict[str, list[Account]] = defaultdict(list)
        for order in self._heard["order"]:
            account = _asked(order, needs.get(order["need"]), agreements.get(order["agreement"]))
            found.orders[account.order] = account
            if account.outcome != "refused":
                asked[order["budget_line"]].append(account)
        for line, accounts in asked.items():
            _engage(line, accounts, lines.get(line, {"ae": 0})["ae"], found)
        self._deliver(found)
        return found

    def _lines(self, counts: Counter[str]) -> dict[str, dict[str, Any]]:
        lines: dict[str, dict[str, Any]] = {}
        for said in self._heard["credits"]:
            line = lines.setdefault(said["budget_line"], {"uo": said["uo"], "ae": 0, "cp": 0})
            if line["uo"] != said["uo"]:
                counts["credits refused"] += 1
                continue
            line["ae"] += said["ae_cents"]
            line["cp"] += said["cp_cents"]
        return lines

    def _first(self, kind: str, name: str, counts: Counter[str]) -> dict[str, Data]:
        """What was said first counts; what is said of the same thing later is refused."""
        known: dict[str, Data] = {}
        for said in self._heard[kind]:
            if said[name] in known:
                counts[f"{kind} refused"] += 1
            else:
                known[said[name]] = said
        return known

    def _deliver(self, found: Expected) -> None:
        held: dict[str, str] = {}
        for said in self._heard["receive"]:
            account = found.orders[said["order"]]
            free = [imei for imei in said["imeis"] if imei not in held]
            held.update(dict.fromkeys(free, said["delivery_note"]))
            account.notes[said["delivery_note"]] = len(free)
            account.received += len(free)
            account.refused_devices += len(said["imeis"]) - len(free)
        for kind in OF_AN_ORDER:
            for said in self._heard[kind]:
                found.orders[order_of(said)].said[kind].append(said)
        for account in found.orders.values():
            if account.outcome != "refused":
                reckon_delivery(account)
                found.counts["admitted by silence"] += account.silent


def _asked(order: Data, need: Data | None, agreement: Data | None) -> Account:
    """The order as far as its need and its agreement decide about it."""
    account = Account(order["order"], order)
    item = next((i for i in (agreement or {}).get("items", ()) if i["item"] == order["item"]), None)
    if need is None:
        return account.refuse("need_refused", "no_answer_in_time")
    if order["item"] != need["item"] or order["quantity"] > need["quantity"]:
        return account.refuse("need_refused")
    if agreement is None:
        return account.refuse("agreement_refused", "no_answer_in_time")
    if item is None:
        return account.refuse("agreement_refused")
    account.agreement, account.unit_cents = agreement, item["unit_price_excl_vat_cents"]
    account.vat_rate_bp = item["vat_rate_bp"]
    account.amount_cents = account.worth_cents(order["quantity"])
    return account


def _engage(line: str, accounts: list[Account], ae_cents: int, found: Expected) -> None:
    """Who gets the money of a line; where a race decides, how many do."""
    possible = []
    for account in accounts:
        if account.amount_cents > ae_cents:
            account.refuse("commitment_refused")
        else:
            possible.append(account)
    if sum(account.amount_cents for account in possible) <= ae_cents:
        for account in possible:
            account.outcome = "placed"
        return
    amounts = {account.amount_cents for account in possible}
    if len(amounts) != 1:
        raise ValueError(
            f"{line}: a race between different amounts has no certain number of winners"
        )
    for account in possible:
        account.outcome = "contested"
    names = tuple(account.order for account in possible)
    found.contests.append(Contest(line, names, ae_cents // amounts.pop()))
