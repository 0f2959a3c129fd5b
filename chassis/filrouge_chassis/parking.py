"""Parked records: wrapped with position, reason and remedy; unwrapped when they are re-driven."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import NamedTuple

from filrouge_contracts.parking import RecordParked

from filrouge_chassis.errors import Defect
from filrouge_chassis.records import RawRecord, Record

VALUE_AT_MOST_BYTES = 256 * 1024


class Timer(NamedTuple):
    """A due aggregate whose rule raised: the tick's offset on the control topic, and the due time."""

    topic: str
    offset: int
    due_us: int


def parked(
    service: str, lane: int, key: str, index: int, record: Record | Timer, error: Defect | None
) -> RecordParked:
    """The event to park `record`; `error` None: it only waits behind another one of its key.

    Values over 256 KiB stay where they are (topics keep everything); the event names the position.
    A header whose value is null, which Kafka allows, comes back empty: nobody tells the two apart.
    """
    said = {
        "service": service,
        "lane": lane,
        "key": key,
        "index": index,
        "behind": error is None,
        "topic": record.topic,
        "offset": record.offset,
        "error": "" if error is None else error.name,
        "reason": "waits behind an earlier record of its key" if error is None else error.reason,
        "remedy": "is re-driven after that one" if error is None else error.remedy,
    }
    if isinstance(record, Timer):
        return RecordParked(**said, partition=0, timestamp_ms=0, due_us=record.due_us)  # type: ignore[arg-type]
    value = record.value
    return RecordParked(
        **said,  # type: ignore[arg-type]
        partition=record.partition,
        timestamp_ms=record.timestamp,
        key_base64=_text(record.key),
        value_base64=None if value is None or len(value) > VALUE_AT_MOST_BYTES else _text(value),
        headers=tuple((name, b64encode(value or b"").decode()) for name, value in record.headers),
    )


def original(event: RecordParked) -> RawRecord:
    """The record as it was read first."""
    return RawRecord(
        event.topic,
        event.partition,
        event.offset,
        event.timestamp_ms,
        _bytes(event.key_base64),
        _bytes(event.value_base64),
        tuple((name, b64decode(value)) for name, value in event.headers),
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
