"""Names and settings of the topics; the generation in each keeps event ids unique for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENERATION = "g1"


def topic(name: str) -> str:
    """`control` → `control.g1`; the name may be a template such as `journal.{service}`."""
    return f"{name}.{GENERATION}"


CONTROL = topic("control")
EQUIPMENT = topic("equipment")
DELIVERY = topic("delivery")
BUDGET = topic("budget")
VERDICTS = topic("partners.{partner}.verdicts")
PARTNER_IN = topic("partners.{partner}.in")
PARTNER_REDRIVE = topic("partners.{partner}.redrive")

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
    """Every topic of an installation, in a fixed order."""
    specs = [_spec(CONTROL, 1)]
    specs += [_spec(name, lanes) for name in (EQUIPMENT, DELIVERY, BUDGET)]
    for service in services:
        specs += [
            _spec(topic(f"{use}.{service}"), lanes) for use in ("journal", "parked", "redrive")
        ]
    for partner in partners:
        specs.append(_spec(PARTNER_IN.format(partner=partner), 1, MAX_PARTNER_RECORD_BYTES))
        specs += [_spec(name.format(partner=partner), 1) for name in (VERDICTS, PARTNER_REDRIVE)]
    return specs


def _spec(name: str, partitions: int, max_record_bytes: int = MAX_RECORD_BYTES) -> TopicSpec:
    """Nothing is ever dropped or compacted, and the broker says when it arrived."""
    config = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(max_record_bytes),
    }
    return TopicSpec(name, partitions, config)
