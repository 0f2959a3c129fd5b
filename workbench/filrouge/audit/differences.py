"""What differs between two JSON values, or two records, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from filrouge_chassis.records import Outgoing


class Differs(NamedTuple):
    """One field; None: it is not there."""

    field: str
    then: Any
    now: Any


def of_values(then: Any, now: Any, path: str = "") -> Iterator[Differs]:
    """The smallest parts that differ: `lines[0].amount_cents`."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            where = f"{path}.{name}" if path else name
            yield from of_values(then.get(name), now.get(name), where)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from of_values(one, other, f"{path}[{index}]")
    elif then != now:
        yield Differs(path, then, now)


def of_records(then: Outgoing | None, now: Outgoing | None) -> list[Differs]:
    """Place, key, headers and data; a record that is missing differs as a whole."""
    if then is None or now is None:
        return [Differs("event", shown(then), shown(now))]
    return list(of_values(_parts(then), _parts(now)))


def shown(record: Outgoing | None) -> dict[str, Any] | None:
    """Type, key and data: what a person recognises an event by."""
    if record is None:
        return None
    parts = _parts(record)
    return {
        "type": parts["headers"].get("ce_type", ""),
        "key": parts["key"],
        "data": parts["data"],
    }


def _parts(record: Outgoing) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key": record.key.decode(errors="replace"),
        "headers": {name: value.decode(errors="replace") for name, value in record.headers},
        "data": json.loads(record.value),
    }
