"""Schools, authorities and associations lend what comes into their stock, and count it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from filrouge.simulator.act import Data
from filrouge.simulator.loans import says
from filrouge.simulator.loans.books import LoanBooks
from filrouge.simulator.loans.ledger import LoanLedger
from filrouge.simulator.loans.plan import (
    DAYS_BEFORE,
    STEPS,
    CountFate,
    LoanFate,
    LoanPlan,
    Step,
    StockName,
    loan_plan_of,
)
from filrouge.simulator.plan import Plan
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.words import Word, type_of

ON_THE_SHELF = ("in_stock", "prepared")


class Loans:
    """Each device says a sentence a day at most, so that no two of them can overtake each other."""

    def __init__(self, plan: Plan) -> None:
        self._plan: LoanPlan = loan_plan_of(plan)
        self._books = LoanBooks()
        self._stock: dict[str, StockName] = {}
        """IMEI → where it was admitted, or will be if it was received."""
        self._devices: dict[StockName, dict[str, str]] = defaultdict(dict)
        """Where each admitted device was seen last: stock → IMEI → place."""
        self._said: Counter[str] = Counter()
        """IMEI → sentences."""
        self._ready: list[str] = []
        """Devices that have something to say from now on."""
        self._due: dict[int, list[str]] = defaultdict(list)
        self._awaited: dict[StockName, set[str]] = defaultdict(set)
        """Deliveries that may still come; then the stock is counted."""
        for stock, notes in self._plan.orders.values():
            self._awaited[stock] |= notes
        self._to_count: dict[int, list[StockName]] = defaultdict(list)
        self._to_explain: dict[int, list[StockName]] = defaultdict(list)
        self._takes: Mapping[str, Callable[[Data], None]] = {
            type_of("equipment.order-refused"): self._order_refused,
            type_of("delivery.reception-recorded"): self._received,
            type_of("verification.rejection-recorded"): self._decided,
            type_of("certification.service-certified"): self._decided,
            type_of("device.device-moved"): self._moved,
        }
        self.wants = frozenset(self._takes)
        self.stories = len(self._plan.stocks)

    @property
    def open(self) -> int:
        """Stocks to be counted, and others where a device has still something to say."""
        stocks = set(self._awaited)
        for days in (self._to_count, self._to_explain):
            stocks.update(*days.values())
        for devices in (self._ready, *self._due.values()):
            stocks.update(self._stock[imei] for imei in devices)
        return len(stocks)

    # --- reading ---------------------------------------------------------------------------------

    def take(self, kind: str, data: Data) -> None:
        if not numbers_in(data):
            self._takes[kind](data)

    def _order_refused(self, data: Data) -> None:
        stock, notes = self._plan.orders[data["order"]]
        self._awaited[stock] -= notes

    def _decided(self, data: Data) -> None:
        stock, _ = self._plan.orders[data["order"]]
        self._awaited[stock].discard(data["delivery_note"])

    def _received(self, data: Data) -> None:
        """Some cannot wait for the admission."""
        for imei in data["imeis"]:
            if self._plan.fates[imei] is LoanFate.PREPARED_EARLY and imei not in self._stock:
                self._stock[imei], _ = self._plan.orders[data["order"]]
                self._ready.append(imei)

    def _moved(self, data: Data) -> None:
        imei, stock = data["imei"], (data["item"], data["uai"])
        if imei not in self._devices[stock]:
            self._stock[imei] = stock
            self._ready.append(imei)
        self._devices[stock][imei] = data["moved_to"]

    # --- speaking --------------------------------------------------------------------------------

    def words(self, day: int) -> Iterator[Word]:
        for name in [name for name, notes in self._awaited.items() if not notes]:
            del self._awaited[name]
            self._to_count[day + 1].append(name)
        for name in self._to_explain.pop(day, ()):
            stock = self._plan.stocks[name]
            yield says.explain(stock, stock.count.value, day)
        counting = self._to_count.pop(day, [])
        for name in counting:
            yield from self._count(name, day)
        today, self._ready = [*self._due.pop(day, ()), *self._ready], []
        for imei in today:
            if self._stock[imei] in counting:
                self._due[day + 1].append(imei)  # while somebody counts nobody moves anything
            else:
                yield from self._next(imei, day)

    def _next(self, imei: str, day: int) -> Iterator[Word]:
        """The device's next sentence, and when it has another one."""
        steps, place = STEPS[self._plan.fates.get(imei, LoanFate.KEPT)], self._said[imei]
        admitted = imei in self._devices[self._stock[imei]]
        if place == len(steps) or (place and not admitted):
            return
        self._said[imei] += 1
        yield self._word(steps[place], imei, place, day)
        if admitted and place + 1 < len(steps):
            self._due[day + DAYS_BEFORE.get(steps[place + 1], 1)].append(imei)

    def _word(self, step: Step, imei: str, place: int, day: int) -> Word:
        stock = self._stock[imei]
        new = says.replacement(imei)
        if step is Step.SWAP_FOR_KNOWN:
            new = next(other for other in self._devices[stock] if other != imei)
        return says.step(step, self._plan.stocks[stock], imei, new, place, day)

    def _count(self, name: StockName, day: int) -> Iterator[Word]:
        stock, devices = self._plan.stocks[name], self._devices[name]
        if devices:
            shelf = sum(place in ON_THE_SHELF for place in devices.values())
            error = {CountFate.RIGHT: 0, CountFate.MISSING: -1}.get(stock.count, 1)
            yield says.count(stock, shelf + error, day)
        if stock.device:
            self._to_explain[day + 1].append(name)

    # --- the end ---------------------------------------------------------------------------------

    def hear(self, name: str, data: Data) -> None:
        if not numbers_in(data):
            self._books.hear(name, data)

    def ledger(self) -> LoanLedger:
        return LoanLedger()

    def differences(self, ledger: LoanLedger) -> Iterator[str]:
        yield from self._books.expected().differences(ledger)
