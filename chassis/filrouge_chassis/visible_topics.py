"""When a topic that was made is there for those who use it: Kafka answers as soon as its controller knows it,
and brokers hear of it later."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

VISIBLE_SECONDS = 30.0
PAUSE_SECONDS = 0.05


async def partitions_once_visible(
    admin: AIOKafkaAdminClient, names: Collection[str]
) -> dict[str, int]:
    """Number of partitions of each, as soon as the brokers know all of them and who leads them. Raises
    TimeoutError."""
    async with asyncio.timeout(VISIBLE_SECONDS):
        while True:
            described = await admin.describe_topics(list(names))
            if all(_visible(topic) for topic in described):
                return {topic["topic"]: len(topic["partitions"]) for topic in described}
            await asyncio.sleep(PAUSE_SECONDS)


def _visible(topic: Mapping[str, Any]) -> bool:
    leaders = [partition["leader"] for partition in topic["partitions"]]
    return topic["error_code"] == 0 and all(leader >= 0 for leader in leaders)
