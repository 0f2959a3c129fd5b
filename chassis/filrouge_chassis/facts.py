"""Records of our own lanes read as facts: headers first, the value only when a rule wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked, RecordRedriven
from pydantic import ValidationError

from filrouge_chassis import parking
from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import Malformed
from filrouge_chassis.records import Record

KEY_AT_MOST_CHARACTERS = 1000


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A record whose place in its lane's sequence was understood. `source` is None for partners' own
    words, which have no such place."""

    key: str
    model: type[Any] | None  # None if no rule takes this type
    value: Any
    source: str | None = None
    sequence: int = 0
    prev: int = 0
    traceparent: str | None = None
    received_ms: int = 0  # of the partner's record that led here, ms since 1970
    malformed: str | None = None  # what else about it cannot be understood

    def event(self) -> Any:
        """The event's data as its contract; raises Malformed."""
        if self.malformed is not None:
            raise Malformed(self.malformed)
        if self.source is None:
            return self.value
        assert self.model is not None
        try:
            return self.model.from_json(self.value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "data"
            raise Malformed(f"{self.model.__name__}.{where}: {first['msg']}") from error


class Unreadable(msgspec.Struct, frozen=True):
    """A record that does not even say where it belongs."""

    key: str
    reason: str


class Redriven(msgspec.Struct, frozen=True):
    """A parked record on its second way, and what it reads like now; None: it was a timer."""

    key: str
    index: int
    parked: RecordParked
    fact: Fact | Unreadable | None


Read = Fact | Unreadable | Redriven


class FactReader:
    """Reads the records of one service's topics. Nothing raises: what a record is, it says."""

    def __init__(self, decider: Decider, redrive_suffix: str) -> None:
        self._decider = decider
        self._redrive_suffix = redrive_suffix
        self._heard: dict[bytes, type[Event]] = {
            name.encode(): model for name, model in decider.heard.items()
        }
        self._stems = {name.rpartition(b".")[0] for name in self._heard}

    def read(self, record: Record) -> Read:
        """The record, as far as it can be understood without a rule."""
        if record.topic.endswith(self._redrive_suffix):
            return self._redriven(record)
        return self._fact(record)

    def _fact(self, record: Record) -> Fact | Unreadable:
        if self._decider.read is not None:
            try:
                key, event, traceparent = self._decider.read(record)
            except Malformed as error:
                return Unreadable(_key_of(record), str(error))
            return Fact(key, type(event), event, None, 0, 0, traceparent, record.timestamp)
        headers = dict(record.headers)
        try:
            source = headers["ce_source"].decode()
            sequence, prev = int(headers["ce_sequence"]), int(headers["ce_prev"])
        except (KeyError, ValueError, AttributeError) as error:
            return Unreadable(_key_of(record), f"header {error} is missing or unreadable")
        try:
            model = self._heard.get(headers["ce_type"])
            if model is None:
                self._check_version(headers["ce_type"])
                return Fact("", None, None, source, sequence, prev)
            key = record.key.decode() if record.key else ""
            trace = headers.get("ce_traceparent")
            received = headers.get("ce_receivedms")
            return Fact(
                key,
                model,
                record.value or b"",
                source,
                sequence,
                prev,
                trace.decode() if trace else None,
                int(received) if received else record.timestamp,
            )
        except Malformed as error:
            reason = str(error)
        except (KeyError, ValueError, AttributeError) as error:
            reason = f"header or key {error} is missing or unreadable"
        return Fact(_key_of(record), None, b"", source, sequence, prev, malformed=reason)

    def _check_version(self, type_name: bytes) -> None:
        if type_name.rpartition(b".")[0] in self._stems:
            raise Malformed(f"{type_name!r}: this release hears another version of it")

    def _redriven(self, record: Record) -> Redriven | Unreadable:
        try:
            said = RecordRedriven.from_json(record.value or b"")
        except ValidationError as error:
            return Unreadable(_key_of(record), f"re-drive record: {error}")
        fact = None if said.parked.due_us is not None else self._fact(parking.original(said.parked))
        return Redriven(said.key, said.index, said.parked, fact)


def keys_of(read: Sequence[Read]) -> Iterable[str]:
    """Keys of the aggregates that the records may change, to load their states at once."""
    keys: dict[str, None] = {}
    for one in read:
        if isinstance(one, Redriven):
            keys[one.key] = None
            one = one.fact or one
        if isinstance(one, Fact) and one.model is not None:
            keys[one.key] = None
    return keys


def _key_of(record: Record) -> str:
    """The key to close for a record that could not be read; its position if it has none."""
    try:
        text = record.key.decode() if record.key else ""
    except UnicodeDecodeError:
        text = ""
    if text and len(text) <= KEY_AT_MOST_CHARACTERS:
        return text
    return f"unreadable:{record.topic}/{record.partition}/{record.offset}"
