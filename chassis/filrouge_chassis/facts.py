"""Records of our own lanes read as facts: headers first, the value only when a rule wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordRedriven
from pydantic import ValidationError

from filrouge_chassis.decider import Decider, Read
from filrouge_chassis.errors import Defect, Malformed, RuleFailed
from filrouge_chassis.records import Record

KEY_AT_MOST_CHARACTERS = 512  # of up to four bytes: more would not fit an index of the database
_HEADERS: dict[str, Callable[[bytes], object]] = {
    "ce_type": bytes.decode,
    "ce_source": bytes.decode,
    "ce_sequence": int,
    "ce_prev": int,
    "ce_traceparent": bytes.decode,
    "ce_receivedms": int,
}
_OPTIONAL = {"ce_traceparent", "ce_receivedms"}


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A record whose headers were understood. `source` is None for partners' own words."""

    key: str
    model: type[Any] | None  # None if no rule takes this type
    value: Any
    source: str | None = None
    sequence: int = 0
    prev: int = 0
    traceparent: str | None = None
    received_ms: int = 0  # of the partner's record that led here, ms since 1970

    def event(self) -> Any:
        """The event's data as its contract; raises Malformed."""
        if self.source is None:
            return self.value
        assert self.model is not None
        try:
            return self.model.from_json(self.value)
        except ValidationError as error:
            raise Malformed(_first_problem(self.model, error)) from error


class FactReader:
    """Reads the records of one service's topics."""

    def __init__(self, decider: Decider, redrive_suffix: str) -> None:
        self._decider = decider
        self._redrive_suffix = redrive_suffix
        self._heard: dict[bytes, type[Event]] = {
            name.encode(): model for name, model in decider.heard.items()
        }
        self._stems = {name.rpartition(b".")[0] for name in self._heard}

    def is_redrive(self, record: Record) -> bool:
        return record.topic.endswith(self._redrive_suffix)

    def read_all(self, records: Sequence[Record]) -> list[Fact | Defect | None]:
        """Each record as a Fact, or why it cannot be one; None for a record of the re-drive topic."""
        read: list[Fact | Defect | None] = []
        for record in records:
            try:
                read.append(None if self.is_redrive(record) else self.read(record))
            except Defect as error:
                read.append(error)
        return read

    def read(self, record: Record) -> Fact:
        """The headers as a Fact; raises Malformed, or RuleFailed if the partners' door raises."""
        if self._decider.read is not None:
            return self._read_at_door(self._decider.read, record)
        headers = dict(record.headers)
        try:
            type_name = headers["ce_type"]
            source = headers["ce_source"].decode()
            sequence, prev = int(headers["ce_sequence"]), int(headers["ce_prev"])
            if not 0 <= prev < sequence:
                raise ValueError("numbers")
            model = self._heard.get(type_name)
            if model is None:
                self._check_version(type_name)
                return Fact("", None, None, source, sequence, prev)
            key = (record.key or b"").decode()
            if not is_key(key):
                raise ValueError("key")
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
        except (KeyError, ValueError, TypeError, AttributeError) as error:  # a value may be null
            raise Malformed(_unreadable(record, headers)) from error

    @staticmethod
    def _read_at_door(read: Read, record: Record) -> Fact:
        try:
            key, event, traceparent = read(record)
        except Defect:
            raise
        except Exception as error:  # a service's code, as a rule is
            raise RuleFailed(f"the door raised {type(error).__name__}: {error}") from error
        if not is_key(key):
            raise Malformed(f"the door made a key that no aggregate can have: {key[:80]!r}")
        return Fact(key, type(event), event, None, 0, 0, traceparent, record.timestamp)

    def _check_version(self, type_name: bytes) -> None:
        if type_name.rpartition(b".")[0] in self._stems:
            raise Malformed(f"{type_name.decode()}: this release hears another version of it")

    def key_of(self, record: Record) -> str:
        """The key to close for a record that could not be read; its position if it has none."""
        try:
            text = (record.key or b"").decode()
        except UnicodeDecodeError:
            text = ""
        if is_key(text):
            return text
        return f"unreadable:{record.topic}/{record.partition}/{record.offset}"

    def keys_of(
        self, records: Sequence[Record], read: Sequence[Fact | Defect | None]
    ) -> Iterable[str]:
        """Keys of the aggregates that the records may change, to load their states at once."""
        keys: dict[str, None] = {}
        for record, fact in zip(records, read, strict=True):
            if fact is None:
                keys[self.key_of(record)] = None
            elif isinstance(fact, Fact) and fact.model is not None:
                keys[fact.key] = None
        return keys

    def redriven(self, record: Record) -> RecordRedriven:
        """A record of the re-drive topic; raises Malformed."""
        try:
            return RecordRedriven.from_json(record.value or b"")
        except ValidationError as error:
            raise Malformed(_first_problem(RecordRedriven, error)) from error


def is_key(text: str) -> bool:
    """Whether an aggregate can be kept under this key."""
    return 0 < len(text) <= KEY_AT_MOST_CHARACTERS and "\0" not in text


def _first_problem(model: type[Any], error: ValidationError) -> str:
    """Where and what, without the value: it may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "data"
    return f"{model.__name__}.{where}: {first['msg']}"


def _unreadable(record: Record, headers: Mapping[str, bytes | None]) -> str:
    """The first thing that keeps a record from being a fact, as a sentence."""
    for name, read in _HEADERS.items():
        value = headers.get(name)
        if not value and name in _OPTIONAL:
            continue
        if value is None:
            return f"header {name} is missing: every record of a lane has one"
        if not _readable(read, value):
            return f"header {name} is {value[:80]!r}, which cannot be read"
    sequence, prev = int(headers["ce_sequence"] or b""), int(headers["ce_prev"] or b"")
    if not 0 <= prev < sequence:
        return f"ce_sequence {sequence} cannot follow ce_prev {prev}"
    return (
        f"key {(record.key or b'')[:80]!r} is no aggregate's: UTF-8 without NUL, 1 to"
        f" {KEY_AT_MOST_CHARACTERS} characters"
    )


def _readable(read: Callable[[bytes], object], value: bytes) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
