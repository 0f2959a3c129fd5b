"""Both lane stores keep any key and body, order due times alike, and refuse what they cannot hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from filrouge_chassis.errors import LaneStopped
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.store import LaneStore, OutboxRow, StoredState
from filrouge_chassis.testing.sites import Site

BEGINNING = (-1, "")
OUT = OutboxRow(1, b"journal", b"events")


async def begun(store: LaneStore, *states: StoredState) -> str:
    await store.load()
    return await store.replace(None, LaneRow(), states, [])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "order:",
        "said:urn:filrouge:partner:075/ß-école-🧵",
        "e\N{COMBINING ACUTE ACCENT} is not é",
        "'; DROP TABLE lane; --",
        '"quoted" \\ back\\\\slash %s $1 {key}',
        "a\ttab, a\r\nline, \x01 and \x7f",
        "order:" + "ö" * 1000,
    ],
)
async def test_any_text_is_a_key(site: Site, key: str) -> None:
    store = site.store()
    version = await begun(store, StoredState(key, b"replaced", 1))
    assert await store.states([key, key + "x"]) == {key: b"replaced"}
    await store.commit(version, LaneRow(closed={key: (1, 0)}), [StoredState(key, b"", 2)], OUT, 0)
    assert await store.states([key]) == {key: b""}
    assert await store.due(9, BEGINNING, 9) == [(2, key)]
    assert (await store.load()).row.closed == {key: (1, 0)}


@pytest.mark.parametrize("key", ["order:\0", "\0", "order:\ud800"])
@pytest.mark.parametrize(
    "use",
    [
        lambda store, _, states: store.states([state.key for state in states]),
        lambda store, version, states: store.commit(version, LaneRow(), states, OUT, 0),
        lambda store, version, states: store.replace(version, LaneRow(), states, [OUT]),
    ],
    ids=["states", "commit", "replace"],
)
async def test_a_key_that_no_database_holds_stops_the_lane_and_changes_nothing(
    site: Site, key: str, use: Callable[[LaneStore, str, list[StoredState]], Awaitable[object]]
) -> None:
    store = site.store()
    version = await begun(store)
    with pytest.raises(LaneStopped, match="lane 0"):
        await use(store, version, [StoredState("order:O-1", b"{}"), StoredState(key, b"{}")])
    loaded = await store.load()
    assert (loaded.version, list(loaded.outbox)) == (version, [])
    assert await store.states(["order:O-1"]) == {}


async def test_bodies_and_rows_of_the_outbox_may_be_large(site: Site) -> None:
    store = site.store()
    row = OutboxRow(1, bytes(range(256)) * 64, bytes(range(255, -1, -1)) * 32_768)
    version = await begun(store)
    await store.commit(version, LaneRow(), [StoredState("order:O-1", row.events)], row, 0)
    assert (await store.load()).outbox == [row]
    assert await store.states(["order:O-1"]) == {"order:O-1": row.events}


DUE = [
    (1, "b"),
    (1, "order:Z"),
    (1, "order:a"),
    (1, "order:é"),
    (1, "order:🧵"),
    (3, "a"),
    (7, "a0"),
]


@pytest.mark.parametrize(
    ("until", "after", "at_most", "expected"),
    [
        (9, BEGINNING, 9, DUE),
        (9, BEGINNING, 2, DUE[:2]),
        (9, BEGINNING, 0, []),
        (9, (1, "order:Z"), 2, DUE[2:4]),
        (9, (1, "order:Zz"), 9, DUE[2:]),
        (9, (2, "zzz"), 9, DUE[5:]),
        (9, (3, "a"), 9, DUE[6:]),
        (3, BEGINNING, 9, DUE[:6]),
        (2, BEGINNING, 9, DUE[:5]),
        (0, BEGINNING, 9, []),
        (2**62, (7, "a0"), 9, []),
    ],
)
async def test_what_is_due_comes_in_the_order_of_due_time_and_key(
    site: Site, until: int, after: tuple[int, str], at_most: int, expected: list[tuple[int, str]]
) -> None:
    store = site.store()
    states = [StoredState(key, b"", due) for due, key in reversed(DUE)]
    await begun(store, *states, StoredState("never", b""))
    assert await store.due(until, after, at_most) == expected


async def test_a_state_that_waits_no_more_is_not_woken(site: Site) -> None:
    store = site.store()
    version = await begun(store, StoredState("a", b"", 1), StoredState("b", b"", 2))
    changed = [StoredState("a", b"", None), StoredState("b", b"", 5), StoredState("c", b"", 3)]
    await store.commit(version, LaneRow(), changed, OUT, 0)
    assert await store.due(9, BEGINNING, 9) == [(3, "c"), (5, "b")]
