"""A record whose header names are not UTF-8 is read like any other, and so are its neighbours."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from filrouge.stack import Stack
from filrouge.topics import ensure_topics
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Partition
from filrouge_contracts.topic_specs import TopicSpec

pytestmark = pytest.mark.stack
PLACE = Partition("header-names", 0)


class RawName(str):
    """A header name that is sent as other bytes."""

    def encode(self, *_: str) -> bytes:
        return b"x-\xff\xfe"


async def _send(producer: AIOKafkaProducer, *names: str) -> None:
    """One batch with a record for each header name."""
    batch: Any = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1 << 20)
    for number, name in enumerate(names):
        batch.append(
            key=b"k",
            value=b"v%d" % number,
            timestamp=None,
            headers=[("ce_id", b"1"), (name, b"\xff")],
        )
    await (await producer.send_batch(batch, PLACE.topic, partition=PLACE.number))


async def test_strange_names_are_shown_and_everything_else_is_as_it_was(stack: Stack) -> None:
    await ensure_topics(stack.kafka, [TopicSpec(PLACE.topic, 1, {})])
    async with AIOKafkaProducer(**client_options(stack.kafka)) as producer:
        await _send(producer, "plain")
        await _send(producer, "plain", RawName("strange"), "plain")
        await _send(producer, "plain")
    log = KafkaLog(stack.kafka, "test", 10)
    read = [record async for chunk in log.read(PLACE, 0, 5) for record in chunk]
    assert [record.offset for record in read] == [0, 1, 2, 3, 4]
    assert [record.value for record in read] == [b"v0", b"v0", b"v1", b"v2", b"v0"]
    plain = (("ce_id", b"1"), ("plain", b"\xff"))
    strange = (("ce_id", b"1"), ("x-\\xff\\xfe", b"\xff"))
    assert [tuple(record.headers) for record in read] == [plain, plain, strange, plain, plain]
