"""The log on aiokafka: a producer per lane, reading by offset, control by manual assignment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, ProducerClosed

from filrouge_chassis import header_names
from filrouge_chassis.errors import LogLost, PublishFailed, Transient
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.records import Outgoing, Partition, Record
from filrouge_chassis.tasks import end, is_cancelled

header_names.install()  # before any consumer of the process is made

BATCH_BYTES = 512 * 1024
REQUEST_BYTES_AT_MOST = 1_048_576
CLOSE_SECONDS = 5.0
_AWAY = (KafkaError, OSError, TimeoutError)


class KafkaPublisher:
    """An idempotent producer whose batches are built here: ten times faster than `send`."""

    def __init__(self, producer: AIOKafkaProducer, timeout_seconds: float) -> None:
        self._producer = producer
        self._timeout = timeout_seconds
        self._closed = False

    async def publish(self, records: Sequence[Outgoing]) -> Sequence[int]:
        if self._closed:
            raise PublishFailed("the publisher is closed: make another one")
        try:
            async with asyncio.timeout(self._timeout):
                pending = await self._send(records)
                acknowledged = await asyncio.gather(*(future for _, future in pending))
        except _AWAY as error:
            topics = ", ".join(sorted({record.topic for record in records}))
            raise PublishFailed(
                f"Kafka did not acknowledge {len(records)} records for {topics}"
                f" ({type(error).__name__}: {error}); a new publisher sends the whole row again"
            ) from error
        first: dict[TopicPartition, int] = {}
        for (place, _), metadata in zip(pending, acknowledged, strict=True):
            first.setdefault(place, metadata.offset)
        return list(first.values())

    async def _send(
        self, records: Sequence[Outgoing]
    ) -> list[tuple[TopicPartition, asyncio.Future[Any]]]:
        pending: list[tuple[TopicPartition, asyncio.Future[Any]]] = []
        builders: dict[TopicPartition, Any] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            builder = builders.get(place)
            if builder is None:
                builder = builders[place] = self._producer.create_batch()
            if self._append(builder, record):
                continue
            pending.append((place, await self._send_batch(builder, place)))
            builder = builders[place] = self._producer.create_batch()
            if not self._append(builder, record):
                raise PublishFailed(f"a record of {record.size_bytes} bytes does not fit a batch")
        for place, builder in builders.items():
            pending.append((place, await self._send_batch(builder, place)))
        used = {place: order for order, place in enumerate(builders)}
        return sorted(pending, key=lambda sent: used[sent[0]])

    @staticmethod
    def _append(builder: Any, record: Outgoing) -> bool:
        added = builder.append(
            key=record.key, value=record.value, timestamp=None, headers=list(record.headers)
        )
        return added is not None

    async def _send_batch(self, builder: Any, place: TopicPartition) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = await self._producer.send_batch(
            builder, place.topic, partition=place.partition
        )
        return future

    async def close(self) -> None:
        self._closed = True
        await _end(self._producer)


async def _end(producer: AIOKafkaProducer) -> None:
    """An idempotent producer can hang when it is stopped. Then what is in flight is failed and its
    sender cancelled, which would otherwise connect anew and send what nobody waits for any more."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.stop()
    except _AWAY:
        await producer.client.close()
        sender = producer._sender.sender_task
        if sender is not None:
            await end(sender)
        producer._message_accumulator.fail_all(ProducerClosed())
        await producer.client.close()


class KafkaLog:
    """Access to a broker. `start` waits for it; the shared reader has no group and no offsets."""

    def __init__(self, address: str, client: str, timeout_seconds: float = 30) -> None:
        self._address, self._client = address, client
        self._timeout = timeout_seconds

    async def publisher(self) -> KafkaPublisher:
        producer = AIOKafkaProducer(
            **_options(self._address),
            client_id=self._client,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES_AT_MOST,
            linger_ms=0,
            request_timeout_ms=int(self._timeout * 1000),
        )
        try:
            async with asyncio.timeout(self._timeout):
                await producer.start()
        except BaseException as error:  # a lane that is stopped meanwhile is cancelled here
            await _end(producer)
            if isinstance(error, _AWAY):
                raise _away(self._address, error) from error
            raise
        return KafkaPublisher(producer, self._timeout)

    async def bounds(
        self, partitions: Collection[Partition]
    ) -> Mapping[Partition, tuple[int, int]]:
        places = [TopicPartition(*partition) for partition in partitions]
        async with self.reader() as consumer:
            consumer.assign(places)
            first = await self._asked(consumer.beginning_offsets, places)
            end = await self._asked(consumer.end_offsets, places)
        return {Partition(*place): (first[place], end[place]) for place in places}

    async def partitions_of(self, topics: Sequence[str]) -> Mapping[str, int]:
        """Number of partitions of each topic; raises Transient while one is not there."""
        try:
            async with (
                asyncio.timeout(self._timeout),
                kafka_admin(self._address, client_id=self._client) as admin,
            ):
                described = await admin.describe_topics(list(topics))
        except _AWAY as error:
            raise _away(self._address, error) from error
        missing = [topic["topic"] for topic in described if topic["error_code"]]
        if missing:
            raise Transient(
                f"Kafka at {self._address} has no topic {', '.join(missing)}: it is looked for"
                " again until somebody makes it (`filrouge up` does)"
            )
        return {topic["topic"]: len(topic["partitions"]) for topic in described}

    async def _asked(
        self, question: Callable[[list[TopicPartition]], Any], places: list[TopicPartition]
    ) -> dict[TopicPartition, int]:
        try:
            async with asyncio.timeout(self._timeout):
                answer: dict[TopicPartition, int] = await question(places)
        except _AWAY as error:
            names = ", ".join(f"{place.topic}/{place.partition}" for place in places)
            raise _away(f"the bounds of {names}", error) from error
        return answer

    async def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        if first >= end:
            return
        place = TopicPartition(*partition)
        async with self.reader() as consumer:
            consumer.assign([place])
            consumer.seek(place, first)
            while first < end:
                chunk = await self.next_chunk(consumer, place)
                chunk = [record for record in chunk if record.offset < end]
                if chunk and chunk[0].offset != first:
                    raise LogLost(
                        f"{partition}: offset {first} is gone, {chunk[0].offset} follows; offsets of"
                        " our topics have no gaps: find out who deleted records"
                    )
                first += len(chunk)
                if chunk:
                    yield chunk

    async def next_chunk(self, consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Any]:
        """Up to 4,000 records; waits for them, raises Transient after the timeout."""
        try:
            async with asyncio.timeout(self._timeout):
                while True:
                    found = await consumer.getmany(place, timeout_ms=1000, max_records=4000)
                    if found:
                        return list(found[place])
        except OffsetOutOfRangeError as error:
            raise lost(place, error) from error
        except TimeoutError as error:
            raise Transient(
                f"{place.topic}/{place.partition}: no record came within {self._timeout} s; it is read again"
            ) from error
        except _AWAY as error:
            raise _away(f"{place.topic}/{place.partition}", error) from error

    def reader(self) -> _Reader:
        """A consumer without a group: `async with log.reader() as consumer`."""
        return _Reader(self._address, self._client, self._timeout)


def lost(place: TopicPartition, error: OffsetOutOfRangeError) -> LogLost:
    """The broker says that it does not hold, or never held, an offset that was acknowledged."""
    ((_, offset),) = error.args[0].items()
    return LogLost(
        f"{place.topic}/{place.partition}: offset {offset} is not there; the topic was trimmed,"
        " truncated or made anew: restore it, or start a new generation of topics"
    )


def _options(address: str) -> dict[str, Any]:
    """Raises Transient if a file is not there: it may be in the middle of a change."""
    try:
        return client_options(address)
    except OSError as error:
        raise _away(address, error) from error


def _away(what: str, error: BaseException) -> Transient:
    return Transient(f"{what}: Kafka: {type(error).__name__}: {error}; it is tried again")


class _Reader:
    def __init__(self, address: str, client: str, timeout_seconds: float) -> None:
        self._address, self._timeout = address, timeout_seconds
        self._settings = {
            **_options(address),
            "client_id": client,
            "group_id": None,
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "fetch_max_wait_ms": 100,
            "max_partition_fetch_bytes": 4 * 1024 * 1024,
        }

    async def __aenter__(self) -> AIOKafkaConsumer:
        self._consumer = AIOKafkaConsumer(**self._settings)
        try:
            async with asyncio.timeout(self._timeout):
                await self._consumer.start()
        except BaseException as error:
            await self._close()
            if isinstance(error, _AWAY):
                raise _away(self._address, error) from error
            raise
        return self._consumer

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def _close(self) -> None:
        await stop_consumer(self._consumer)


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Within a bound. While Kafka is away tasks of the library wait to ask it again; `stop` cancels them and
    raises that as if it was meant for whoever stops, who would end without a word."""
    # its tasks have to begin: one that was cancelled before raises in `stop`
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()
        if is_cancelled():
            raise
    except _AWAY:
        await consumer._client.close()
