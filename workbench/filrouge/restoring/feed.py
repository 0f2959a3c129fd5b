"""Records into their partition, each at the offset that it had: in large batches, one partition by one feed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.testing.failpoints import reach

from filrouge.restoring.problems import RestoreRefused
from filrouge.restoring.topic_settings import BYTES_AT_MOST

BATCH_BYTES = 512 * 1024
BATCHES_IN_FLIGHT = 4
_Sent = tuple[int, int, "asyncio.Future[Any]"]
"""Offset of a batch's first record, the one behind its last, and what Kafka says to it."""


def producer_for(kafka: str) -> AIOKafkaProducer:
    """Idempotent: a reply that is lost leaves no record twice."""
    return AIOKafkaProducer(
        **client_options(kafka),
        client_id="restore",
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=BYTES_AT_MOST,
        linger_ms=0,
    )


class Feed:
    """One partition's. `told` hears how many records Kafka has acknowledged."""

    def __init__(
        self, producer: AIOKafkaProducer, place: Partition, told: Callable[[int], None]
    ) -> None:
        self._producer, self._place, self._told = producer, place, told
        self._sent: deque[_Sent] = deque()

    async def send(self, chunks: Iterator[Sequence[RawRecord]], first: int) -> None:
        """All of them, from the offset `first` on, at which the partition ends. Raises RestoreRefused."""
        builder, begin, end = self._producer.create_batch(), first, first
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            for record in chunk:
                if not _append(builder, record):
                    await self._send(builder, begin, end)
                    builder, begin = self._producer.create_batch(), end
                    _append(builder, record)  # the first record of a batch always fits
                end += 1
        if end > begin:
            await self._send(builder, begin, end)
        while self._sent:
            await self._acknowledged()

    async def _send(self, builder: Any, begin: int, end: int) -> None:
        if len(self._sent) == BATCHES_IN_FLIGHT:
            await self._acknowledged()
        topic, number = self._place
        try:
            future = await self._producer.send_batch(builder, topic, partition=number)
        except KafkaError as error:
            raise self._away(error) from error
        self._sent.append((begin, end, future))

    async def _acknowledged(self) -> None:
        begin, end, future = self._sent.popleft()
        try:
            written = await future
        except KafkaError as error:
            raise self._away(error) from error
        if written.offset != begin:
            raise RestoreRefused(
                f"{self._place}: offset {begin} came to lie at {written.offset}: somebody else writes to"
                " this topic; stop them, delete the topic, make it anew, and run this again"
            )
        if written.timestamp_type:
            raise RestoreRefused(
                f"{self._place}: from offset {begin} on the broker has put its own times: somebody has"
                " switched the topic back meanwhile (an operator of topics does, unless it is paused);"
                " delete the topic, make it anew, and run this again"
            )
        self._told(end - begin)
        await reach("after_sent")

    def _away(self, error: KafkaError) -> RestoreRefused:
        return RestoreRefused(
            f"{self._place}: Kafka has not acknowledged a batch ({type(error).__name__}: {error}); run this"
            " again when it answers: it goes on where the topic ends"
        )


def _append(builder: Any, record: RawRecord) -> bool:
    added = builder.append(
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=list(record.headers),
    )
    return added is not None
