"""A stack as if it were new, for the next test: no topic, no group, no database of a service."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import DeleteGroupsRequest
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topics import GENERATION

from filrouge.rebuilding import drop_database
from filrouge.stack import Stack

EMPTY_SECONDS = 30.0
PAUSE_SECONDS = 0.1


async def empty(stack: Stack) -> None:
    """Takes everything of an installation away whose services have been stopped."""
    for service in SERVICES:
        await drop_database(stack.postgres, service)
    async with kafka_admin(stack.kafka) as admin:
        async with asyncio.timeout(EMPTY_SECONDS):
            for group in SERVICES:
                await forget_group(admin, group)
            while ours := [n for n in await admin.list_topics() if n.endswith(f".{GENERATION}")]:
                await admin.delete_topics(ours)
                await asyncio.sleep(PAUSE_SECONDS)


async def forget_group(admin: AIOKafkaAdminClient, group: str) -> None:
    """Deletes a consumer group with its offsets, once its members are gone."""
    while True:
        answer = await _forgotten(admin, group)
        if answer in ("NoError", "GroupIdNotFound"):
            return
        await asyncio.sleep(PAUSE_SECONDS)


async def _forgotten(admin: AIOKafkaAdminClient, group: str) -> str:
    """The broker's answer."""
    try:
        coordinator = await admin.find_coordinator(group)
        # the public client has no call for this one
        request = DeleteGroupsRequest([group])
        answer = await admin._send_request_to_node(coordinator, request)
    except KafkaError as error:
        return type(error).__name__
    ((_, code),) = answer.results
    return str(for_code(code).__name__)
