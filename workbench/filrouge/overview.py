"""What can be known of a running installation from outside: Kafka, the databases, the health endpoints."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from filrouge_chassis.control import EPOCH, Control
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.postgres import database_url
from filrouge_contracts.entry import GATEWAY, OBSERVERS, SERVICES
from filrouge_contracts.register import REGISTER

from filrouge.monitoring.programs import WATCH_JOB
from filrouge.quiet import reads_of
from filrouge.running import Running
from filrouge.services import Pasts, decider_of, lanes_of

PROBE_SECONDS = 2.0


@dataclass(slots=True)
class LaneStatus:
    """One lane as its rows and the topics it reads show it."""

    name: str
    decided: int = 0
    """Its last sequence: events and journal records."""
    unread: int = 0
    unpublished: int = 0
    aggregates: int = 0
    waiting: int = 0
    """Aggregates that the clock will wake."""
    closed_keys: int = 0


@dataclass(slots=True)
class ServiceStatus:
    """A service is the sum of its lanes."""

    name: str
    lanes: Sequence[LaneStatus] = ()

    def __getattr__(self, name: str) -> int:
        return sum(getattr(lane, name) for lane in self.lanes)


@dataclass(slots=True)
class Overview:
    """All services, the clock, and what somebody should look at."""

    now: datetime | None
    partners: int
    services: list[ServiceStatus] = field(default_factory=list)
    events: int = 0
    problems: list[str] = field(default_factory=list)


def unanswered(service: str, error: Exception) -> str:
    """A server that is away is no database that is lost: whoever reads that would make it anew."""
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{service} has no database: {error}"
    return f"PostgreSQL cannot be asked about {service}: {type(error).__name__}: {error}"


async def overview(running: Running) -> Overview:
    log = KafkaLog(running.kafka, "workbench")
    control = (await Pasts.read(log, running.lanes)).control
    found = Overview(control.now if control.now > EPOCH else None, len(control.partners))
    for service in SERVICES:
        unread = await _unread(running, service, control)
        try:
            lanes = await _lanes(running, service, control, unread)
        except (OSError, asyncpg.PostgresError) as error:
            found.problems.append(unanswered(service, error))
            lanes = []
        found.services.append(ServiceStatus(service, lanes))
        found.problems += [
            f"{service}/{lane.name} has {lane.closed_keys} closed keys: filrouge parked list"
            for lane in lanes
            if lane.closed_keys
        ]
        if service in running.ports and (problem := _probe(running.ports[service])):
            found.problems.append(f"{service} is not ready: {problem}")
    for observer in (*OBSERVERS, WATCH_JOB):
        if observer in running.ports and (problem := _probe(running.ports[observer])):
            found.problems.append(f"{observer} is not ready: {problem}")
    found.events = await _events(running)
    return found


async def _unread(running: Running, service: str, control: Control) -> Mapping[str, int]:
    """Lane name → records that its group has not read yet."""
    places = reads_of(service, running.lanes, list(control.partners))
    ends = await _ends(running.kafka, places)
    async with kafka_admin(running.kafka) as admin:
        committed = await admin.list_consumer_group_offsets(service)
    unread: dict[str, int] = {}
    for place in places:
        lane = place.topic.split(".")[1] if service == GATEWAY else str(place.partition)
        read = committed[place].offset if place in committed else 0
        unread[lane] = unread.get(lane, 0) + max(0, ends[place] - read)
    return unread


async def _ends(kafka: str, places: list[TopicPartition]) -> Mapping[TopicPartition, int]:
    if not places:
        return {}
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=None)
    await consumer.start()
    try:
        consumer.assign(places)
        consumer.pause(*places)
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return ends


async def _lanes(
    running: Running, service: str, control: Control, unread: Mapping[str, int]
) -> list[LaneStatus]:
    connection = await asyncpg.connect(database_url(running.postgres, service))
    table = f"state_{decider_of(service).fingerprint()}"
    try:
        rows = {
            row["lane"]: json.loads(row["body"])
            for row in await connection.fetch("SELECT lane, body FROM lane")
        }
        outbox = await _counts(connection, "SELECT lane, count(*) AS n FROM outbox GROUP BY lane")
        states = await _counts(connection, f"SELECT lane, count(*) AS n FROM {table} GROUP BY lane")
        due = await _counts(
            connection, f"SELECT lane, count(due_us) AS n FROM {table} GROUP BY lane"
        )
    finally:
        await connection.close()
    lanes = []
    for lane in lanes_of(service, running.lanes, control):
        row: Mapping[str, Any] = rows.get(lane.number, {})
        name = lane.partner or str(lane.number)
        lanes.append(
            LaneStatus(
                name,
                decided=row.get("sequence", 0),
                unread=unread.get(name, 0),
                unpublished=outbox.get(lane.number, 0),
                aggregates=states.get(lane.number, 0),
                waiting=due.get(lane.number, 0),
                closed_keys=len(row.get("closed", ())),
            )
        )
    return lanes


async def _counts(connection: asyncpg.Connection, query: str) -> dict[int, int]:
    return {row["lane"]: row["n"] for row in await connection.fetch(query)}


async def _events(running: Running) -> int:
    places = [
        TopicPartition(name, n) for name in REGISTER.fact_topics for n in range(running.lanes)
    ]
    return sum((await _ends(running.kafka, places)).values())


def _probe(port: int) -> str | None:
    """What /readyz answers if it is not well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}"
    finally:
        connection.close()
    return None if answer.status == http.HTTPStatus.OK else said
