"""The lane store on PostgreSQL: one connection per lane, one statement per batch."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from filrouge_chassis.errors import LaneLost, LaneStopped, Transient
from filrouge_chassis.lane_row import LaneRow, decode_row, encode_row
from filrouge_chassis.store import Loaded, OutboxRow, StoredState

_TABLES = """
SELECT pg_advisory_xact_lock(hashtext('filrouge tables'));
CREATE TABLE IF NOT EXISTS lane (
    lane int PRIMARY KEY, version uuid NOT NULL, shape text NOT NULL, body bytea NOT NULL
) WITH (fillfactor = 20);
CREATE TABLE IF NOT EXISTS outbox (
    lane int, first_sequence bigint, journal bytea STORAGE EXTERNAL, events bytea STORAGE EXTERNAL,
    PRIMARY KEY (lane, first_sequence)
);
CREATE TABLE IF NOT EXISTS {states} (
    lane int, key text COLLATE "C", due_us bigint, body bytea NOT NULL, PRIMARY KEY (lane, key)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS {states}_due ON {states} (lane, due_us, key) WHERE due_us IS NOT NULL;
"""
DATABASE_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # also when a connection ends in the middle of an answer
)
TRANSACTION_AT_MOST_TIMES = 5
"""A lane that is replaced takes several commands, of which each may take the timeout."""
_IS_THERE = "SELECT to_regclass($1) IS NOT NULL"
_COMMIT = """
WITH swapped AS (
    UPDATE lane SET version = $3, shape = $4, body = $5 WHERE lane = $1 AND version = $2 RETURNING 1
), written AS (
    INSERT INTO {states} (lane, key, due_us, body)
    SELECT $1, key, due_us, body FROM unnest($6::text[], $7::bigint[], $8::bytea[])
        AS changed (key, due_us, body) WHERE EXISTS (SELECT FROM swapped)
    ON CONFLICT (lane, key) DO UPDATE SET due_us = excluded.due_us, body = excluded.body
), queued AS (
    INSERT INTO outbox SELECT $1, $9, $10, $11 WHERE EXISTS (SELECT FROM swapped)
), forgotten AS (
    DELETE FROM outbox WHERE lane = $1 AND first_sequence <= $12 AND EXISTS (SELECT FROM swapped)
)
SELECT count(*) FROM swapped
"""
_FORGET = """
DELETE FROM outbox WHERE lane = $1 AND first_sequence <= $3
    AND EXISTS (SELECT FROM lane WHERE lane = $1 AND version = $2)
"""
_DUE = """
SELECT due_us, key FROM {states}
WHERE lane = $1 AND due_us <= $2 AND (due_us, key) > ($3, $4) ORDER BY due_us, key LIMIT $5
"""


def database_url(url: str, database: str) -> str:
    """The URL of another database on the same server. `password-file=PATH` among its parameters is
    replaced by the password that stands there now; what TLS needs are PostgreSQL's own parameters."""
    parts = urlsplit(url)
    said = dict(parse_qsl(parts.query))
    if (path := said.pop("password-file", None)) is not None:
        user, _, where = parts.netloc.rpartition("@")
        password = quote(Path(path).read_text().strip(), safe="")
        parts = parts._replace(netloc=f"{user}:{password}@{where}", query=urlencode(said))
    return urlunsplit(parts._replace(path=f"/{database}"))


class PostgresLaneStore:
    """One lane's rows in the database of its service. Not for use by two tasks at a time."""

    def __init__(self, url: str, service: str, lane: int, shape: str, timeout_seconds: float = 30):
        self._url, self._database = url, service
        self._lane, self._shape = lane, shape
        self._states = f"state_{shape}"
        self._where = f"database {service}, lane {lane}"
        self._timeout = timeout_seconds
        self._connection: asyncpg.Connection | None = None
        self.on_lost: Callable[[], None] = lambda: None

    def raise_if_lost(self) -> None:
        if self._connection is None or self._connection.is_closed():
            raise Transient(f"{self._where}: the connection has ended; the lane is loaded again")

    def _ended(self, connection: object) -> None:
        if connection is self._connection:
            self.on_lost()

    async def load(self) -> Loaded:
        await self.close()
        async with self._transients():
            self._connection = await self._connect()
            self._connection.add_termination_listener(self._ended)
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                row = await self._connection.fetchrow(
                    "SELECT version, shape, body FROM lane WHERE lane = $1", self._lane
                )
                outbox = await self._connection.fetch(
                    "SELECT first_sequence, journal, events FROM outbox"
                    " WHERE lane = $1 ORDER BY first_sequence",
                    self._lane,
                )
        if row is None:
            return Loaded()
        return Loaded(
            str(row["version"]),
            row["shape"],
            decode_row(row["body"]),
            [OutboxRow(*stored) for stored in outbox],
        )

    async def states(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        async with self._transients():
            rows = await self._open.fetch(
                f"SELECT key, body FROM {self._states} WHERE lane = $1 AND key = ANY($2)",
                self._lane,
                keys,
            )
        return {row["key"]: row["body"] for row in rows}

    async def due(
        self, until_us: int, after: tuple[int, str], at_most: int
    ) -> Sequence[tuple[int, str]]:
        async with self._transients():
            rows = await self._open.fetch(
                _DUE.format(states=self._states), self._lane, until_us, *after, at_most
            )
        return [(row["due_us"], row["key"]) for row in rows]

    async def commit(
        self,
        version: str,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: OutboxRow,
        acknowledged: int,
    ) -> str:
        new = str(uuid.uuid4())
        async with self._transients():
            swapped = await self._open.fetchval(
                _COMMIT.format(states=self._states),
                self._lane,
                version,
                new,
                self._shape,
                encode_row(row),
                [state.key for state in states],
                [state.due_us for state in states],
                [state.body for state in states],
                outbox.first_sequence,
                outbox.journal,
                outbox.events,
                acknowledged,
            )
        if not swapped:
            raise LaneLost(f"{self._where}: another instance owns it; load the lane again")
        return new

    async def forget(self, version: str, acknowledged: int) -> None:
        async with self._transients():
            await self._open.execute(_FORGET, self._lane, version, acknowledged)

    async def replace(
        self,
        version: str | None,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: Sequence[OutboxRow],
    ) -> str:
        new = str(uuid.uuid4())
        async with self._transients(), self._open.transaction():
            await self._swap(version, new, encode_row(row))
            await self._open.execute("DELETE FROM outbox WHERE lane = $1", self._lane)
            await self._open.execute(f"DELETE FROM {self._states} WHERE lane = $1", self._lane)
            await self._open.copy_records_to_table(
                self._states,
                records=((self._lane, state.key, state.due_us, state.body) for state in states),
                columns=("lane", "key", "due_us", "body"),
            )
            await self._open.executemany(
                "INSERT INTO outbox VALUES ($1, $2, $3, $4)",
                [(self._lane, part.first_sequence, part.journal, part.events) for part in outbox],
            )
        return new

    async def _swap(self, version: str | None, new: str, body: bytes) -> None:
        if version is None:
            status = await self._open.execute(
                "INSERT INTO lane VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                self._lane,
                new,
                self._shape,
                body,
            )
        else:
            status = await self._open.execute(
                "UPDATE lane SET version = $3, shape = $4, body = $5 WHERE lane = $1 AND version = $2",
                self._lane,
                version,
                new,
                self._shape,
                body,
            )
        if not status.endswith(" 1"):
            raise LaneLost(f"{self._where}: another instance owns it; load the lane again")

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    @property
    def _open(self) -> asyncpg.Connection:
        if self._connection is None:
            raise LaneLost(f"{self._where}: the connection was lost; load the lane again")
        return self._connection

    async def _connect(self) -> asyncpg.Connection:
        target = database_url(self._url, self._database)
        options: dict[str, Any] = {
            "timeout": self._timeout,
            "command_timeout": self._timeout,
            "server_settings": {
                # a process that freezes in the middle of a transaction must not lock its heir out
                "idle_in_transaction_session_timeout": "5s",
                "transaction_timeout": f"{self._timeout * TRANSACTION_AT_MOST_TIMES:g}s",
            },
        }
        connection: asyncpg.Connection
        try:
            connection = await asyncpg.connect(target, **options)
        except asyncpg.InvalidCatalogNameError:
            await self._create_database()
            connection = await asyncpg.connect(target, **options)
        try:
            if not await connection.fetchval(_IS_THERE, f"{self._states}_due"):
                # only when needed, since an index waits for every transaction open on its table, and
                # in one message, so that a process that freezes here leaves no lock behind
                await connection.execute(_TABLES.format(states=self._states))
        except BaseException:  # a lane that is stopped while it loads is cancelled here
            connection.terminate()
            raise
        return connection

    async def _create_database(self) -> None:
        maintenance = await asyncpg.connect(
            database_url(self._url, "postgres"), timeout=self._timeout
        )
        try:
            await maintenance.execute(f'CREATE DATABASE "{self._database}"')
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            pass  # another lane of this service was faster
        finally:
            await maintenance.close()

    @asynccontextmanager
    async def _transients(self) -> AsyncIterator[None]:
        """Whatever the database or the connection raises leaves an unknown outcome: reload.

        Only what it can never hold or understand would be refused for ever: that stops the lane.
        """
        try:
            yield
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError, ValueError) as error:
            await self.close()
            raise LaneStopped(
                f"{self._where}: PostgreSQL will never take this ({type(error).__name__}: {error});"
                " find the key or the setting, and correct the rule or the contract that let it in"
            ) from error
        except DATABASE_AWAY as error:
            await self.close()
            raise Transient(
                f"{self._where}: PostgreSQL: {type(error).__name__}: {error}; the lane is loaded again"
            ) from error
