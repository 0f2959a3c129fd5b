"""Records of our own lanes read as facts: headers first, the value only when a rule wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from filrouge_contracts.envelope import (
    H_PREV,
    H_RECEIVED,
    H_SEQUENCE,
    H_SOURCE,
    H_TIME,
    H_TRACEPARENT,
    H_TYPE,
)
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.register import Reader
from pydantic import ValidationError

from filrouge_chassis import parking
from filrouge_chassis.decider import Decider
from filrouge_chassis.decider import Read as ReadAtDoor
from filrouge_chassis.errors import Malformed
from filrouge_chassis.records import Record

KEY_AT_MOST_CHARACTERS = 512  # of up to four bytes: more would not fit an index of the database


def _type_name(value: bytes) -> str:
    """Empty or null is no type: parked, the one comes back as the other."""
    if not value:
        raise ValueError("empty")
    return value.decode()


@lru_cache(maxsize=1_024)  # all that a batch said has the time of one tick
def _instant(value: bytes) -> datetime:
    said_at = datetime.fromisoformat(value.decode())
    if said_at.tzinfo is None:
        raise ValueError("naive")
    return said_at.astimezone(UTC)


_HEADERS: dict[str, Callable[[bytes], object]] = {
    H_TYPE: _type_name,
    H_SOURCE: bytes.decode,
    H_SEQUENCE: int,
    H_PREV: int,
    H_TRACEPARENT: bytes.decode,
    H_RECEIVED: int,
    H_TIME: _instant,
}
_OPTIONAL = {H_TRACEPARENT, H_RECEIVED, H_TIME}
_STRANGE = (KeyError, ValueError, TypeError, AttributeError)  # a header's value may be null


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A record whose place in its lane's sequence was understood. `source` is None for partners' own
    words, which have no such place."""

    key: str
    model: Reader | type[Any] | None  # None if no rule takes this type
    value: Any
    source: str | None = None
    sequence: int = 0
    prev: int = 0
    traceparent: str | None = None
    received_ms: int = 0  # of the partner's record that led here, ms since 1970
    said_at: datetime | None = None  # the producer's last tick
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
            raise Malformed(_first_problem(self.model, error)) from error
        except Exception as error:  # a contract's code: it costs a record and not the lane
            name, what = self.model.__name__, type(error).__name__
            raise Malformed(f"{name}: reading it raised {what}: {error}") from error


class Unreadable(msgspec.Struct, frozen=True):
    """A record that does not even say where it belongs."""

    key: str
    reason: str
    parks: bool = True  # not if it came with re-driven ones: it could never be re-driven itself
    traceparent: str | None = None


class Redriven(msgspec.Struct, frozen=True):
    """A parked record on its second way, and what it reads like now; None: it was a timer. Failing
    again it is parked still."""

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
        self._heard = {name.encode(): reader for name, reader in decider.heard.items()}
        self._stems = {name.rpartition(b".")[0] for name in self._heard}

    def read(self, record: Record) -> Read:
        """The record, as far as it can be understood without a rule."""
        if record.topic.endswith(self._redrive_suffix):
            return self._redriven(record)
        return self._fact(record)

    def _fact(self, record: Record) -> Fact | Unreadable:
        if self._decider.read is not None:
            return _read_at_door(self._decider.read, record)
        headers = dict(record.headers)
        try:
            source = headers[H_SOURCE].decode()
            sequence, prev = int(headers[H_SEQUENCE]), int(headers[H_PREV])
            if not 0 <= prev < sequence:
                raise ValueError("numbers")
        except _STRANGE:
            return Unreadable(_key_of(record), _unreadable(record, headers))
        try:
            model = self._heard.get(headers[H_TYPE])
            if model is None:
                self._check_version(headers[H_TYPE])
                return Fact("", None, None, source, sequence, prev)
            key = (record.key or b"").decode()
            if not is_key(key):
                raise ValueError("key")
            trace = headers.get(H_TRACEPARENT)
            received, said_at = headers.get(H_RECEIVED), headers.get(H_TIME)
            return Fact(
                key,
                model,
                record.value or b"",
                source,
                sequence,
                prev,
                trace.decode() if trace else None,
                int(received) if received else record.timestamp,
                _instant(said_at) if said_at else None,
            )
        except Malformed as error:
            reason = str(error)
        except _STRANGE:
            reason = _unreadable(record, headers)
        return Fact(_key_of(record), None, b"", source, sequence, prev, malformed=reason)

    def _check_version(self, type_name: bytes) -> None:
        if not type_name:
            raise ValueError("type")
        if type_name.rpartition(b".")[0] in self._stems:
            raise Malformed(f"{type_name.decode()}: this release hears another version of it")

    def _redriven(self, record: Record) -> Redriven | Unreadable:
        try:
            said = RecordRedriven.from_json(record.value or b"")
        except ValidationError as error:
            return Unreadable(_key_of(record), _first_problem(RecordRedriven, error), parks=False)
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


def _read_at_door(read: ReadAtDoor, record: Record) -> Fact | Unreadable:
    try:
        key, event, traceparent = read(record)
    except Malformed as error:
        return Unreadable(_key_of(record), str(error))
    except Exception as error:  # noqa: BLE001 # a service's code, as a rule is
        return Unreadable(_key_of(record), f"the door raised {type(error).__name__}: {error}")
    if not is_key(key):
        reason = f"the door made a key that no aggregate can have: {key[:80]!r}"
        return Unreadable(_key_of(record), reason)
    return Fact(key, type(event), event, None, 0, 0, traceparent, record.timestamp)


def _key_of(record: Record) -> str:
    """The key to close for a record that could not be read; its position if it has none."""
    try:
        text = (record.key or b"").decode()
    except UnicodeDecodeError:
        text = ""
    if is_key(text):
        return text
    return f"unreadable:{record.topic}/{record.partition}/{record.offset}"


def is_key(text: str) -> bool:
    """Whether an aggregate can be kept under this key."""
    return 0 < len(text) <= KEY_AT_MOST_CHARACTERS and "\0" not in text


def _first_problem(model: Reader | type[Any], error: ValidationError) -> str:
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
    sequence, prev = int(headers[H_SEQUENCE] or b""), int(headers[H_PREV] or b"")
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
