"""Makes the plan of a play out of a scale and a seed: the same ones give the same plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from random import Random

from filrouge.simulator import identities, slips
from filrouge.simulator.cast import Cast, Partner, cast_of
from filrouge.simulator.plan import (
    DOOMED,
    LATE,
    ORDINARY,
    Agreement,
    Fate,
    Line,
    MoneyFate,
    Note,
    NoteFate,
    Opening,
    Order,
    Plan,
    Price,
)
from filrouge.simulator.scale import DAYS_OF_ORDERS, NOTES_PER_ORDER, Size

FIRST_ORDERS_ON = 2
LATE_ON = 4
"""The late agreement and the late credits come on this day, their orders a day before."""
RACE_ON = 5
CASH_ON = 14
ITEMS = ("TABLET", "TABLET", "KEY4G")
UNKNOWN_ITEM = "PRINTER"
DEVICES_AT_MOST = 500
DAY_OF = {
    Fate.AGREEMENT_COMES_LATER: LATE_ON - 1,
    Fate.CREDITS_COME_LATER: LATE_ON - 1,
    Fate.CASH_COMES_LATER: FIRST_ORDERS_ON,
    Fate.RACE: RACE_ON,
}
OWN_LINE = {
    Fate.RACE: "P147-RACE",
    Fate.OVER_BUDGET: "P147-SMALL",
    Fate.CREDITS_COME_LATER: "P147-LATE",
    Fate.CASH_COMES_LATER: "P147-CASH",
}


def plan_of(scale: float, seed: int) -> Plan:
    """The whole play, fixed."""
    size, chance = Size.of(scale), Random(seed)
    cast = cast_of(size)
    orders = _Orders(size, cast, chance).all()
    agreements = {order.agreement.id: order.agreement for order in orders}
    return Plan(
        size=size,
        seed=seed,
        cast=cast,
        lines=_lines(orders, size),
        agreements=tuple(agreements[name] for name in sorted(agreements)),
        orders=orders,
        slips=slips.of(orders, size.accidents, chance),
        twice_declared=tuple(order.need for order in orders if order.fate is Fate.NONE)[
            : size.accidents
        ],
        wrong_uo=tuple(f"P147-{1 + number % size.lines}" for number in range(size.accidents)),
    )


class _Orders:
    """Makes the orders one after the other; devices and numbers are counted over all of them."""

    def __init__(self, size: Size, cast: Cast, chance: Random) -> None:
        self._size, self._cast, self._chance = size, cast, chance
        self._numbers, self._devices = count(1), count(1)
        self._drafts = [_draft(cast, number) for number in range(size.suppliers)]
        late = _draft(cast, 0)
        self._late = replace(late, id="AC-LATE", said_on=LATE_ON)

    def all(self) -> tuple[Order, ...]:
        number = self._size.accidents
        fates = [fate for fate in (*LATE, *DOOMED) for _ in range(number)]
        fates += [Fate.RACE] * (2 * number)
        fates += [Fate.NONE] * (self._size.orders - number - len(LATE) * number)
        orders = [self._order(fate) for fate in sorted(fates, key=lambda _: self._chance.random())]
        return _with_maxima(self._with_note_fates(self._with_money_fates(orders)))

    def _order(self, fate: Fate) -> Order:
        number, chance = next(self._numbers), self._chance
        receivers = (*self._cast.schools, *self._cast.authorities)
        receiver = receivers[number % len(receivers)]
        day = DAY_OF.get(fate, FIRST_ORDERS_ON + chance.randrange(DAYS_OF_ORDERS))
        notes = self._notes(number, day, equal=fate is Fate.RACE)
        quantity = sum(len(note.imeis) for note in notes)
        agreement = self._drafts[0 if fate is Fate.RACE else number % len(self._drafts)]
        item = ITEMS[0] if fate is Fate.RACE else chance.choice(ITEMS)
        return Order(
            id=f"O-{number:05d}",
            need=f"N-{number:05d}",
            agreement=self._late if fate is Fate.AGREEMENT_COMES_LATER else agreement,
            line=OWN_LINE.get(fate, f"P147-{1 + number % self._size.lines}"),
            item=UNKNOWN_ITEM if fate is Fate.OTHER_ITEM else item,
            quantity=quantity,
            needed=quantity - (1 if fate is Fate.MORE_THAN_NEEDED else 0),
            uai=receiver.school(number),
            qpv=receiver.place.qpv,
            receiver=receiver,
            day=day,
            notes=notes,
            fate=fate,
        )

    def _notes(self, number: int, day: int, equal: bool) -> tuple[Note, ...]:
        usual = self._size.devices_per_note
        return tuple(
            Note(
                id=f"BL-{number:05d}-{place}",
                imeis=self._imeis(usual if equal else self._about(usual)),
                departs_on=day + place,
            )
            for place in range(1, NOTES_PER_ORDER + 1)
        )

    def _about(self, usual: int) -> int:
        return min(DEVICES_AT_MOST, self._chance.randint(max(2, usual // 2), usual + usual // 2))

    def _imeis(self, quantity: int) -> tuple[str, ...]:
        return tuple(identities.imei(next(self._devices)) for _ in range(quantity))

    def _with_money_fates(self, orders: list[Order]) -> list[Order]:
        """Every one to as many orders that nothing else happens to."""
        plain = [order.id for order in orders if order.fate is Fate.NONE]
        fates = [fate for fate in MoneyFate if fate is not MoneyFate.NONE] * self._size.accidents
        given = dict(zip(self._chance.sample(plain, len(fates)), fates, strict=True))
        return [replace(o, money=given.get(o.id, MoneyFate.NONE)) for o in orders]

    def _with_note_fates(self, orders: list[Order]) -> list[Order]:
        """Every fate to as many notes of ordinary orders, at most one to a note."""
        ordinary = [
            (order, place)
            for order in orders
            if order.fate in ORDINARY and order.money is MoneyFate.NONE
            for place in range(len(order.notes))
        ]
        fates = [fate for fate in NoteFate if fate is not NoteFate.NONE] * self._size.accidents
        chosen = self._chance.sample(ordinary, len(fates))
        given = {
            (order.id, place): fate for (order, place), fate in zip(chosen, fates, strict=True)
        }
        free = [order.notes[place] for order, place in ordinary if (order.id, place) not in given]
        return [
            replace(
                order,
                notes=tuple(
                    self._fated(note, given.get((order.id, place), NoteFate.NONE), free)
                    for place, note in enumerate(order.notes)
                ),
            )
            for order in orders
        ]

    def _fated(self, note: Note, fate: NoteFate, free: list[Note]) -> Note:
        if fate is NoteFate.REJECTED:
            again = Note(f"{note.id}-R", self._imeis(len(note.imeis)), note.departs_on)
            return replace(note, fate=fate, replacement=again)
        if fate is NoteFate.DEVICE_RECEIVED_BEFORE:
            donor = free.pop()
            imeis = (donor.imeis[0], *note.imeis[1:])
            return replace(note, fate=fate, imeis=imeis, donor=donor.id)
        return replace(note, fate=fate)


def _draft(cast: Cast, number: int) -> Agreement:
    """The agreement with one supplier; its maximum is known when its orders are."""
    buyer: Partner = cast.buyers[number % len(cast.buyers)]
    prices = (Price("TABLET", 15_415 + 5 * number), Price("KEY4G", 6_665 + 5 * number))
    return Agreement(f"AC-{number + 1}", buyer, cast.suppliers[number], prices, 0, said_on=0)


def amount_cents(order: Order) -> int:
    """What the order costs; nothing if the agreement has no price for its item."""
    price = order.agreement.price(order.item)
    return 0 if price is None else price.amount_cents(order.quantity)


def _with_maxima(orders: list[Order]) -> tuple[Order, ...]:
    """Each agreement is just large enough for everything that is asked of it."""
    maxima: dict[str, int] = {}
    for order in orders:
        name = order.agreement.id
        maxima[name] = maxima.get(name, 0) + amount_cents(order)
    return tuple(
        replace(
            order,
            agreement=replace(order.agreement, maximum_cents=maxima[order.agreement.id]),
        )
        for order in orders
    )


def _lines(orders: tuple[Order, ...], size: Size) -> tuple[Line, ...]:
    """Every line has the credits for exactly the orders that shall be placed on it."""
    asked: dict[str, list[int]] = {f"P147-{number + 1}": [] for number in range(size.lines)}
    for order in orders:
        if order.fate not in DOOMED or order.fate is Fate.OVER_BUDGET:
            asked.setdefault(order.line, []).append(amount_cents(order))
    lines = []
    for number, (name, amounts) in enumerate(sorted(asked.items())):
        openings: tuple[Opening, ...] = (Opening(0, sum(amounts), sum(amounts)),)
        if name == OWN_LINE[Fate.RACE]:
            openings = (Opening(0, sum(amounts) // 2, sum(amounts) // 2),)
        elif name == OWN_LINE[Fate.OVER_BUDGET]:
            openings = (Opening(0, min(amounts) - 1, min(amounts) - 1),)
        elif name == OWN_LINE[Fate.CREDITS_COME_LATER]:
            openings = (Opening(LATE_ON, sum(amounts), sum(amounts)),)
        elif name == OWN_LINE[Fate.CASH_COMES_LATER]:
            openings = (Opening(0, sum(amounts), 0), Opening(CASH_ON, 0, sum(amounts)))
        lines.append(Line(name, f"UO-{number + 1}", openings))
    return tuple(lines)
