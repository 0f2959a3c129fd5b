"""How long a partner waits: from its order's append in Kafka to the append of the commitment booked for it.

All four services run, on a stack of their own. An order passes six decisions on that way: admitted by the
gateway; opened, and kept by its need and its agreement, by equipment_orders; engaged by budget_accounting.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from filrouge.kafka_world import prepare
from filrouge.operator import Operator
from filrouge.quiet import Quiet
from filrouge.simulator import says
from filrouge.simulator.cast import cast_of
from filrouge.simulator.scale import Size
from filrouge.simulator.words import Word, tick_of
from filrouge.stack import Stack
from filrouge.supervisor import supervised
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Partition
from filrouge_contracts.budget import CommitmentAccepted
from filrouge_contracts.table.budget import BUDGET
from filrouge_contracts.topics import PARTNER_IN

from tests.bench.installation import LANES
from tests.bench.orders import agreements_of, foundations, order_of
from tests.bench.rates import pause, percentiles

SEND_EVERY_SECONDS = 0.005
QUIET_SECONDS = 300.0
DAY, TABLETS = 2, 20


@dataclass(frozen=True, slots=True)
class Span:
    """How long the partners speak: first without being measured, then measured."""

    warm_seconds: int
    seconds: int


async def latency(stack: Stack, span: Span, events_per_second: int) -> dict[str, float]:
    """Percentiles in ms, the events measured, and the rate at which Kafka really took them."""
    cast = cast_of(Size.of(1.0))
    warm = events_per_second * span.warm_seconds
    agreements = agreements_of(cast)
    count = warm + events_per_second * span.seconds
    orders = [order_of(cast, agreements, number, DAY, TABLETS) for number in range(count)]
    await prepare(stack, LANES, cast)
    async with Operator(stack.kafka, LANES) as operator:
        await operator.tick(tick_of(DAY))
    names = [partner.id for partner in cast]
    with supervised(stack, LANES) as supervisor:
        supervisor.start_all()
        async with (
            Quiet(stack.kafka, stack.postgres, LANES, names) as quiet,
            AIOKafkaProducer(**client_options(stack.kafka), acks="all") as producer,
        ):
            needs = [says.need(order, 1, order.needed, f"need:{order.need}") for order in orders]
            for word in (*foundations(cast, agreements), *needs):
                await _send(producer, word)
            await quiet.wait(tick_of(DAY), QUIET_SECONDS)
            await _speak(producer, [says.order(order, DAY) for order in orders], events_per_second)
            await quiet.wait(tick_of(DAY), QUIET_SECONDS)
    measured = {order.id for order in orders[warm:]}
    log = KafkaLog(stack.kafka, "bench")
    said_ms = await _appended_ms(log, [Partition(PARTNER_IN.format(partner=n), 0) for n in names])
    booked_ms = await _appended_ms(
        log, [Partition(BUDGET, n) for n in range(LANES)], CommitmentAccepted.event_type
    )
    missing = measured - booked_ms.keys()
    assert not missing, f"{len(missing)} of {len(measured)} orders were not booked"
    waited_ms = percentiles([booked_ms[name] - said_ms[name] for name in measured])
    times_ms = [said_ms[name] for name in measured]
    return {
        **waited_ms,
        "rate": round(1000 * len(measured) / (max(times_ms) - min(times_ms)), 1),
    }


async def _send(producer: AIOKafkaProducer, word: Word) -> asyncio.Future[object]:
    topic = PARTNER_IN.format(partner=word.partner.id)
    sent: asyncio.Future[object] = await producer.send(
        topic, word.value, word.key, partition=0, headers=list(word.headers)
    )
    return sent


async def _speak(producer: AIOKafkaProducer, words: Sequence[Word], events_per_second: int) -> None:
    """By the clock, whatever comes back: what is late does not slow down what follows."""
    started, sent = time.perf_counter(), 0
    while sent < len(words):
        due = int((time.perf_counter() - started) * events_per_second) + 1
        for word in words[sent:due]:
            await _send(producer, word)
        sent = min(due, len(words))
        await pause(SEND_EVERY_SECONDS)


async def _appended_ms(
    log: KafkaLog, partitions: Sequence[Partition], kind: str = ""
) -> dict[str, int]:
    """When Kafka took the record about each order."""
    found: dict[str, int] = {}
    for partition, (first, end) in (await log.bounds(partitions)).items():
        async for chunk in log.read(partition, first, end):
            for record in chunk:
                if not kind or dict(record.headers)["ce_type"] == kind.encode():
                    data = json.loads(record.value or b"{}")
                    engaged_kind, _, engaged = data.get("engagement", "").partition(":")
                    order = engaged if engaged_kind == "order" else data.get("order")
                    if order is not None:
                        found[order] = record.timestamp
    return found
