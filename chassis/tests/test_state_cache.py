"""States in memory: what a batch needs is there, the least recently needed are forgotten, none is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.state_cache import StateCache
from filrouge_chassis.states import stored_states
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_store import FakeDatabase, FakeLaneStore

SHAPE = toy.ORDERS.fingerprint()
DUE = toy.START + timedelta(minutes=5)


class AskedStore(FakeLaneStore):
    """Notes what it is asked for."""

    def __init__(self, database: FakeDatabase) -> None:
        super().__init__(database, 0, SHAPE)
        self.asked: list[list[str]] = []

    async def states(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        self.asked.append(list(keys))
        return await super().states(keys)


def order(number: int) -> str:
    return f"order:O-{number}"


async def cache_of(stored: int, at_most: int) -> tuple[StateCache, AskedStore]:
    """A cache on a database with so many orders; order n has quantity n."""
    store = AskedStore(FakeDatabase())
    await store.load()
    states = {order(number): toy.Order("asked", number, DUE) for number in range(stored)}
    await store.replace(None, LaneRow(), stored_states(states), [])
    return StateCache(toy.ORDERS, store, at_most), store


async def test_what_was_fetched_is_there_as_it_is_stored_and_a_new_aggregate_is_blank() -> None:
    cache, _ = await cache_of(stored=2, at_most=10)
    await cache.fetch([order(1), order(7)])
    assert cache.get(order(1)) == toy.Order("asked", 1, DUE)
    assert cache.get(order(7)) == toy.Order()


async def test_a_key_that_was_not_fetched_is_a_mistake_and_not_a_new_aggregate() -> None:
    cache, _ = await cache_of(stored=2, at_most=10)
    await cache.fetch([order(1)])
    with pytest.raises(KeyError, match="order:O-0"):
        cache.get(order(0))


async def test_only_what_is_missing_is_asked_for_and_all_of_it_at_once() -> None:
    cache, store = await cache_of(stored=4, at_most=10)
    await cache.fetch([order(0), order(1)])
    await cache.fetch([order(1), order(2), order(3)])
    await cache.fetch([order(3), order(0)])
    await cache.fetch([])
    assert store.asked == [[order(0), order(1)], [order(2), order(3)]]


async def test_a_kind_that_the_service_does_not_keep_is_not_asked_for() -> None:
    cache, store = await cache_of(stored=1, at_most=10)
    await cache.fetch(["line:L-0", "unreadable:equipment.g1/0/0", ""])
    assert (len(cache), store.asked) == (0, [])


async def test_the_least_recently_needed_are_forgotten_first() -> None:
    cache, store = await cache_of(stored=5, at_most=3)
    await cache.fetch([order(0), order(1), order(2)])
    await cache.fetch([order(0)])
    await cache.fetch([order(3)])
    assert len(cache) == 3
    with pytest.raises(KeyError):
        cache.get(order(1))
    for number in (0, 2, 3):
        assert cache.get(order(number)).quantity == number
    await cache.fetch([order(1)])
    assert store.asked[-1] == [order(1)]


@pytest.mark.parametrize("at_most", [0, 1, 3])
async def test_all_that_a_batch_needs_stays_even_if_it_is_more_than_the_bound(at_most: int) -> None:
    cache, _ = await cache_of(stored=8, at_most=at_most)
    await cache.fetch([order(0), order(1), order(2)])
    needed = [order(number) for number in (2, 5, 6, 7, 1)]
    await cache.fetch(needed)
    assert [cache.get(key).quantity for key in needed] == [2, 5, 6, 7, 1]
    assert len(cache) == len(needed)
    await cache.fetch([order(3)])
    assert len(cache) == max(at_most, 1)


async def test_what_was_committed_is_remembered_and_after_a_load_nothing_is() -> None:
    cache, store = await cache_of(stored=2, at_most=10)
    await cache.fetch([order(0), order(1)])
    cache.remember({order(0): toy.Order("ended", 9)})
    assert cache.get(order(0)) == toy.Order("ended", 9)
    cache.clear()
    assert len(cache) == 0
    with pytest.raises(KeyError):
        cache.get(order(0))
    await cache.fetch([order(0)])
    assert cache.get(order(0)) == toy.Order("asked", 0, DUE)
    assert len(store.asked) == 2
