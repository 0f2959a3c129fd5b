"""Orders that nothing keeps from being placed: for rates that are chosen, not for a plan."""

from __future__ import annotations

from collections.abc import Sequence

from filrouge.simulator import says
from filrouge.simulator.cast import Cast
from filrouge.simulator.plan import Agreement, Line, Note, Opening, Order, Price
from filrouge.simulator.words import Word

LINES = 40
MORE_THAN_EVER_CENTS = 10**13
TABLET = Price("TABLET", 15_415)


def agreements_of(cast: Cast) -> list[Agreement]:
    """Several for each supplier, so that not every order waits for the same one."""
    return [
        Agreement(
            f"AC-{number}",
            cast.buyers[number % len(cast.buyers)],
            supplier,
            (TABLET,),
            MORE_THAN_EVER_CENTS,
            0,
        )
        for number, supplier in enumerate(cast.suppliers * len(cast.buyers))
    ]


def order_of(
    cast: Cast,
    agreements: Sequence[Agreement],
    number: int,
    day: int,
    quantity: int,
    notes: tuple[Note, ...] = (),
) -> Order:
    """For a need of its own; buyers, schools, agreements and budget lines in turn."""
    receivers = (*cast.schools, *cast.authorities)
    receiver = receivers[number % len(receivers)]
    return Order(
        id=f"O-{number:06d}",
        need=f"N-{number:06d}",
        agreement=agreements[number % len(agreements)],
        line=f"P147-{number % LINES}",
        item=TABLET.item,
        quantity=quantity,
        needed=quantity,
        uai=receiver.school(number),
        qpv=receiver.place.qpv,
        receiver=receiver,
        day=day,
        notes=notes,
    )


def foundations(cast: Cast, agreements: Sequence[Agreement]) -> list[Word]:
    """Credits and agreements: enough for all orders, so that none is refused."""
    words = []
    for number in range(LINES):
        opening = Opening(0, MORE_THAN_EVER_CENTS, MORE_THAN_EVER_CENTS)
        line = Line(f"P147-{number}", "UO-1", (opening,))
        words.append(says.open_credits(cast, line, opening, line.uo, f"credits:{line.id}"))
    return words + [says.agreement(said) for said in agreements]
