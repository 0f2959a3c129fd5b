"""Which partitions there are and who leads them: asked again every few seconds."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Partition
from filrouge_contracts.topics import GENERATION


class Topics:
    """`async with Topics(kafka) as topics`. What it raises is aiokafka's."""

    def __init__(self, kafka: str, client: str) -> None:
        self._admin = AIOKafkaAdminClient(**client_options(kafka), client_id=client)

    async def __aenter__(self) -> Self:
        await self._admin.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._admin.close()

    async def leaders(self) -> dict[Partition, int]:
        """Of every partition of our topics; a negative number while there is none."""
        described: list[Any] = await self._admin.describe_topics()
        return {
            Partition(topic["topic"], partition["partition"]): partition["leader"]
            for topic in described
            if topic["topic"].endswith(f".{GENERATION}")
            for partition in topic["partitions"]
        }
