"""Databases for tests of lane stores: one in memory, one in PostgreSQL, and what may happen to them."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

import asyncpg

from filrouge_chassis.postgres import PostgresLaneStore
from filrouge_chassis.store import LaneStore
from filrouge_chassis.testing.fake_store import FakeDatabase, FakeLaneStore

SHAPE = "1_0a1b2c3d"


class Site(Protocol):
    """A database of its own, and what may happen to it."""

    def store(self, lane: int = 0, shape: str = SHAPE) -> LaneStore: ...

    async def cut(self) -> None:
        """Every connection ends."""
        ...

    async def drop(self) -> None:
        """The database is gone, and all connections with it."""
        ...


class FakeSite:
    """A database in memory."""

    def __init__(self) -> None:
        self.database = FakeDatabase()

    def store(self, lane: int = 0, shape: str = SHAPE) -> LaneStore:
        return FakeLaneStore(self.database, lane, shape)

    async def cut(self) -> None:
        self.database.cut()

    async def drop(self) -> None:
        self.database.restore(None)


class PostgresSite:
    """A database of its own on the server that `url` names."""

    def __init__(self, url: str) -> None:
        self.url, self.name = url, f"store_{uuid4().hex}"
        self.stores: list[PostgresLaneStore] = []

    def store(self, lane: int = 0, shape: str = SHAPE) -> LaneStore:
        self.stores.append(PostgresLaneStore(self.url, self.name, lane, shape))
        return self.stores[-1]

    async def cut(self) -> None:
        await self._say(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = '{self.name}'"
        )

    async def drop(self) -> None:
        await self._say(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    async def close(self) -> None:
        """Nothing is left on the server."""
        for store in self.stores:
            await store.close()
        await self.drop()

    async def _say(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
