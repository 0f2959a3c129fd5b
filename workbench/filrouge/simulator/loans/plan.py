"""What will happen to each device and in each stock, fixed before the first word is said.

Only devices that are certain to be admitted, and early, have something rare happen to them: which orders
win a race is not known, and what silence admits comes late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.plan import ORDINARY, Fate, Note, NoteFate, Order, Plan

StockName = tuple[str, str]
"""Item and school."""
EVERY_NTH_BY_AN_ASSOCIATION = 4


class Step(StrEnum):
    """Something that its holder says of a device."""

    PREPARE = "prepare"
    LEND = "lend"
    LEND_TO_ANOTHER = "lend_to_another"
    """By mistake, while a pupil has it."""
    DROP = "drop"
    """Without contact or signature."""
    CONFIRM = "confirm"
    CONFIRM_LATE = "confirm_late"
    RETURN = "return"
    LOSE = "lose"
    STEAL = "steal"
    BREAK = "break"
    REPAIR = "repair"
    SWAP = "swap"
    SWAP_FOR_KNOWN = "swap_for_known"
    """By mistake, for a device that the school has already."""
    SCRAP = "scrap"


class LoanFate(StrEnum):
    """How a device's story goes."""

    KEPT = "kept"
    """By the pupil."""
    RETURNED = "returned"
    SPARE = "spare"
    DROPPED = "dropped"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED_LATE = "confirmed_late"
    LOST = "lost"
    STOLEN = "stolen"
    FOUND_AGAIN = "found_again"
    REPAIRED = "repaired"
    SWAPPED = "swapped"
    SWAPPED_FOR_KNOWN = "swapped_for_known"
    SCRAPPED = "scrapped"
    LENT_TWICE = "lent_twice"
    PREPARED_EARLY = "prepared_early"
    """Before its admission, by silence."""
    MISSING = "missing"
    """It is not there when the stock is counted."""
    FOUND = "found"
    """Lost, it turns up when the stock is counted."""


OUT, DROPPED = (Step.PREPARE, Step.LEND), (Step.PREPARE, Step.DROP)
STEPS: Mapping[LoanFate, tuple[Step, ...]] = {
    LoanFate.KEPT: OUT,
    LoanFate.RETURNED: (*OUT, Step.RETURN),
    LoanFate.SPARE: (Step.PREPARE,),
    LoanFate.DROPPED: (*DROPPED, Step.CONFIRM),
    LoanFate.UNCONFIRMED: DROPPED,
    LoanFate.CONFIRMED_LATE: (*DROPPED, Step.CONFIRM_LATE),
    LoanFate.LOST: (*OUT, Step.LOSE),
    LoanFate.STOLEN: (*OUT, Step.STEAL),
    LoanFate.FOUND_AGAIN: (*OUT, Step.LOSE, Step.RETURN, *OUT),
    LoanFate.REPAIRED: (*OUT, Step.BREAK, Step.REPAIR, *OUT),
    LoanFate.SWAPPED: (*OUT, Step.BREAK, Step.SWAP),
    LoanFate.SWAPPED_FOR_KNOWN: (*OUT, Step.SWAP_FOR_KNOWN, Step.RETURN),
    LoanFate.SCRAPPED: (*OUT, Step.BREAK, Step.SCRAP),
    LoanFate.LENT_TWICE: (*OUT, Step.LEND_TO_ANOTHER, Step.RETURN),
    LoanFate.PREPARED_EARLY: OUT,
    LoanFate.MISSING: (),
    LoanFate.FOUND: (Step.LOSE,),
}
DAYS_BEFORE: Mapping[Step, int] = {Step.RETURN: 3, Step.CONFIRM_LATE: 9}
"""How long after the step before it, where that is not the next day: October is near in a play."""
PER_MILLE: Mapping[LoanFate, int] = {
    LoanFate.SPARE: 33,
    LoanFate.DROPPED: 50,
    LoanFate.UNCONFIRMED: 10,
    LoanFate.LOST: 15,
    LoanFate.STOLEN: 15,
    LoanFate.REPAIRED: 7,
    LoanFate.SWAPPED: 7,
    LoanFate.SCRAPPED: 6,
}
"""Of all devices; the other fates but the first two are accidents."""
RETURNED_PER_MILLE = 850
"""Of those to whom nothing else happens: 700 of all that are lent."""
COUNTED = (LoanFate.MISSING, LoanFate.FOUND)
ANYWHERE = tuple(
    fate
    for fate in LoanFate
    if fate not in (LoanFate.KEPT, LoanFate.RETURNED, LoanFate.PREPARED_EARLY, *COUNTED)
)


class CountFate(StrEnum):
    """What a count by hand finds."""

    RIGHT = "right"
    MISSING = "missing"
    FOUND = "found"
    UNEXPLAINED = "unexplained"
    """One more than there should be, and nobody ever says why."""


@dataclass(slots=True)
class Stock:
    """The devices of one model in one school, and who has them in hand."""

    item: str
    uai: str
    qpv: str
    holder: Partner
    count: CountFate = CountFate.RIGHT
    device: str = ""
    """The one that is missing or found."""


@dataclass(frozen=True, slots=True)
class LoanPlan:
    """The act, fixed."""

    stocks: Mapping[StockName, Stock]
    fates: Mapping[str, LoanFate]
    """IMEI → how its story goes."""
    orders: Mapping[str, tuple[StockName, frozenset[str]]]
    """Order → where its devices come, and the deliveries that may bring them."""


def loan_plan_of(plan: Plan) -> LoanPlan:
    chance = Random(f"loans {plan.seed}")
    stocks = _stocks(plan.orders, plan.cast)
    fates: dict[str, LoanFate] = {}
    number = plan.size.accidents
    early = [imei for _, imei in _devices_of(plan.orders, ORDINARY, NoteFate.ADMITTED_BY_SILENCE)]
    fates.update(dict.fromkeys(chance.sample(early, number), LoanFate.PREPARED_EARLY))
    usual = list(_devices_of(plan.orders, (Fate.NONE,), NoteFate.NONE))
    chance.shuffle(usual)
    _differences(stocks, usual, number // 2, fates)  # there are far fewer stocks than devices
    free = iter([imei for _, imei in usual if imei not in fates])
    everything = list(dict.fromkeys(_all_devices(plan.orders)))
    for fate in ANYWHERE:
        for _ in range(max(number, len(everything) * PER_MILLE.get(fate, 0) // 1000)):
            fates[next(free)] = fate
    for imei in everything:
        if imei not in fates:
            returned = chance.randrange(1000) < RETURNED_PER_MILLE
            fates[imei] = LoanFate.RETURNED if returned else LoanFate.KEPT
    orders = {
        order.id: ((order.item, order.uai), frozenset(note.id for note in _notes(order)))
        for order in plan.orders
    }
    return LoanPlan(stocks, fates, orders)


def _stocks(orders: Iterable[Order], cast: Cast) -> dict[StockName, Stock]:
    stocks: dict[StockName, Stock] = {}
    for order in orders:
        name = (order.item, order.uai)
        if name not in stocks:
            turn, rest = divmod(len(stocks), EVERY_NTH_BY_AN_ASSOCIATION)
            helper = cast.associations[turn % len(cast.associations)]
            stocks[name] = Stock(*name, order.qpv, order.receiver if rest else helper)
    return stocks


def _differences(
    stocks: Mapping[StockName, Stock],
    usual: Iterable[tuple[StockName, str]],
    number: int,
    fates: dict[str, LoanFate],
) -> None:
    """So many stocks of each kind of difference, one to a stock."""
    kinds = [kind for kind in CountFate if kind is not CountFate.RIGHT for _ in range(number)]
    for name, imei in usual:
        if kinds and stocks[name].count is CountFate.RIGHT:
            stocks[name].count = kind = kinds.pop()
            if kind is not CountFate.UNEXPLAINED:
                stocks[name].device, fates[imei] = imei, LoanFate(kind.value)
    if kinds:
        raise ValueError(f"there are too few stocks for {len(kinds)} more wrong counts")


def _devices_of(
    orders: Iterable[Order], fates: Iterable[Fate], fate: NoteFate
) -> Iterator[tuple[StockName, str]]:
    """Of orders and deliveries with these fates."""
    for order in orders:
        if order.fate in fates:
            for note in order.notes:
                if note.fate is fate:
                    yield from (((order.item, order.uai), imei) for imei in note.imeis)


def _all_devices(orders: Iterable[Order]) -> Iterator[str]:
    for order in orders:
        for note in _notes(order):
            yield from note.imeis


def _notes(order: Order) -> Iterator[Note]:
    for note in order.notes:
        yield note
        if note.replacement is not None:
            yield note.replacement
