"""The books of the loans: where every device has to be in the end, reckoned from words alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from filrouge.simulator.act import Data
from filrouge.simulator.loans.ledger import LoanLedger

CONFIRM_WITHIN = timedelta(days=7)
WORDS = {
    "device.device-prepared": ({"in_stock"}, "prepared"),
    "loan.device-handed-over": ({"prepared"}, "on_loan"),
    "loan.handover-confirmed": ({"in_transit"}, "on_loan"),
    "loan.device-returned": ({"in_transit", "on_loan", "lost", "stolen"}, "in_stock"),
    "device.device-lost": ({"in_stock", "prepared", "in_transit", "on_loan", "in_repair"}, "lost"),
    "device.device-stolen": ({"in_stock", "prepared", "in_transit", "on_loan"}, "stolen"),
    "device.device-broken": ({"in_stock", "prepared", "in_transit", "on_loan"}, "in_repair"),
    "device.device-repaired": ({"in_repair"}, "in_stock"),
    "device.device-scrapped": ({"in_stock", "prepared", "in_repair"}, "scrapped"),
    "swap.device-swapped": (
        {"in_stock", "prepared", "on_loan", "in_repair"},
        "returned_to_supplier",
    ),
}
"""Word → where a device has to be for it to count, and where it is then."""
WITH_A_PUPIL = {"in_transit", "on_loan"}


class LoanBooks:
    """Hears what was accepted; of a device in the order in which it was said."""

    def __init__(self) -> None:
        self._said: list[tuple[str, Data]] = []
        self._items: dict[str, str] = {}
        self._received: list[Data] = []
        self._rejected: set[str] = set()

    def hear(self, name: str, data: Data) -> None:
        if name in WORDS or name in ("stock.stock-counted", "stock.stock-adjusted"):
            self._said.append((name, data))
        elif name == "order":
            self._items[data["order"]] = data["item"]
        elif name == "receive":
            self._received.append(data)
        elif name == "reject":
            self._rejected.add(data["delivery_note"])

    def expected(self) -> LoanLedger:
        """Closes the books, in the form in which the stream is summed up."""
        reckoning = _Reckoning()
        for data in self._received:
            stock = (self._items[data["order"]], data["uai"])
            for imei in data["imeis"]:
                reckoning.receive(imei, stock, data["delivery_note"] not in self._rejected)
        for name, data in self._said:
            if name == "stock.stock-counted":
                reckoning.count(data)
            elif name == "stock.stock-adjusted":
                reckoning.adjust(data)
            else:
                reckoning.take(name, data)
        return reckoning.close()


class _Reckoning:
    """Follows every device; what it finds is written as a ledger."""

    def __init__(self) -> None:
        self._found = LoanLedger()
        self._known: set[str] = set()
        self._stock: dict[str, tuple[str, str]] = {}
        self._place: dict[str, str] = {}
        self._pupil: dict[str, str] = {}
        self._dropped: dict[str, str] = {}
        """Device → since when it waits to be confirmed."""

    def receive(self, imei: str, stock: tuple[str, str], admitted: bool) -> None:
        """Whoever receives a device first has it; unless it is rejected, it is admitted some day."""
        if imei in self._known:
            return
        self._known.add(imei)
        if admitted:
            self._arrive(imei, stock, "accepted")
            self._found.moves["received", "in_stock"] += 1

    def take(self, name: str, data: Data) -> None:
        imei = data["imei"]
        places, moved_to = WORDS[name]
        if self._place.get(imei) not in places:
            self._found.refused["not_in_this_state"] += 1
            return
        if name == "swap.device-swapped":
            if data["new_imei"] in self._known:
                self._found.refused["replacement_known"] += 1
                return
            self._known.add(data["new_imei"])
            self._arrive(data["new_imei"], self._stock[imei], "swapped_in")
            self._found.moves["", "in_stock"] += 1
        if imei in self._dropped:
            self._confirm(imei, data)
        if name == "loan.device-handed-over":
            self._pupil[imei] = data["pupil"]
            if all(one["kind"] == "contactless_drop" for one in data["evidence"]):
                moved_to = "in_transit"
                self._dropped[imei] = data["handed_over_at"]
        self._move(imei, moved_to)

    def count(self, data: Data) -> None:
        stock = (data["item"], data["uai"])
        sums = self._found.counts[stock]
        there = sums["in_stock"] + sums["prepared"]
        difference = data["counted"] - there
        self._found.counted[stock].append((there, data["counted"], difference))
        self._found.unexplained[stock] = difference

    def adjust(self, data: Data) -> None:
        missing = data["direction"] == "missing"
        for imei in data["imeis"]:
            self._move(imei, "lost" if missing else "in_stock")
            self._found.adjusted[data["direction"]] += 1
            self._found.unexplained[data["item"], data["uai"]] += 1 if missing else -1

    def close(self) -> LoanLedger:
        self._found.unconfirmed += len(self._dropped)
        self._found.named = Counter(
            stock for stock, left in self._found.unexplained.items() if left
        )
        for imei, place in self._place.items():
            pupil = self._pupil.get(imei, "") if place in WITH_A_PUPIL else ""
            self._found.devices[imei] = (*self._stock[imei], place, pupil)
        return self._found

    def _arrive(self, imei: str, stock: tuple[str, str], how: str) -> None:
        self._stock[imei], self._place[imei] = stock, "in_stock"
        self._found.counts[stock][how] += 1
        self._found.counts[stock]["in_stock"] += 1
        self._found.counted_moves += 1

    def _move(self, imei: str, moved_to: str) -> None:
        counts, place = self._found.counts[self._stock[imei]], self._place[imei]
        counts[place] -= 1
        counts[moved_to] += 1
        self._found.moves[place, moved_to] += 1
        self._found.counted_moves += 1
        self._place[imei] = moved_to

    def _confirm(self, imei: str, data: Data) -> None:
        """Whatever ends a drop too late comes after it was named."""
        moment = next(text for name, text in data.items() if name.endswith("_at"))
        waited = datetime.fromisoformat(moment) - datetime.fromisoformat(self._dropped.pop(imei))
        self._found.unconfirmed += waited > CONFIRM_WITHIN
