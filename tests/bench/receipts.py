"""How long a partner waits for its proof: from the verdict's acknowledgement by Kafka to the receipt over HTTP.

The audit trail runs as it does in an installation, in a process of its own, with its archive in a folder.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

from aiokafka import AIOKafkaProducer
from filrouge.local_archive import LocalArchive
from filrouge.stack import Stack
from filrouge.supervisor import supervised
from filrouge.topics import ensure_topics
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Outgoing
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.verdicts import VerdictGiven

from tests.bench.installation import LANES
from tests.bench.rates import pause, percentiles

ASK_EVERY_SECONDS = 0.01
PARTNER = "school-1"
SPREAD_SECONDS = 0.37
"""No part of the second between two commits: verdicts are said at all moments of it alike."""


async def receipt_delays_ms(stack: Stack, verdicts: int) -> Mapping[str, float]:
    """Percentiles; a verdict is said, its proof awaited, and then the next one is said."""
    local = LocalArchive(stack.folder)
    await ensure_topics(stack.kafka, all_topics(LANES, (GATEWAY,), (PARTNER,)))
    gateway = Producer(GATEWAY, 0, LANES, datetime(2020, 5, 4, 8, tzinfo=UTC))
    waited_ms = []
    with supervised(stack, LANES) as supervisor:
        port = local.start(supervisor).wait_ready().http_port
        async with AIOKafkaProducer(**client_options(stack.kafka), acks="all") as producer:
            for number in range(verdicts):
                note, (said,) = gateway.decide(example(VerdictGiven, partner=PARTNER))
                await _send(producer, note)
                taken = await _send(producer, said)
                acknowledged = time.perf_counter()
                path = f"/receipts/{taken.topic}/{taken.partition}/{taken.offset}"
                await _proof(port, path)
                waited_ms.append(1000 * (time.perf_counter() - acknowledged))
                await pause(number * SPREAD_SECONDS % 1)
    return percentiles(waited_ms)


async def _send(producer: AIOKafkaProducer, said: Outgoing) -> Any:
    headers = list(said.headers)
    return await producer.send_and_wait(
        said.topic, said.value, said.key, said.partition, headers=headers
    )


async def _proof(port: int, path: str) -> None:
    while (status := await asyncio.to_thread(_ask, port, path)) != HTTPStatus.OK:
        assert status == HTTPStatus.CONFLICT, f"{path}: {status}"  # under no signed commit yet
        await pause(ASK_EVERY_SECONDS)


def _ask(port: int, path: str) -> int:
    asked = HTTPConnection("127.0.0.1", port)
    try:
        asked.request("GET", path)
        return asked.getresponse().status
    finally:
        asked.close()
