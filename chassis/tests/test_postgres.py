"""What only the real database can do: be made by several at once, be away, or be named wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from filrouge.stack import Stack
from filrouge_chassis.errors import LaneLost, LaneStopped, Transient
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.postgres import PostgresLaneStore, database_url
from filrouge_chassis.store import Loaded, OutboxRow, StoredState
from filrouge_chassis.testing.sites import SHAPE, PostgresSite

pytestmark = pytest.mark.stack


@pytest.fixture
async def site(stack: Stack) -> AsyncIterator[PostgresSite]:
    real = PostgresSite(stack.postgres)
    yield real
    await real.close()


async def test_lanes_that_start_together_make_one_database(site: PostgresSite) -> None:
    stores = [site.store(lane) for lane in range(8)]
    assert await asyncio.gather(*(store.load() for store in stores)) == [Loaded()] * 8


async def test_of_two_that_take_an_empty_lane_one_gets_it(site: PostgresSite) -> None:
    stores = [site.store() for _ in range(5)]
    await asyncio.gather(*(store.load() for store in stores))
    given = await asyncio.gather(
        *(store.replace(None, LaneRow(), [], []) for store in stores), return_exceptions=True
    )
    (version,) = [found for found in given if isinstance(found, str)]
    assert [type(found) for found in given].count(LaneLost) == 4
    assert (await stores[0].load()).version == version


async def test_of_two_that_commit_at_once_one_is_believed(site: PostgresSite) -> None:
    stores = [site.store() for _ in range(5)]
    await asyncio.gather(*(store.load() for store in stores))
    version = await stores[0].replace(None, LaneRow(), [], [])
    said = await asyncio.gather(
        *(
            store.commit(
                version,
                LaneRow(sequence=number),
                [StoredState("order:O-1", b"%d" % number)],
                OutboxRow(number, b"", b""),
                0,
            )
            for number, store in enumerate(stores)
        ),
        return_exceptions=True,
    )
    (winner,) = [number for number, found in enumerate(said) if isinstance(found, str)]
    loaded = await stores[0].load()
    assert (loaded.version, loaded.row) == (said[winner], LaneRow(sequence=winner))
    assert [row.first_sequence for row in loaded.outbox] == [winner]
    assert await stores[0].states(["order:O-1"]) == {"order:O-1": b"%d" % winner}


async def test_a_load_that_fails_leaves_no_connection(site: PostgresSite) -> None:
    await site.store().load()
    with pytest.raises(Transient, match="PostgreSQL") as failed:
        await site.store(shape='1_"').load()
    await site.stores[0].close()
    connection = await asyncpg.connect(site.url)
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"
    try:
        async with asyncio.timeout(10):
            while await connection.fetchval(open_ones, site.name):
                pass
    finally:
        await connection.close()
    del failed  # as long as an error is kept, so is all that it came through


async def test_a_key_too_long_for_an_index_stops_the_lane(site: PostgresSite) -> None:
    store = site.store()
    await store.load()
    long = StoredState("".join(uuid4().hex for _ in range(250)), b"")
    with pytest.raises(LaneStopped, match="index row"):
        await store.replace(None, LaneRow(), [long], [])
    assert await store.load() == Loaded()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgresql://nobody@127.0.0.1:1/postgres", Transient),
        ("http://127.0.0.1/postgres", LaneStopped),
        ("postgresql://127.0.0.1:many/postgres", LaneStopped),
    ],
)
async def test_a_server_that_is_away_is_tried_again_and_a_wrong_url_is_not(
    url: str, error: type[Exception]
) -> None:
    store = PostgresLaneStore(url, "orders", 3, SHAPE, timeout_seconds=5)
    with pytest.raises(error, match="database orders, lane 3"):
        await store.load()


async def test_a_statement_that_takes_too_long_is_given_up(site: PostgresSite) -> None:
    """Whether it took effect nobody knows: only a load tells, and the version refuses who guesses."""
    patient = site.store()
    await patient.load()
    version = await patient.replace(None, LaneRow(), [], [])
    hasty = PostgresLaneStore(site.url, site.name, 0, SHAPE, timeout_seconds=0.3)
    await hasty.load()
    blocker = await asyncpg.connect(database_url(site.url, site.name))
    try:
        async with blocker.transaction():
            await blocker.execute("SELECT FROM lane FOR UPDATE")
            with pytest.raises(Transient, match="TimeoutError"):
                await hasty.commit(version, LaneRow(), [], OutboxRow(1, b"", b""), 0)
    finally:
        await blocker.close()
    with pytest.raises(LaneLost, match="load the lane again"):
        await hasty.commit(version, LaneRow(), [], OutboxRow(1, b"", b""), 0)


def test_each_service_has_a_database_on_the_same_server() -> None:
    url = "postgresql://me:secret@db.example:5433/postgres?sslmode=require"
    assert database_url(url, "orders") == url.replace("/postgres?", "/orders?")


def test_a_password_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("p@ss/word\n")
    url = f"postgresql://me@db.example:5433/?sslmode=verify-full&password-file={path}"
    wanted = "postgresql://me:p%40ss%2Fword@db.example:5433/orders?sslmode=verify-full"
    assert database_url(url, "orders") == wanted


async def test_the_name_of_a_service_is_the_name_of_its_database(site: PostgresSite) -> None:
    name = f"Service-{uuid4().hex}"
    store = PostgresLaneStore(site.url, name, 0, SHAPE)
    await store.load()
    connection = await asyncpg.connect(site.url)
    try:
        asked = "SELECT count(*) FROM pg_database WHERE datname = $1"
        assert await connection.fetchval(asked, name) == 1
        await store.close()
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()
