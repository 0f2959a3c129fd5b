"""Records of our own lanes read as facts: headers first, the value only when a rule wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordRedriven
from pydantic import ValidationError

from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import Defect, Malformed
from filrouge_chassis.records import Record


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
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "data"
            raise Malformed(f"{self.model.__name__}.{where}: {first['msg']}") from error


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
        """The headers as a Fact; raises Malformed."""
        if self._decider.read is not None:
            key, event, traceparent = self._decider.read(record)
            received_ms = record.timestamp
            return Fact(key, type(event), event, None, 0, 0, traceparent, received_ms)
        headers = dict(record.headers)
        try:
            type_name = headers["ce_type"]
            source = headers["ce_source"].decode()
            sequence, prev = int(headers["ce_sequence"]), int(headers["ce_prev"])
            model = self._heard.get(type_name)
            if model is None:
                self._check_version(type_name)
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
        except (KeyError, ValueError) as error:
            raise Malformed(f"header or key {error} is missing or unreadable") from error

    def _check_version(self, type_name: bytes) -> None:
        if type_name.rpartition(b".")[0] in self._stems:
            raise Malformed(f"{type_name!r}: this release hears another version of it")

    def key_of(self, record: Record) -> str:
        """The key to close for a record that could not be read; its position if it has none."""
        try:
            text = record.key.decode() if record.key else ""
        except UnicodeDecodeError:
            text = ""
        return text or f"unreadable:{record.topic}/{record.partition}/{record.offset}"

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
            raise Malformed(f"re-drive record: {error}") from error
