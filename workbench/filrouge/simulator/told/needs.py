"""Stories of needs: what schools declare, and what of it does not count."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.stage import Stage
from filrouge.simulator.words import Word


def a_need_is_declared_twice(on: Stage) -> Iterator[list[Word]]:
    """A school declares a need again, with another quantity: the first words count."""
    for quantity in (3, 4):
        yield [_need(on, quantity)]
    on.expect("equipment.need-opened", need=on.ref("N"), quantity=3)
    on.expect("equipment.need-refused", need=on.ref("N"), reason="already_open")


def _need(on: Stage, quantity: int) -> Word:
    school = on.cast.schools[0]
    return on.say(
        school,
        "need",
        need=on.ref("N"),
        uai=school.uai,
        qpv=school.place.qpv,
        item="TABLET",
        quantity=quantity,
        declared_at=on.time(8),
        declared_by=school.user(1),
    )


STORIES = (a_need_is_declared_twice,)
