"""How a broker says what the settings of topics are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

_OF_THE_TOPIC = 1


class Setting(NamedTuple):
    value: str
    own: bool
    """Made for this topic, and not the cluster's or Kafka's own."""


async def settings_of(
    admin: AIOKafkaAdminClient, topics: Collection[str]
) -> dict[str, dict[str, Setting]]:
    """Topic → name of a setting → what it is, be it the topic's own or not."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    found = {}
    for answer in await admin.describe_configs(asked) if asked else ():
        for resource in answer.resources:
            found[resource[3]] = dict(map(_setting, resource[4]))
    return found


def _setting(entry: Any) -> tuple[str, Setting]:
    """Of an entry the first is the name, then value, whether it may only be read, and where it is from."""
    return entry[0], Setting(entry[1], entry[3] == _OF_THE_TOPIC)
