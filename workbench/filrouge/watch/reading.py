"""Reads every partition of the installation from its first record on, for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from filrouge_chassis.kafka import stop_consumer
from filrouge_chassis.kafka_address import client_options
from prometheus_client import CollectorRegistry

from filrouge.stream import MAX_RECORDS, our_partitions
from filrouge.watch.watch import Watch

LOOK_SECONDS = 5.0
AGAIN_SECONDS = 1.0
Say = Callable[[str], None]


class Reading:
    """One consumer; partners' topics that are made meanwhile are taken up."""

    def __init__(self, kafka: str, registry: CollectorRegistry, say: Say) -> None:
        self._kafka, self._registry, self._say = kafka, registry, say
        self._watch: Watch | None = None
        self._next: dict[TopicPartition, int] = {}
        self._partitions: dict[str, int] = {}

    async def run(self) -> None:
        """Goes on where it was when Kafka was away."""
        while True:
            try:
                async with self._consumer() as consumer:
                    await self._follow(consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                self._say(f"Kafka is read again: {type(error).__name__}: {error}")
                await asyncio.sleep(AGAIN_SECONDS)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            **client_options(self._kafka), group_id=None, auto_offset_reset="none"
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await stop_consumer(consumer)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        look_at = 0.0
        while True:
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_SECONDS
                self._take_up(consumer, await our_partitions(self._kafka))
            found = await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)
            for place, records in found.items():
                self._take(place, records)
            assert self._watch is not None
            self._watch.lag.set(self._behind(consumer))

    def _take_up(self, consumer: AIOKafkaConsumer, partitions: Mapping[str, int]) -> None:
        places = {TopicPartition(name, n) for name, many in partitions.items() for n in range(many)}
        if places == set(consumer.assignment()):
            return
        self._partitions.update(partitions)
        if self._watch is None:
            self._watch = Watch(self._registry, self._partitions)
        consumer.assign(sorted(places))
        for place in places:
            consumer.seek(place, self._next.setdefault(place, 0))

    def _take(self, place: TopicPartition, records: list[Any]) -> None:
        assert self._watch is not None
        for record in records:
            self._watch.take(record)
        self._next[place] = records[-1].offset + 1

    def _behind(self, consumer: AIOKafkaConsumer) -> int:
        ends = ((consumer.highwater(place) or 0) - at for place, at in self._next.items())
        return sum(max(0, records) for records in ends)
