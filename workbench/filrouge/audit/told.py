"""One record as auditors see it: what it says about itself, and which record led to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from filrouge_chassis.records import Partition, Record
from filrouge_chassis.trace_context import read as read_trace
from filrouge_contracts.envelope import (
    H_ID,
    H_SEQUENCE,
    H_SOURCE,
    H_SUBJECT,
    H_TIME,
    H_TRACEPARENT,
    H_TYPE,
)
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import GENERATION


class Place(NamedTuple):
    """Where a record stands, for ever."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def on(self) -> Partition:
        return Partition(self.topic, self.partition)

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """None for what is no place: `topic/partition/offset` with whatever may follow."""
        topic, *numbers = [*text.split("/", 3), "", ""][:3]
        if topic.endswith(f".{GENERATION}") and all(n.isascii() and n.isdigit() for n in numbers):
            return cls(topic, int(numbers[0]), int(numbers[1]))
        return None


class Told(NamedTuple):
    """Headers that a partner wrote strangely are shown as well as they can be."""

    place: Place
    recorded_ms: int
    """When the broker took it."""
    id: str
    type: str
    source: str
    subject: str
    key: str
    time: str
    """The event's own: of our lanes, the last tick that they had taken."""
    sequence: int
    trace: str
    value: bytes

    @property
    def name(self) -> str:
        """`OrderPlaced`; of a type that the register does not know, the type."""
        entry = REGISTER.by_type.get(self.type)
        return self.type if entry is None else entry.model.__name__

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromtimestamp(self.recorded_ms / 1000, UTC)

    @property
    def ours(self) -> bool:
        """Said by a lane of ours or the operator, and no partner's own words."""
        return self.sequence > 0

    @property
    def cause(self) -> Place | None:
        """The record that led to it, by nothing but the id; None for who spoke first."""
        service = self.source.partition("/")[0]
        if not self.ours or not self.id.startswith(f"{service}/"):
            return None
        return Place.parse(self.id.removeprefix(f"{service}/"))

    @property
    def data(self) -> Mapping[str, Any]:
        """Empty if it is no JSON object."""
        try:
            found = json.loads(self.value)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def partner(self) -> str:
        """Whose own words it is, or who is answered: by the topic."""
        family, _, rest = self.place.topic.partition(".")
        return rest.partition(".")[0] if family == "partners" else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "key": self.key,
            "time": self.time,
            "recorded_at": self.recorded_at.isoformat().replace("+00:00", "Z"),
            "place": str(self.place),
            "cause": None if self.cause is None else str(self.cause),
            "trace": self.trace,
            "data": self.data,
        }


def told(record: Record) -> Told:
    headers = dict(record.headers)
    trace = read_trace(_text(headers.get(H_TRACEPARENT)))
    sequence = _text(headers.get(H_SEQUENCE))
    return Told(
        Place(record.topic, record.partition, record.offset),
        record.timestamp,
        _text(headers.get(H_ID)),
        _text(headers.get(H_TYPE)),
        _text(headers.get(H_SOURCE)),
        _text(headers.get(H_SUBJECT)),
        _text(record.key),
        _text(headers.get(H_TIME)),
        int(sequence) if sequence.isascii() and sequence.isdigit() else 0,
        "" if trace is None else f"{trace.trace_id:032x}",
        record.value or b"",
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
