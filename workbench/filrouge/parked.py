"""Records that a defect kept from being processed: which wait, and sending them back in their order."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
from aiokafka import AIOKafkaProducer
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.postgres import database_url
from filrouge_contracts.entry import GATEWAY, SERVICES
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import PARTNER_REDRIVE, topic

from filrouge.stream import kafka_source

PAUSE_SECONDS = 0.1


class StillParked(Exception):
    """A record was sent back and failed again, or nobody took it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A key whose records wait, in the order in which they were parked."""

    service: str
    lane: int
    key: str
    waiting: tuple[RecordParked, ...]

    @property
    def first(self) -> RecordParked:
        """The one with the defect; the others wait behind it."""
        return self.waiting[0]


async def closed_keys(
    kafka: str, postgres: str, services: Sequence[str] = SERVICES
) -> list[Closed]:
    """Which records wait is what the lane rows say; what they are is what the parked topics hold."""
    wanted = {
        (service, lane, key): numbers
        for service in services
        for lane, keys in (await _closed(postgres, service)).items()
        for key, numbers in keys.items()
    }
    if not wanted:
        return []
    source = await kafka_source(kafka)
    mine = [place for place in source.bounds if place.topic.startswith("parked.")]
    found: dict[tuple[str, int, str], dict[int, RecordParked]] = defaultdict(dict)
    async for record in source.records(mine):
        said = RecordParked.from_json(record.value or b"")
        place = (said.service, said.lane, said.key)
        parked, redriven = wanted.get(place, (0, 0))
        if redriven < said.index <= parked:
            # a key that was closed before has used these numbers too: the last one counts
            found[place][said.index] = said
    return [
        Closed(*place, waiting=tuple(found[place][index] for index in sorted(found[place])))
        for place in sorted(wanted)
        if found[place]
    ]


async def redrive(
    kafka: str,
    postgres: str,
    closed: Closed,
    by: str,
    progress: Callable[[int, int], None] = lambda *_: None,
    timeout_seconds: float = 60,
) -> None:
    """Sends the waiting records of a key back, one after the other; raises StillParked."""
    producer = AIOKafkaProducer(**client_options(kafka), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for done, parked in enumerate(closed.waiting, 1):
            await _send(producer, closed, parked, by)
            await _wait_until_taken(postgres, parked, timeout_seconds)
            progress(done, len(closed.waiting))
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, closed: Closed, parked: RecordParked, by: str) -> None:
    said = RecordRedriven(
        service=closed.service,
        lane=closed.lane,
        key=closed.key,
        index=parked.index,
        parked=parked,
        redriven_by=by,
    )
    envelope = Envelope(
        id=f"operator/{uuid.uuid4()}",
        source="operator",
        type=said.event_type,
        time=datetime.now(UTC),
        subject=closed.key,
    )
    name, partition = _back_door(closed.service, closed.lane, parked)
    await producer.send_and_wait(
        name,
        said.to_json(),
        key=closed.key.encode(),
        partition=partition,
        headers=envelope.to_headers(),
    )


def _back_door(service: str, lane: int, parked: RecordParked) -> tuple[str, int]:
    """Topic and partition by which a lane takes records again; the gateway's are its partners'."""
    if service == GATEWAY:
        return PARTNER_REDRIVE.format(partner=parked.topic.split(".")[1]), 0
    return topic(f"redrive.{service}"), lane


async def _wait_until_taken(postgres: str, parked: RecordParked, timeout_seconds: float) -> None:
    try:
        async with asyncio.timeout(timeout_seconds):
            while True:
                keys = (await _closed(postgres, parked.service)).get(parked.lane, {})
                if keys.get(parked.key, (0, parked.index))[1] >= parked.index:
                    return
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        raise StillParked(
            f"{parked.key} of {parked.service}: its record {parked.index} is still parked"
            f" {timeout_seconds:g} seconds after it was sent back. Either {parked.service} does not"
            f" run, or the defect is not mended: {parked.error}: {parked.reason}"
        ) from None


async def _closed(postgres: str, service: str) -> dict[int, dict[str, tuple[int, int]]]:
    """Lane → key → (records parked, of these sent back)."""
    try:
        connection = await asyncpg.connect(database_url(postgres, service))
    except asyncpg.InvalidCatalogNameError:
        return {}
    try:
        rows = await connection.fetch("SELECT lane, body FROM lane")
    finally:
        await connection.close()
    return {
        row["lane"]: {
            key: (n[0], n[1]) for key, n in json.loads(row["body"]).get("closed", {}).items()
        }
        for row in rows
    }
