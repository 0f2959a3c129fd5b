"""Brings the topics into Kafka as the contracts name them; what is there already must be the same."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.visible_topics import (
    PAUSE_SECONDS,
    VISIBLE_SECONDS,
    partitions_once_visible,
)
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.topic_specs import TopicSpec
from filrouge_contracts.topics import GENERATION

from filrouge.topic_settings import settings_of

REPLICATION_OF_THE_CLUSTER = -1
LOOK_AGAIN_SECONDS = 0.5


class TopicsDiffer(Exception):
    """Kafka has a topic that is not as the contracts say."""


async def ensure_topics(kafka: str, specs: Collection[TopicSpec]) -> list[str]:
    """The names of the topics that had to be created; safe to call again and by several at once.

    A number of partitions is never changed in place, because keys would move to other lanes.
    """
    async with kafka_admin(kafka) as admin:
        created = await _create(admin, specs)
        found = await partitions_once_visible(admin, [spec.name for spec in specs])
        wrong = [
            f"{spec.name} has {found[spec.name]} partitions instead of {spec.partitions}"
            for spec in specs
            if not _fits(spec, found[spec.name])
        ] + await _wrong_settings(admin, specs)
    if wrong:
        raise TopicsDiffer(
            f"{'; '.join(wrong)}. A new generation of topics is needed, not a change."
        )
    return created


def _fits(spec: TopicSpec, partitions: int) -> bool:
    if grows_with_partners(spec.name):
        return partitions >= spec.partitions
    return partitions == spec.partitions


def grows_with_partners(topic: str) -> bool:
    """A lane of the gateway is a partner's and no hash: its topics may have more partitions than they had."""
    return topic.endswith(f".{GATEWAY}.{GENERATION}")


async def await_topics(kafka: str, names: Collection[str], timeout_seconds: float) -> None:
    """Until somebody else has made them. Raises TopicsDiffer if they do not."""
    missing = set(names)
    try:
        async with kafka_admin(kafka) as admin, asyncio.timeout(timeout_seconds):
            while True:
                missing -= set(await admin.list_topics())
                if not missing:
                    return
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    except TimeoutError:
        raise TopicsDiffer(
            f"Kafka has not got {', '.join(sorted(missing))} within {timeout_seconds:g} seconds"
        ) from None


async def grow_topics(kafka: str, names: Collection[str], partitions: int) -> None:
    """Gives the topics at least so many partitions; only for those where a lane is not a hash."""
    async with kafka_admin(kafka) as admin:
        found = await partitions_once_visible(admin, names)
        small = [name for name in names if found[name] < partitions]
        if not small:
            return
        await admin.create_partitions({name: NewPartitions(partitions) for name in small})
        async with asyncio.timeout(VISIBLE_SECONDS):
            while True:
                if min((await partitions_once_visible(admin, small)).values()) >= partitions:
                    return
                await asyncio.sleep(PAUSE_SECONDS)


async def _create(admin: AIOKafkaAdminClient, specs: Collection[TopicSpec]) -> list[str]:
    there = set(await admin.list_topics())
    missing = [spec for spec in specs if spec.name not in there]
    if not missing:
        return []
    answer = await admin.create_topics([_new_topic(spec) for spec in missing])
    created = []
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif error is not TopicAlreadyExistsError:
            raise KafkaError(f"topic {name} could not be created: {error.__name__} {message}")
    return created


def _new_topic(spec: TopicSpec) -> NewTopic:
    return NewTopic(
        spec.name,
        num_partitions=spec.partitions,
        replication_factor=REPLICATION_OF_THE_CLUSTER,
        replica_assignments={},
        topic_configs=dict(spec.config),
    )


async def _wrong_settings(admin: AIOKafkaAdminClient, specs: Collection[TopicSpec]) -> list[str]:
    found = await settings_of(admin, [spec.name for spec in specs])
    return [
        f"{spec.name} has {name}={found[spec.name][name].value} instead of {value}"
        for spec in specs
        for name, value in spec.config.items()
        if found[spec.name][name].value != value
    ]
