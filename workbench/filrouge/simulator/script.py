"""Who says what on which day, given what was seen by the evening before."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator import says
from filrouge.simulator.plan import Fate, MoneyFate, Note, NoteFate, Order, Plan
from filrouge.simulator.seen import Seen
from filrouge.simulator.words import Word

MISTAKES = ("price", "account", "vat")
WRONG_PAYMENT_CENTS = 100
PENALTY_CENTS = 50_00
"""Less than any first invoice."""
ADVANCE_PERCENT = 10
PAID_AFTER_DAYS = 32
"""Two days more than there are, from the evening on which a late payment was ordered."""


class Script:
    """Every sentence is said once; `said` holds the day of each, by the id of its word."""

    def __init__(self, plan: Plan, seen: Seen) -> None:
        self.said: dict[str, int] = {}
        self._plan, self._seen = plan, seen
        self._departed: dict[str, int] = {}
        self._ordered: dict[str, int] = {}
        """Invoice → the evening on which it was ordered to be paid."""

    def words(self, day: int) -> Iterator[Word]:
        """The day's sentences; of one partner they are in the order in which it says them."""
        for word in self._all(day):
            if word.id not in self.said:
                self.said[word.id] = day
                yield word

    @property
    def finished(self) -> bool:
        """Nobody has anything left to say."""
        return self.open_orders == 0

    @property
    def open_orders(self) -> int:
        """Orders that are neither refused nor delivered and paid."""
        return sum(not self._is_closed(order) for order in self._plan.orders)

    def _is_closed(self, order: Order) -> bool:
        if order.id in self._seen.refused:
            return True
        return order.id in self._seen.placed and all(map(self._is_done, order.notes))

    def _is_done(self, note: Note) -> bool:
        if note.replacement is not None:
            return self._is_done(note.replacement)
        names = (_invoice(note), _invoice(note, again=True))
        return any(name in self._seen.paid for name in names)

    def _all(self, day: int) -> Iterator[Word]:
        yield from self._money(day)
        for agreement in self._plan.agreements:
            if agreement.said_on == day:
                yield says.agreement(agreement)
            if day == agreement.said_on + 2:
                yield says.agreement(agreement, again=True)
        for order in self._plan.orders:
            yield from self._wish(order, day)
        for order in self._plan.orders:
            if order.id in self._seen.placed:
                yield from self._before_delivery(order, day)
                for note in order.notes:
                    yield from self._delivery(order, note, day)

    def _money(self, day: int) -> Iterator[Word]:
        cast = self._plan.cast
        for line in self._plan.lines:
            for number, opening in enumerate(line.openings):
                if opening.day == day:
                    identity = f"credits:{line.id}:{number}"
                    yield says.open_credits(cast, line, opening, line.uo, identity)
        if day != 1:
            return
        lines = {line.id: line for line in self._plan.lines}
        for number, name in enumerate(self._plan.wrong_uo):
            line = lines[name]
            yield says.open_credits(
                cast, line, line.openings[0], "UO-OTHER", f"credits:other:{number}"
            )

    def _wish(self, order: Order, day: int) -> Iterator[Word]:
        declared_on = order.day + (1 if order.fate is Fate.NEED_COMES_LATER else -1)
        if day == declared_on and order.fate is not Fate.NEED_NEVER_COMES:
            yield says.need(order, day, order.needed, f"need:{order.need}")
        if day == declared_on + 1 and order.need in self._plan.twice_declared:
            yield says.need(order, day, order.needed + 7, f"need-again:{order.need}")
        if day == order.day:
            yield says.order(order, day)

    # --- one delivery ----------------------------------------------------------------------------

    def _delivery(self, order: Order, note: Note, day: int) -> Iterator[Word]:
        departed = self._departed.get(note.id)
        if departed is None:
            if day < note.departs_on or (note.donor and note.donor not in self._seen.received):
                return
            departed = self._departed[note.id] = day
        if day >= departed + (2 if note.fate is NoteFate.ANNOUNCED_AFTER_RECEPTION else 0):
            yield says.ship(order, note, day, departed)
        if day >= departed + (3 if note.fate is NoteFate.DECIDED_BEFORE_RECEPTION else 1):
            yield says.receive(order, note, day, departed + 1)
        yield from self._decision(order, note, day, departed)
        yield from self._invoices(order, note, day, departed)
        yield from self._payments(order, note, day)
        if note.replacement is not None and note.id in self._seen.rejected:
            yield from self._delivery(order, note.replacement, day)

    def _decision(self, order: Order, note: Note, day: int, departed: int) -> Iterator[Word]:
        received, identity = note.id in self._seen.received, f"decide:{note.id}"
        match note.fate:
            case NoteFate.ADMITTED_BY_SILENCE:
                return
            case NoteFate.DECIDED_BEFORE_RECEPTION:
                if day >= departed + 2:
                    yield says.admit(order, note, day, 2, identity)
            case NoteFate.REJECTED:
                if received:
                    yield says.reject(order, note, day)
            case NoteFate.SAME_PERSON:
                if received:
                    yield says.admit(order, note, day, 1, identity)
                if note.id in self._seen.decision_refused:
                    yield says.admit(order, note, day, 2, f"decide:{note.id}-2")
            case _:
                if received:
                    yield says.admit(order, note, day, 2, identity)

    def _invoices(self, order: Order, note: Note, day: int, departed: int) -> Iterator[Word]:
        if note.fate is NoteFate.INVOICED_BEFORE_DECISION:
            if day >= departed + 1:
                yield says.invoice(order, note, day, len(note.imeis), _invoice(note))
            return
        quantity = self._seen.certified.get(note.id)
        if quantity is None:
            return
        first, again = _invoice(note), _invoice(note, again=True)
        mistake = _mistake(note) if note.fate is NoteFate.WRONG_INVOICE else ""
        yield says.invoice(order, note, day, quantity, first, mistake)
        if mistake and first in self._seen.disputed:
            yield says.invoice(order, note, day, quantity, again)

    def _before_delivery(self, order: Order, day: int) -> Iterator[Word]:
        if order.money is MoneyFate.PENALTY:
            yield says.penalty(order, day, PENALTY_CENTS)
        if order.money is MoneyFate.ADVANCE:
            advance = says.advance(order, day, ADVANCE_PERCENT)
            yield advance
            if (ordered := self._seen.to_pay.get(advance.data["advance"])) is not None:
                yield says.pay(self._plan.cast, ordered, day, f"V-{order.id}")

    def _payments(self, order: Order, note: Note, day: int) -> Iterator[Word]:
        for name in (_invoice(note), _invoice(note, again=True)):
            ordered = self._seen.to_pay.get(name)
            if ordered is None:
                continue
            ordered_on = self._ordered.setdefault(name, day - 1)
            if order.money is MoneyFate.PAID_LATE and day < ordered_on + PAID_AFTER_DAYS:
                continue
            if order.money is MoneyFate.PAYMENTS_REJECTED:
                yield says.reject_payment(self._plan.cast, ordered, day)
                if name not in self._seen.payment_rejected:
                    continue
                yield says.resubmit(order, ordered, day)
                if ordered["attempt"] == 1:
                    continue
            payment = f"V-{name.removeprefix('F-')}"
            wrong = note.fate is NoteFate.WRONG_PAYMENT
            yield says.pay(self._plan.cast, ordered, day, payment, WRONG_PAYMENT_CENTS * wrong)
            if payment in self._seen.payment_refused:
                yield says.pay(self._plan.cast, ordered, day, f"{payment}-P")


def _invoice(note: Note, again: bool = False) -> str:
    return f"F-{note.id}-2" if again else f"F-{note.id}"


def _mistake(note: Note) -> str:
    """Another one for each delivery; an order has three of them."""
    return MISTAKES[int(note.id.rpartition("-")[2]) % len(MISTAKES)]
