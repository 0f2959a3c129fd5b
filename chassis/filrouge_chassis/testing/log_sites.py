"""Brokers for tests of the log: one in memory, one real, with topics of the test's own."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from filrouge_contracts.topic_specs import MAX_RECORD_BYTES

from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_chassis.visible_topics import partitions_once_visible


class LogSite(Protocol):
    """A broker, and what an operator may do to it."""

    log: Log
    hasty: Log
    """Does not wait long for what is not there."""

    async def topic(self, partitions: int = 1) -> str:
        """Makes a topic as the contracts want it and returns its name."""
        ...

    async def trim(self, partition: Partition, before: int) -> None:
        """Records below offset `before` are gone."""
        ...


class FakeLogSite:
    """A broker in memory."""

    def __init__(self) -> None:
        self.broker = FakeBroker()
        self.log: Log = FakeLog(self.broker)
        self.hasty: Log = self.log

    async def topic(self, partitions: int = 1) -> str:
        return f"test-{uuid4().hex}"

    async def trim(self, partition: Partition, before: int) -> None:
        self.broker.trim(partition, before)


class KafkaLogSite:
    """The broker at `bootstrap`."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.log: Log = KafkaLog(bootstrap, "tests", timeout_seconds=10)
        self.hasty: Log = KafkaLog(bootstrap, "tests", timeout_seconds=2)
        self._admin = AIOKafkaAdminClient(**client_options(bootstrap))

    async def start(self) -> None:
        await self._admin.start()

    async def close(self) -> None:
        await self._admin.close()

    async def topic(self, partitions: int = 1) -> str:
        name = f"test-{uuid4().hex}"
        config = {
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(MAX_RECORD_BYTES),
        }
        await self._admin.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=config)], timeout_ms=10_000
        )
        await partitions_once_visible(self._admin, [name])
        return name

    async def trim(self, partition: Partition, before: int) -> None:
        await self._admin.delete_records({TopicPartition(*partition): RecordsToDelete(before)})
