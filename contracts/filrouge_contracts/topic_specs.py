"""Which topics an installation has, and their settings: what the register names and the partners' doors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

MAX_PARTNER_RECORD_BYTES = (64 + 8) * 1024
"""64 KiB of data and room for the headers: a parked copy in base64 still fits MAX_RECORD_BYTES."""
MAX_RECORD_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it has to be in Kafka."""

    name: str
    partitions: int
    config: Mapping[str, str]


def all_topics(lanes: int, services: Iterable[str], partners: Iterable[str]) -> list[TopicSpec]:
    """Every topic of an installation, in a fixed order; templates are filled with every owner."""
    owners = {"service": tuple(services), "partner": tuple(partners)}
    partitions = {entry.topic: 1 if entry.spread == "single" else lanes for entry in REGISTER}
    partitions |= {PARTNER_IN: 1, PARTNER_REDRIVE: 1}
    return [
        _spec(name, count, MAX_PARTNER_RECORD_BYTES if template == PARTNER_IN else MAX_RECORD_BYTES)
        for template, count in partitions.items()
        for name in _filled(template, owners)
    ]


def _filled(template: str, owners: Mapping[str, Iterable[str]]) -> list[str]:
    """`journal.{service}.g1` for every service; a name without a field as it is."""
    for field, names in owners.items():
        if f"{{{field}}}" in template:
            return [template.format(**{field: name}) for name in names]
    return [template]


def _spec(name: str, partitions: int, max_record_bytes: int) -> TopicSpec:
    """Nothing is ever dropped or compacted, and the broker says when it arrived."""
    config = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(max_record_bytes),
    }
    return TopicSpec(name, partitions, config)
