"""A client that manages topics and groups, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from filrouge_chassis.kafka_address import client_options


@asynccontextmanager
async def kafka_admin(kafka: str, **options: Any) -> AsyncIterator[AIOKafkaAdminClient]:
    """`kafka`: an address as settings have it. What it raises is aiokafka's; it is closed all the same."""
    admin = AIOKafkaAdminClient(**client_options(kafka), **options)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
