"""Which words of a play meet with a mishap on their way: a known number of every kind and variant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from filrouge.simulator.broken import BROKEN, UNUSUAL
from filrouge.simulator.plan import ORDINARY, Fate, Mishap, MoneyFate, NoteFate, Order, Slip

WRONG_DIGITS = {
    "uai": "need",
    "qpv": "need",
    "supplier": "ship",
    "imeis": "receive",
    "iban": "invoice",
}
"""Field whose check shall fail → step of the word that has it."""
NOTE_STEPS = ("ship", "receive", "decide", "invoice", "pay")
SIMPLE = (
    Mishap.DUPLICATE,
    Mishap.LATE_DUPLICATE,
    Mishap.CONFLICT,
    Mishap.NOT_ITS_TO_SAY,
    Mishap.OTHER_SOURCE,
)
"""Those without variants."""


def of(orders: Iterable[Order], number: int, chance: Random) -> dict[str, Slip]:
    """Only words that are certain to be said meet with one, and each with one at most."""
    orders = list(orders)
    found: dict[str, Slip] = {}
    # what is said a day later may not be what a day is counted from
    plain = (o for o in orders if o.fate is Fate.NONE and o.money is not MoneyFate.PAID_LATE)
    punctual = list(_certain_words(plain))
    for field, step in WRONG_DIGITS.items():
        fitting = [word for word in punctual if word.startswith(f"{step}:") and word not in found]
        for word in chance.sample(fitting, number):
            found[word] = Slip(Mishap.WRONG_DIGIT, field)
    anywhere = [Slip(kind) for kind in SIMPLE]
    anywhere += [Slip(Mishap.BROKEN, variant) for variant in BROKEN]
    anywhere += [Slip(Mishap.UNUSUAL, variant) for variant in UNUSUAL]
    free = [word for word in _certain_words(orders) if word not in found]
    words = iter(chance.sample(free, len(anywhere) * number))
    for slip in anywhere:
        for _ in range(number):
            found[next(words)] = slip
    return found


def _certain_words(orders: Iterable[Order]) -> Iterator[str]:
    """Ids of words that are said whatever the outcome of a race is."""
    for order in orders:
        if order.fate is not Fate.NEED_NEVER_COMES:
            yield f"need:{order.need}"
        yield f"order:{order.id}"
        if order.fate in ORDINARY:
            for note in order.notes:
                if note.fate is NoteFate.NONE:
                    yield from (f"{step}:{note.id}" for step in NOTE_STEPS)
