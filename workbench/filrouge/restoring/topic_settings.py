"""Whose time the records of a topic bear: the broker's, and while a stream is put back the archived one.

Settings that somebody else made for a topic stay: the request that every broker understands replaces all of
them, so all are said again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code
from filrouge_contracts.topic_specs import TopicSpec

from filrouge.restoring.problems import RestoreRefused
from filrouge.topic_settings import Setting, settings_of

TIME, SIZE = "message.timestamp.type", "max.message.bytes"
BROKERS, PRODUCERS = "LogAppendTime", "CreateTime"
BYTES_AT_MOST = 64 * 1024 * 1024
"""Of a batch while a stream is put back: a record that came compressed may be larger than a topic takes."""
APPLIED_SECONDS = 30.0
PAUSE_SECONDS = 0.1
BROKERS_FOLLOW_SECONDS = 1.0
"""A broker tells a new setting a moment before it appends by it."""


async def take_archived_times(admin: AIOKafkaAdminClient, topics: Collection[str]) -> None:
    """From now on their records have the times that are sent with them."""
    settings = {TIME: PRODUCERS, SIZE: str(BYTES_AT_MOST)}
    await _set(admin, dict.fromkeys(topics, settings))


async def take_brokers_times(admin: AIOKafkaAdminClient, topics: Collection[str]) -> None:
    """From now on the broker says when something arrived. They are still known to be opened."""
    await _set(admin, {name: {TIME: BROKERS} for name in topics})


async def close(admin: AIOKafkaAdminClient, specs: Collection[TopicSpec]) -> None:
    """They are as the contracts say again."""
    await _set(admin, {spec.name: {SIZE: spec.config[SIZE]} for spec in specs})


async def opened(admin: AIOKafkaAdminClient, topics: Collection[str]) -> set[str]:
    """Those that were opened for archived times and not closed since, be it by an earlier run."""
    found = await settings_of(admin, topics)
    return {name for name, said in found.items() if said[SIZE].value == str(BYTES_AT_MOST)}


async def _set(admin: AIOKafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> None:
    if not wanted:
        return
    found = await settings_of(admin, wanted)
    resources = []
    for name, settings in wanted.items():
        own = {key: setting.value for key, setting in found[name].items() if setting.own}
        resources.append(ConfigResource(ConfigResourceType.TOPIC, name, {**own, **settings}))
    for answer in await admin.alter_configs(resources):
        for code, message, _, name in answer.resources:
            if code:
                raise RestoreRefused(
                    f"{name}: Kafka does not take its settings ({for_code(code).__name__}: {message});"
                    " give this account the right to alter configurations of topics, and run this again"
                )
    async with asyncio.timeout(APPLIED_SECONDS):
        while True:
            if _all_so(await settings_of(admin, wanted), wanted):
                break
            await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.sleep(BROKERS_FOLLOW_SECONDS)


def _all_so(
    found: Mapping[str, Mapping[str, Setting]], wanted: Mapping[str, Mapping[str, str]]
) -> bool:
    return all(
        found[name][key].value == value
        for name, settings in wanted.items()
        for key, value in settings.items()
    )
