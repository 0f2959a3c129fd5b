"""Which partitions there are and who leads them: asked again every few seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.records import Partition
from filrouge_contracts.topics import GENERATION


class Topics:
    """What it raises is aiokafka's."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self._admin = admin

    @classmethod
    @asynccontextmanager
    async def of(cls, kafka: str, client: str) -> AsyncIterator[Topics]:
        async with kafka_admin(kafka, client_id=client) as admin:
            yield cls(admin)

    async def leaders(self) -> dict[Partition, int]:
        """Of every partition of our topics; a negative number while there is none."""
        described: list[Any] = await self._admin.describe_topics()
        return {
            Partition(topic["topic"], partition["partition"]): partition["leader"]
            for topic in described
            if topic["topic"].endswith(f".{GENERATION}")
            for partition in topic["partitions"]
        }
