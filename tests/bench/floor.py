"""What nobody can do without: read batches, validate, write as many bytes to PostgreSQL and to Kafka.

A process of its own, like the service. It decides nothing, keeps nothing, and is not exactly-once.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from filrouge_chassis.kafka import BATCH_BYTES, REQUEST_BYTES_AT_MOST
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.memory import collect_seldom
from filrouge_chassis.records import Outgoing, encode_outgoing
from filrouge_contracts.budget import CommitmentRequested

BATCH_RECORDS = 4000
FETCHED_AT_ONCE_BYTES = 4 * 1024 * 1024


class Order(msgspec.Struct, frozen=True):
    """What to read, and what to write instead of each record read."""

    kafka: str
    postgres: str
    read_topic: str
    read: Mapping[int, tuple[int, int]]  # partition → first, end
    write_topic: str
    partitions: int
    like: Outgoing
    state_bytes: int  # of each batch


async def run(order: Order) -> None:
    database = await asyncpg.connect(order.postgres)
    await database.execute(
        "CREATE TABLE IF NOT EXISTS floor (id bigserial PRIMARY KEY, body bytea)"
    )
    consumer, ends = await _reader(order)
    producer = AIOKafkaProducer(
        **client_options(order.kafka),
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=REQUEST_BYTES_AT_MOST,
    )
    await producer.start()
    body_bytes = len(encode_outgoing([order.like]))
    while ends:
        fetched = await consumer.getmany(*ends, timeout_ms=1000, max_records=BATCH_RECORDS)
        count = 0
        for place, records in fetched.items():
            if records[-1].offset + 1 >= ends[place]:
                records = records[: ends.pop(place) - records[0].offset]
            for record in records:
                CommitmentRequested.from_json(record.value)
            count += len(records)
        row = bytes(body_bytes * count + order.state_bytes)
        await database.execute("INSERT INTO floor (body) VALUES ($1)", row)
        await _send(producer, order, count)
    await producer.stop()
    await consumer.stop()
    await database.close()


async def _reader(order: Order) -> tuple[AIOKafkaConsumer, dict[TopicPartition, int]]:
    """A consumer at the first offsets, and where each partition ends."""
    consumer = AIOKafkaConsumer(
        **client_options(order.kafka),
        group_id=None,
        enable_auto_commit=False,
        max_partition_fetch_bytes=FETCHED_AT_ONCE_BYTES,
    )
    await consumer.start()
    consumer.assign([TopicPartition(order.read_topic, number) for number in order.read])
    for number, (first, _) in order.read.items():
        consumer.seek(TopicPartition(order.read_topic, number), first)
    ends = {TopicPartition(order.read_topic, n): end for n, (_, end) in order.read.items()}
    return consumer, ends


async def _send(producer: AIOKafkaProducer, order: Order, count: int) -> None:
    like, pending = order.like, []
    headers = list(like.headers)
    for partition in range(order.partitions):
        builder: Any = producer.create_batch()
        for _ in range(count // order.partitions + (partition < count % order.partitions)):
            full = builder.append(key=like.key, value=like.value, timestamp=None, headers=headers)
            if full is None:
                sent = await producer.send_batch(builder, order.write_topic, partition=partition)
                pending.append(sent)
                builder = producer.create_batch()
                builder.append(key=like.key, value=like.value, timestamp=None, headers=headers)
        if builder.record_count():
            sent = await producer.send_batch(builder, order.write_topic, partition=partition)
            pending.append(sent)
    await asyncio.gather(*pending)


if __name__ == "__main__":
    collect_seldom()
    asyncio.run(run(msgspec.json.decode(sys.argv[1], type=Order)))
