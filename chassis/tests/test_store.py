"""One suite for both lane stores: what a lane relies on, and that the fake of the tests is no easier."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from filrouge_chassis.errors import LaneLost, Transient
from filrouge_chassis.lane_row import LaneRow, WakeCursor
from filrouge_chassis.store import LaneStore, Loaded, OutboxRow, StoredState
from filrouge_chassis.testing.sites import SHAPE, Site

NEWER_SHAPE = "2_0a1b2c3d"
ROW = LaneRow(
    sequence=9,
    batch=3,
    journal_offset=3,
    journal_sequence=7,
    positions={"equipment.g1/0": 12, "budget.g1/0": 7},
    watermarks={"budget.g1/0": {"budget_accounting/1": 44}},
    sent={"equipment.g1/1": 9},
    control_offset=2,
    now_us=1_588_579_200_000_000,
    tick_offset=1,
    waking=WakeCursor(1_588_579_200_000_000, "order:é"),
    closed={"order:O-13": (2, 1)},
)


def out(first: int, text: str = "") -> OutboxRow:
    return OutboxRow(first, f"journal {first}{text}".encode(), f"events {first}{text}".encode())


def state(key: str, body: str = "{}", due_us: int | None = None) -> StoredState:
    return StoredState(key, body.encode(), due_us)


async def begun(store: LaneStore, *states: StoredState, outbox: Sequence[OutboxRow] = ()) -> str:
    """The lane with a row of its own; returns its version."""
    assert await store.load() == Loaded()
    return await store.replace(None, LaneRow(), states, outbox)


async def firsts(store: LaneStore) -> list[int]:
    return [row.first_sequence for row in (await store.load()).outbox]


async def test_a_lane_that_nobody_has_written_is_empty(site: Site) -> None:
    store = site.store()
    assert await store.load() == Loaded(None, "", LaneRow(), ())
    assert await store.states(["order:O-1"]) == {}
    assert await store.due(2**62, (-1, ""), 10) == []


async def test_a_commit_is_there_after_a_load(site: Site) -> None:
    store = site.store()
    version = await begun(store)
    new = await store.commit(version, ROW, [state("order:O-1", '{"a":1}')], out(1), 0)
    last = await store.commit(new, ROW, [], out(10), 0)
    assert await site.store().load() == await store.load()
    assert await store.load() == Loaded(last, SHAPE, ROW, [out(1), out(10)])
    assert await store.states(["order:O-1", "order:O-2"]) == {"order:O-1": b'{"a":1}'}


async def test_every_swap_gives_a_new_random_version(site: Site) -> None:
    store = site.store()
    versions = [await begun(store)]
    for number in range(3):
        versions.append(await store.commit(versions[-1], ROW, [], out(number), 0))
    versions.append(await store.replace(versions[-1], ROW, [], []))
    assert len(set(versions)) == 5
    assert {UUID(version).version for version in versions} == {4}
    assert (await store.load()).version == versions[-1]


async def test_whoever_holds_an_old_version_changes_nothing(site: Site) -> None:
    store, zombie = site.store(), site.store()
    old = await begun(store, state("order:O-1", "1"), outbox=[out(1)])
    await zombie.load()
    new = await store.commit(old, ROW, [], out(2), 0)
    with pytest.raises(LaneLost, match="lane 0"):
        await zombie.commit(
            old, LaneRow(), [state("order:O-1", "2"), state("order:O-2")], out(3), 2
        )
    with pytest.raises(LaneLost, match="lane 0"):
        await zombie.replace(old, LaneRow(), [state("order:O-1", "3")], [out(4)])
    with pytest.raises(LaneLost, match="lane 0"):
        await zombie.replace(None, LaneRow(), [state("order:O-1", "4")], [out(5)])
    await zombie.forget(old, 2)
    assert await store.load() == Loaded(new, SHAPE, ROW, [out(1), out(2)])
    assert await store.states(["order:O-1", "order:O-2"]) == {"order:O-1": b"1"}


async def test_a_lane_without_a_row_takes_no_commit(site: Site) -> None:
    store = site.store()
    await store.load()
    with pytest.raises(LaneLost):
        await store.commit(str(uuid4()), ROW, [state("order:O-1")], out(1), 0)
    assert await store.load() == Loaded()
    assert await store.states(["order:O-1"]) == {}


async def test_a_row_that_is_in_the_outbox_is_not_overwritten(site: Site) -> None:
    store = site.store()
    version = await begun(store, outbox=[out(1), out(2)])
    with pytest.raises(Transient):
        await store.commit(version, ROW, [state("order:O-1")], out(2, " again"), 1)
    assert await store.load() == Loaded(version, SHAPE, LaneRow(), [out(1), out(2)])
    assert await store.states(["order:O-1"]) == {}


@pytest.mark.parametrize(
    ("acknowledged", "left"),
    [(0, [1, 4, 9]), (1, [4, 9]), (3, [4, 9]), (4, [9]), (8, [9])],
)
async def test_acknowledged_rows_leave_the_outbox_with_the_next_commit(
    site: Site, acknowledged: int, left: list[int]
) -> None:
    store = site.store()
    version = await begun(store, outbox=[out(4), out(1)])
    await store.commit(version, ROW, [], out(9), acknowledged)
    assert await firsts(store) == left


@pytest.mark.parametrize(("acknowledged", "left"), [(0, [1, 4]), (1, [4]), (4, []), (99, [])])
async def test_acknowledged_rows_leave_the_outbox_while_the_lane_is_idle(
    site: Site, acknowledged: int, left: list[int]
) -> None:
    store = site.store()
    version = await begun(store, outbox=[out(1), out(4)])
    await store.forget(version, acknowledged)
    assert await firsts(store) == left
    assert (await store.load()).version == version


async def test_a_rebuilt_lane_is_put_in_place_of_the_old_one(site: Site) -> None:
    store = site.store()
    version = await begun(store, state("order:O-1", "1", 5), state("order:O-2"), outbox=[out(1)])
    new = await store.replace(version, ROW, [state("order:O-3", "3", 6)], [out(7), out(8)])
    assert await store.load() == Loaded(new, SHAPE, ROW, [out(7), out(8)])
    assert await store.states(["order:O-1", "order:O-2", "order:O-3"]) == {"order:O-3": b"3"}
    assert await store.due(9, (-1, ""), 9) == [(6, "order:O-3")]


async def test_a_newer_release_rebuilds_beside_the_older_one(site: Site) -> None:
    older, newer = site.store(), site.store(shape=NEWER_SHAPE)
    version = await begun(older, state("order:O-1", "old", 1))
    assert (await newer.load()).shape == SHAPE
    assert await newer.states(["order:O-1"]) == {}
    new = await newer.replace(version, ROW, [state("order:O-1", "new", 2)], [])
    assert await older.load() == Loaded(new, NEWER_SHAPE, ROW, [])
    assert await older.states(["order:O-1"]) == {"order:O-1": b"old"}
    assert await older.due(9, (-1, ""), 9) == [(1, "order:O-1")]
    assert await newer.states(["order:O-1"]) == {"order:O-1": b"new"}


async def test_whoever_is_idle_hears_that_the_connection_has_ended(site: Site) -> None:
    store, heard = site.store(), asyncio.Event()
    store.on_lost = heard.set
    await store.load()
    store.raise_if_lost()
    await site.cut()
    async with asyncio.timeout(10):
        await heard.wait()
    with pytest.raises(Transient, match="connection has ended"):
        store.raise_if_lost()
    await store.load()
    store.raise_if_lost()


async def test_closing_it_oneself_is_no_loss(site: Site) -> None:
    store, heard = site.store(), asyncio.Event()
    store.on_lost = heard.set
    await store.load()
    await store.close()
    await site.cut()
    assert not heard.is_set()


async def test_lanes_do_not_see_each_other(site: Site) -> None:
    one, two = site.store(1), site.store(2)
    first = await begun(one, state("order:O-1", "1", 1), outbox=[out(1)])
    second = await begun(two, state("order:O-1", "2", 2), outbox=[out(1), out(2)])
    first = await one.commit(first, ROW, [state("order:O-1", "3", 3)], out(5), 4)
    await one.forget(first, 99)
    with pytest.raises(LaneLost, match="lane 2"):
        await two.commit(first, ROW, [], out(9), 0)
    assert await two.load() == Loaded(second, SHAPE, LaneRow(), [out(1), out(2)])
    assert await two.states(["order:O-1"]) == {"order:O-1": b"2"}
    assert await two.due(9, (-1, ""), 9) == [(2, "order:O-1")]
    await one.replace(first, ROW, [], [])
    assert await two.due(9, (-1, ""), 9) == [(2, "order:O-1")]


@pytest.mark.parametrize("what", ["states", "due", "commit", "forget", "replace"])
async def test_after_a_cut_connection_everything_fails_until_the_lane_is_loaded_again(
    site: Site, what: str
) -> None:
    store = site.store()
    version = await begun(store, state("order:O-1", "1"))
    await site.cut()
    with pytest.raises(Transient):
        await _use(store, what, version)
    with pytest.raises(LaneLost, match="load the lane again"):
        await _use(store, what, version)
    assert await store.load() == Loaded(version, SHAPE, LaneRow(), [])
    assert await store.states(["order:O-1"]) == {"order:O-1": b"1"}


async def test_a_store_is_used_only_between_load_and_close(site: Site) -> None:
    store = site.store()
    with pytest.raises(LaneLost):
        await store.states(["order:O-1"])
    version = await begun(store)
    await store.close()
    await store.close()
    with pytest.raises(LaneLost):
        await store.commit(version, ROW, [], out(1), 0)
    assert (await store.load()).version == version


async def test_a_database_dropped_under_a_lane_is_made_anew_and_empty(site: Site) -> None:
    store = site.store()
    version = await begun(store, state("order:O-1"), outbox=[out(1)])
    await site.drop()
    with pytest.raises(Transient):
        await store.commit(version, ROW, [state("order:O-1")], out(2), 0)
    assert await store.load() == Loaded()
    assert await store.states(["order:O-1"]) == {}
    with pytest.raises(LaneLost):
        await store.commit(version, ROW, [], out(2), 0)


async def _use(store: LaneStore, what: str, version: str) -> None:
    match what:
        case "states":
            await store.states(["order:O-1"])
        case "due":
            await store.due(9, (-1, ""), 9)
        case "commit":
            await store.commit(version, ROW, [state("order:O-1", "2")], out(1), 0)
        case "forget":
            await store.forget(version, 1)
        case "replace":
            await store.replace(version, ROW, [], [])
