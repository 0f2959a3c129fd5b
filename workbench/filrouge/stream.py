"""Reading everything that Kafka holds, once, from the first record to where the topics end now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from filrouge_contracts.topics import GENERATION

Places = Mapping[TopicPartition, int]
"""Partition → its end."""
MAX_RECORDS = 4000


async def our_partitions(kafka: str) -> dict[str, int]:
    """Every topic of the installation → its number of partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        names = [name for name in await admin.list_topics() if name.endswith(f".{GENERATION}")]
        described = await admin.describe_topics(names)
    finally:
        await admin.close()
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


async def read_everything(
    kafka: str, partitions: Mapping[str, int], progress: Callable[[int, int], None] | None = None
) -> AsyncIterator[Any]:
    """Records in the order of their partition; partitions one beside the other.

    `progress` is told how many of how many records were read.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=20,
    )
    await consumer.start()
    try:
        places = [
            TopicPartition(name, n) for name in sorted(partitions) for n in range(partitions[name])
        ]
        consumer.assign(
            places
        )  # all at once: asking about a partition not assigned costs 0.1 s each
        ends: Places = await consumer.end_offsets(places)
        missing = {place: end for place, end in ends.items() if end}
        total, done = sum(missing.values()), 0
        consumer.assign(list(missing))
        for place in missing:
            consumer.seek(place, 0)
        while missing:
            for place, records in (
                await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)
            ).items():
                for record in records:
                    if record.offset < ends[place]:
                        done += 1
                        yield record
                if records[-1].offset + 1 >= ends[place]:
                    missing.pop(place, None)
                    consumer.pause(place)
            if progress is not None:
                progress(done, total)
    finally:
        await consumer.stop()
