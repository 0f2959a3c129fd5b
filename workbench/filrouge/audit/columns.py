"""The columns of an event type, derived from its contract alone: a type has the same ones in every export.

Envelope first, then the event's fields in the contract's order; a field with the name of an envelope column
is called `data_<name>`. Text, whole numbers, truth values and instants are what they are (instants with
microseconds, UTC); enums are text. Parts and lists of them are nested: structs and lists, as SQL engines
and data frames take them. What has no one type (maps, pairs of different things) is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from filrouge_contracts.event import Event
from pydantic import BaseModel

from filrouge.audit.told import Told

INSTANT = pa.timestamp("us", tz="UTC")
ENVELOPE: Mapping[str, pa.DataType] = {
    "id": pa.string(),
    "source": pa.string(),
    "subject": pa.string(),
    "time": INSTANT,
    "recorded_at": INSTANT,
    "topic": pa.string(),
    "partition": pa.int32(),
    "offset": pa.int64(),
    "key": pa.string(),
    "sequence": pa.int64(),
    "cause": pa.string(),
    "trace": pa.string(),
}
_SCALARS: Mapping[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    datetime: INSTANT,
    date: pa.date32(),
}
_JSON = pa.string()
Convert = Callable[[Any], Any]


class Columns:
    """Schema of one event type, and how its events become rows of it."""

    def __init__(self, model: type[Event]) -> None:
        self._model = model
        self._fields = [
            (name, _column(name), *_type(field.annotation))
            for name, field in model.model_fields.items()
        ]
        fields = [pa.field(name, kind) for name, kind in ENVELOPE.items()]
        fields += [pa.field(column, kind) for _, column, kind, _ in self._fields]
        self.schema = pa.schema(fields, metadata={"filrouge_type": model.event_type})

    def row(self, one: Told) -> dict[str, Any]:
        """Raises pydantic.ValidationError if the data are not what the contract says."""
        event = self._model.from_json(one.value)
        row: dict[str, Any] = {
            "id": one.id,
            "source": one.source,
            "subject": one.subject,
            "time": datetime.fromisoformat(one.time),
            "recorded_at": one.recorded_at,
            "topic": one.place.topic,
            "partition": one.place.partition,
            "offset": one.place.offset,
            "key": one.key,
            "sequence": one.sequence,
            "cause": None if one.cause is None else str(one.cause),
            "trace": one.trace,
        }
        for name, column, _, convert in self._fields:
            value = getattr(event, name)
            row[column] = None if value is None else convert(value)
        return row


def _column(name: str) -> str:
    return f"data_{name}" if name in ENVELOPE else name


def _type(annotation: Any) -> tuple[pa.DataType, Convert]:
    """Arrow's type for a field's, and what makes a value of it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        rest = [one for one in inner if one is not NoneType]
        return _type(rest[0]) if len(rest) == 1 else (_JSON, _as_json)
    if origin is Literal:
        return pa.string(), str
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        kind, convert = _type(inner[0])
        return pa.list_(kind), lambda values: [convert(value) for value in values]
    if isinstance(annotation, type):
        return _of_class(annotation)
    return _JSON, _as_json


def _of_class(kind: type) -> tuple[pa.DataType, Convert]:
    if issubclass(kind, BaseModel):
        return _struct(kind)
    if issubclass(kind, Enum):
        return pa.string(), lambda value: str(value.value)
    known = next((arrow for python, arrow in _SCALARS.items() if kind is python), None)
    return (_JSON, _as_json) if known is None else (known, _same)


def _struct(model: type[BaseModel]) -> tuple[pa.DataType, Convert]:
    parts = {name: _type(field.annotation) for name, field in model.model_fields.items()}

    def convert(value: Any) -> dict[str, Any]:
        found = {name: getattr(value, name) for name in parts}
        return {name: None if one is None else parts[name][1](one) for name, one in found.items()}

    return pa.struct([pa.field(name, kind) for name, (kind, _) in parts.items()]), convert


def _same(value: Any) -> Any:
    return value


def _as_json(value: Any) -> str:
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(plain, default=str, ensure_ascii=False)
