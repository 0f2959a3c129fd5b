"""Taking the databases away from running services, and comparing what they make anew out of Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import asyncpg
from filrouge_chassis.postgres import database_url

from filrouge.quiet import NotQuiet
from filrouge.services import decider_of

PAUSE_SECONDS = 0.1
MATCH = "match"
Row = tuple[int, str, int | None, bytes]


@dataclass(frozen=True, slots=True)
class States:
    """All aggregates of a service as its database holds them: lane, key, due time, body."""

    service: str
    rows: tuple[Row, ...]

    def difference(self, now: States) -> str | None:
        """The first aggregate that is not what it was, as a sentence."""
        then_by_key = {row[1]: row for row in self.rows}
        now_by_key = {row[1]: row for row in now.rows}
        for key in sorted(then_by_key.keys() | now_by_key.keys()):
            before, after = then_by_key.get(key), now_by_key.get(key)
            if before != after:
                return f"{self.service} {key}: {_shown(before)} before, {_shown(after)} rebuilt"
        return None


def _shown(row: Row | None) -> str:
    return "nothing" if row is None else f"lane {row[0]} due {row[2]} {row[3].decode()[:300]}"


async def states_of(postgres: str, service: str) -> States:
    table = f"state_{decider_of(service).fingerprint()}"
    connection = await asyncpg.connect(database_url(postgres, service))
    try:
        rows = await connection.fetch(
            f"SELECT lane, key, due_us, body FROM {table} ORDER BY lane, key"
        )
    finally:
        await connection.close()
    return States(service, tuple((r["lane"], r["key"], r["due_us"], r["body"]) for r in rows))


async def drop_database(postgres: str, service: str) -> None:
    """Takes it away under the feet of whoever is connected."""
    connection = await asyncpg.connect(database_url(postgres, "postgres"))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{service}" WITH (FORCE)')
    finally:
        await connection.close()


async def wait_for_lanes(
    postgres: str, lanes: Mapping[str, int], timeout_seconds: float = 120
) -> None:
    """Returns when every service has a row for each of so many lanes again."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while missing := [name for name in lanes if await _lanes(postgres, name) < lanes[name]]:
        if asyncio.get_running_loop().time() > deadline:
            raise NotQuiet(f"{', '.join(missing)} not rebuilt after {timeout_seconds:g} seconds")
        await asyncio.sleep(PAUSE_SECONDS)


async def _lanes(postgres: str, service: str) -> int:
    try:
        connection = await asyncpg.connect(database_url(postgres, service))
    except (OSError, asyncpg.PostgresError):
        return 0
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM lane")
    except asyncpg.PostgresError:
        return 0
    finally:
        await connection.close()
    return count


def compare(before: Iterable[States], after: Iterable[States]) -> str:
    """`match`, or the first difference."""
    pairs = zip(before, after, strict=True)
    return next((found for then, now in pairs if (found := then.difference(now))), MATCH)
