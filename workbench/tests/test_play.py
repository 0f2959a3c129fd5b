"""A whole play in memory: the real rules, any order of arrival, and the books agree with every order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pytest
from filrouge.simulator.act import Data, Reader
from filrouge.simulator.ledger import COMPARED, Ledger
from filrouge.simulator.play import VERDICT, Found
from filrouge.testing.memory_world import played

SET_ONCE = {
    "fr.filrouge.equipment.order-placed.v1",
    "fr.filrouge.equipment.order-refused.v1",
    "fr.filrouge.equipment.order-completed.v1",
}
"""A second one of these says nothing new about the order; the invariants look for it."""


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_agree_with_the_rules_in_any_order_of_arrival(seed: int) -> None:
    play, world = await played(0.01, seed)
    assert play.differences(world.found) == []
    (purchases,) = (ledger for ledger in world.found.ledgers if isinstance(ledger, Ledger))
    outcomes = Counter(entry.outcome for entry in purchases.orders.values())
    assert outcomes == {"placed": 50, "refused": 25}
    assert {outcome for outcome, _ in world.found.verdicts} == {
        "accepted",
        "refused",
        "duplicate",
        "conflict",
    }


class Forgetful(Found):
    """Loses one event of a kind, or takes one twice, as a system with a hole would."""

    def __init__(self, ledgers: Sequence[Reader], kind: str, twice: bool) -> None:
        super().__init__(ledgers)
        self._kind: str | None = kind
        self._twice = twice

    def take(self, kind: str, data: Data) -> None:
        if kind != self._kind:
            super().take(kind, data)
            return
        self._kind = None
        for _ in range(2 * self._twice):
            super().take(kind, data)


async def test_the_books_notice_every_event_that_is_lost_or_counts_twice() -> None:
    play, world = await played(0.01, seed=7)
    events = [(said.event.event_type, json.loads(said.event.to_json())) for said in world.said]
    for kind in sorted({VERDICT, *COMPARED}):
        for twice in (False, True) if kind not in SET_ONCE else (False,):
            found = Forgetful(play.found().ledgers, kind, twice)
            for name, data in events:
                found.take(name, data)
            assert play.differences(found), f"{kind} {'twice' if twice else 'lost'}"
