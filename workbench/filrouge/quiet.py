"""When nothing is under way any more: only then may a clock be moved whose ticks shall be repeatable.

Quiet is, in this order:

1. where every partition that a service reads ends (asked first);
2. every service has read up to there, by the offsets that its group committed: a lane commits a
   position only after the transaction of the batch, so what followed from it is in the outbox;
3. every outbox is empty: all that followed is in Kafka;
4. no state is due at the last tick: the tick was taken and everything it woke is decided;
5. every partition still ends where it did: what followed was nothing.

A lane row's own positions would not do, since records that no rule takes are noted with a later batch.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from filrouge_chassis.control import to_microseconds
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.layout import FactLayout
from filrouge_chassis.postgres import DATABASE_AWAY, database_url
from filrouge_contracts.entry import GATEWAY, SERVICES
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

PAUSE_SECONDS = 0.05
Ends = Mapping[TopicPartition, int]


class NotQuiet(Exception):
    """Something went on for longer than it may; the message says what."""


class Quiet:
    """`async with Quiet(…) as quiet: await quiet.wait(now)`."""

    def __init__(
        self,
        kafka: str,
        postgres: str,
        lanes: int,
        partners: Sequence[str],
        services: Sequence[str] = SERVICES,
    ) -> None:
        self._kafka, self._postgres = kafka, postgres
        self._reads = {service: reads_of(service, lanes, partners) for service in services}
        self._places = sorted({place for reads in self._reads.values() for place in reads})
        self._databases: dict[str, asyncpg.Connection] = {}
        self._coordinators: dict[str, int] = {}
        self._busy = ""
        """The service that was not done last: it is asked first, since it is likely to be so still."""

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(**client_options(self._kafka), group_id=None)
        self._admin = AIOKafkaAdminClient(**client_options(self._kafka))
        await self._consumer.start()
        # assigned, or the first question about each partition costs 0.1 s; nothing is ever fetched
        self._consumer.assign(self._places)
        self._consumer.pause(*self._places)
        await self._admin.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._databases.values():
            connection.terminate()
        await self._admin.close()
        await self._consumer.stop()

    async def wait(self, now: datetime | None, timeout_seconds: float = 120) -> Ends:
        """Returns where the partitions end, once all is quiet at the tick `now`.

        Without a tick the clock is not waited for: what words make due in the past wakes at the next.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while True:
            ends = await self.ends()
            reason = await self._reason(ends, now)
            if reason is None:
                return ends
            if loop.time() > deadline:
                raise NotQuiet(f"after {timeout_seconds:g} seconds: {reason}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def ends(self) -> Ends:
        ends: Ends = await self._consumer.end_offsets(self._places)
        return ends

    async def _reason(self, ends: Ends, now: datetime | None) -> str | None:
        """What is still going on, in a few words; None if nothing is."""
        now_us = None if now is None else to_microseconds(now)
        for service in sorted(self._reads, key=lambda name: name != self._busy):
            reason = await self._unread(service, ends) or await self._undone(service, now_us)
            if reason:
                self._busy = service
                return f"{service} {reason}"
        return None if await self.ends() == ends else "new records have come"

    async def _unread(self, service: str, ends: Ends) -> str | None:
        try:
            if service not in self._coordinators:  # or it is looked for at each question
                self._coordinators[service] = await self._admin.find_coordinator(service)
            committed = await self._admin.list_consumer_group_offsets(
                service, self._coordinators[service]
            )
        except KafkaError as error:
            self._coordinators.pop(service, None)
            return f"has no offsets: {type(error).__name__}"
        for place in self._reads[service]:
            read = committed[place].offset if place in committed else 0
            if read < ends[place]:
                return f"has read {place.topic}/{place.partition} to {read} of {ends[place]}"
        return None

    async def _undone(self, service: str, now_us: int | None) -> str | None:
        try:
            connection = await self._database(service)
            unsent = await connection.fetchval("SELECT count(*) FROM outbox")
            due = None if now_us is None else await _due(connection, now_us)
        except DATABASE_AWAY as error:
            self._databases.pop(service, None)
            return f"has no database to ask: {type(error).__name__}"
        if unsent:
            return f"has {unsent} outbox rows to publish"
        return f"has {due} to wake" if due else None

    async def _database(self, service: str) -> asyncpg.Connection:
        connection = self._databases.get(service)
        if connection is None or connection.is_closed():
            connection = await asyncpg.connect(database_url(self._postgres, service))
            self._databases[service] = connection
        return connection


def reads_of(service: str, lanes: int, partners: Sequence[str]) -> list[TopicPartition]:
    """The partitions that a service reads, control aside."""
    if service == GATEWAY:
        return [
            TopicPartition(topic.format(partner=partner), 0)
            for partner in partners
            for topic in (PARTNER_IN, PARTNER_REDRIVE)
        ]
    return [TopicPartition(name, n) for name in FactLayout(service).topics for n in range(lanes)]


async def _due(connection: asyncpg.Connection, now_us: int) -> str | None:
    """A key whose time has come; one that is parked waits for a person, not for the clock."""
    rows: list[Any] = await connection.fetch("SELECT DISTINCT shape FROM lane")
    bodies = await connection.fetch("SELECT body FROM lane")
    parked = [key for row in bodies for key in json.loads(row["body"]).get("closed", ())]
    for shape in (row["shape"] for row in rows):
        key: str | None = await connection.fetchval(
            f"SELECT key FROM state_{shape} WHERE due_us <= $1 AND NOT key = ANY($2) LIMIT 1",
            now_us,
            parked,
        )
        if key is not None:
            return key
    return None
