"""A whole play in memory: the real rules, any order of arrival, and the books agree with every order."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product

import pytest
from filrouge.simulator.act import Data, Reader
from filrouge.simulator.ledger import COMPARED, Ledger
from filrouge.simulator.play import VERDICT
from filrouge.simulator.purchases import Purchases, is_of_purchases
from filrouge.testing.memory_world import played

SCALE = 0.002
"""As many orders as at one percent of the plan, and a fifth of the pupils."""
SET_ONCE = {
    "fr.filrouge.equipment.order-placed.v1",
    "fr.filrouge.equipment.order-refused.v1",
    "fr.filrouge.equipment.order-completed.v1",
}
"""A second one of these says nothing new about the order; the invariants look for it."""


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_agree_with_the_rules_in_any_order_of_arrival(seed: int) -> None:
    play, world = await played(SCALE, seed)
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


class Forgetful:
    """Loses one event of a kind, or takes one twice, as a system with a hole would."""

    def __init__(self, reader: Reader, kind: str, twice: bool) -> None:
        self._reader, self._kind, self._twice = reader, kind, twice

    def take(self, kind: str, data: Data) -> None:
        times = 1
        if kind == self._kind:
            self._kind, times = "", 2 * self._twice
        for _ in range(times):
            self._reader.take(kind, data)


async def test_the_books_notice_every_event_that_is_lost_or_counts_twice() -> None:
    play, world = await played(SCALE, seed=7)
    events = [(said.event.event_type, json.loads(said.event.to_json())) for said in world.said]
    of_purchases = [e for e in events if e[0] in COMPARED and is_of_purchases(e[1])]
    (purchases,) = (act for act in play.acts if isinstance(act, Purchases))
    for kind, twice in product(sorted(COMPARED), (False, True)):
        ledger = purchases.ledger()
        forgetful = Forgetful(ledger, kind, twice)
        for event in of_purchases:
            forgetful.take(*event)
        wrong = any(purchases.differences(ledger))
        assert wrong or (twice and kind in SET_ONCE), f"{kind} {'twice' if twice else 'lost'}"
    for twice in (False, True):
        found = play.found()
        forgetful = Forgetful(found, VERDICT, twice)
        for event in events:
            forgetful.take(*event)
        assert play.differences(found)
