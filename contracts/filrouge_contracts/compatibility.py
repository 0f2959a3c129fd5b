"""Whether everything that one JSON Schema lets be said is read by another one; if not, what changed where.

Knows what pydantic writes for our models. Whatever else a schema says counts as a change unless both sides
say the same: a rule that is passed over would let a break through.

Writers write the fields they know, readers do not hear the others, and the gateway's door refuses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil, floor, inf
from typing import Any, NamedTuple

Schema = dict[str, Any]

_SILENT = {"$comment", "$defs", "$id", "$schema", "default", "deprecated", "description"}
_SILENT |= {"examples", "title"}
"""Says nothing about which data are valid; `default` is compared apart, where it means something."""
_EXACT = ("format", "multipleOf", "pattern", "uniqueItems")
"""Held by the reader, they must be held by the writer in the same words."""
_SIZES = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
_NUMBERS = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"}
_EVERYWHERE = {"type", "enum", "const"}
_UNDERSTOOD: dict[str | None, set[str]] = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "integer": _NUMBERS,
    "number": _NUMBERS,
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "minProperties", "maxProperties"}
    | {"additionalProperties", "patternProperties", "propertyNames"},
}
_OF_MAPS = ("additionalProperties", "patternProperties")


class Change(NamedTuple):
    """One thing that may be said and is not read."""

    where: str
    what: str
    said: str
    read: str
    at_door: bool = False
    """True: only the gateway's door minds, because it refuses fields that it does not know."""


def unread(said: Schema, read: Schema) -> Iterator[Change]:
    """Changes that keep data valid under `said` from being read by `read`."""
    return _Comparison(said, read).unread(said, read, "")


class _Comparison:
    """Two schema documents, each with its own definitions."""

    def __init__(self, said: Schema, read: Schema) -> None:
        self._said, self._read = said, read
        self._under_way: set[tuple[int, int]] = set()

    def unread(self, said: Any, read: Any, where: str) -> Iterator[Change]:
        said, read = _resolved(said, self._said), _resolved(read, self._read)
        pair = (id(said), id(read))
        if pair in self._under_way:
            return  # a definition within itself: what holds for its parts holds for it
        self._under_way.add(pair)
        mine, readers = _alternatives(said, self._said), _alternatives(read, self._read)
        types = Change(where, "type", _type(*mine), _type(*readers))
        for one in mine:
            tries = [list(self._unread_one(one, reader, where)) for reader in readers]
            fitting = [tried for tried in tries if not any(c[:2] == types[:2] for c in tried)]
            yield from min(fitting, key=_weight, default=[types])
        self._under_way.discard(pair)

    def _unread_one(self, said: Schema, read: Schema, where: str) -> Iterator[Change]:
        strange = sorted(_strange(said) | _strange(read))
        if strange:
            if _expanded(said, self._said) != _expanded(read, self._read):
                for word in strange:
                    what = f"`{word}`, which the check does not understand,"
                    yield Change(where, what, _shown(said.get(word)), _shown(read.get(word)))
        elif not _takes_type(read, said):
            yield Change(where, "type", _type(said), _type(read))
        else:
            yield from _unread_values(said, read, where)
            yield from _unread_bounds(said, read, where)
            if read.get("type") == "object":
                yield from self._unread_object(said, read, where)
            if read.get("type") == "array":
                yield from self._unread_array(said, read, where)

    def _unread_object(self, said: Schema, read: Schema, where: str) -> Iterator[Change]:
        if _map_of(said) != _map_of(read):
            yield Change(where, "naming", _map_of(said), _map_of(read))
        elif "additionalProperties" in read:
            mine, other = said["additionalProperties"], read["additionalProperties"]
            yield from self.unread(mine, other, f"{where}{{}}")
            anything = {"type": "string"}
            names = said.get("propertyNames", anything), read.get("propertyNames", anything)
            yield from self.unread(*names, f"{where}{{name}}")
        elif "patternProperties" in read:
            for pattern, other in read["patternProperties"].items():
                yield from self.unread(said["patternProperties"][pattern], other, f"{where}{{}}")
        else:
            words = [
                one.get(word, ()) for one in (said, read) for word in ("properties", "required")
            ]
            for name in sorted({name for names in words for name in names}):
                yield from self._unread_field(said, read, name, f"{where}.{name}".lstrip("."))

    def _unread_field(self, said: Schema, read: Schema, name: str, where: str) -> Iterator[Change]:
        presence, wanted = _presence(said, name), _presence(read, name)
        mine, other = (one.get("properties", {}).get(name) for one in (said, read))
        if wanted == "required" and presence != "required":
            yield Change(where, "it", presence, wanted)
        if other is None:
            if mine is not None:
                yield Change(where, "it", presence, "absent", at_door=True)
        elif presence != "absent":
            defaults = _default(mine), _default(other)
            if presence == wanted == "optional" and defaults[0] != defaults[1]:
                yield Change(where, "default", *defaults)
            yield from self.unread({} if mine is None else mine, other, where)

    def _unread_array(self, said: Schema, read: Schema, where: str) -> Iterator[Change]:
        listed = max(len(one.get("prefixItems", ())) for one in (said, read))
        at_most = said.get("maxItems", inf)
        for index in range(min(listed, at_most)):
            yield from self.unread(_item(said, index), _item(read, index), f"{where}[{index}]")
        if at_most > listed:
            yield from self.unread(said.get("items", {}), read.get("items", {}), f"{where}[]")


def _weight(changes: list[Change]) -> tuple[int, int]:
    """What every reader minds weighs more than what only the door minds."""
    return sum(not change.at_door for change in changes), len(changes)


def _resolved(schema: Any, document: Schema) -> Schema:
    """What a reference to a definition leads to; one with conditions of its own stays as it is."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    target = _definition(schema, document)
    beside = schema.keys() - {"$ref", *_SILENT}
    return schema if target is None or beside else _resolved(target, document)


def _definition(schema: Schema, document: Schema) -> Any:
    name = schema.get("$ref", "")
    return document.get("$defs", {}).get(name.removeprefix("#/$defs/"))


def _alternatives(schema: Schema, document: Schema) -> list[Schema]:
    """The schemas of which one must hold; only itself, if it has conditions beside them."""
    if not schema.get("anyOf") or schema.keys() - {"anyOf", *_SILENT}:
        return [schema]
    return [
        one
        for part in schema["anyOf"]
        for one in _alternatives(_resolved(part, document), document)
    ]


def _strange(schema: Schema) -> set[str]:
    """Words that nothing here compares in a schema of this type."""
    kind = schema.get("type")
    known = _UNDERSTOOD.get(kind, set()) if isinstance(kind, str | None) else set()
    strange = schema.keys() - _SILENT - _EVERYWHERE - known
    if not isinstance(kind, str | None):
        strange.add("type")
    kinds_of_fields = [word for word in ("properties", *_OF_MAPS) if word in schema]
    return strange.union(kinds_of_fields[1:])


def _expanded(node: Any, document: Schema, inside: tuple[str, ...] = ()) -> Any:
    """With every definition in its place; one within itself is equal to nothing."""
    if isinstance(node, list):
        return [_expanded(part, document, inside) for part in node]
    if not isinstance(node, dict):
        return node
    name = node.get("$ref")
    if isinstance(name, str):
        target = _definition(node, document)
        if name in inside or target is None:
            return object()
        inside = (*inside, name)
        node = {**node, "$ref": target}
    return {
        key: _expanded(part, document, inside) for key, part in node.items() if key not in _SILENT
    }


def _takes_type(read: Schema, said: Schema) -> bool:
    wanted, got = read.get("type"), said.get("type")
    return wanted in (None, got) or (wanted, got) == ("number", "integer")


def _unread_values(said: Schema, read: Schema, where: str) -> Iterator[Change]:
    mine, other = _values(said), _values(read)
    if other is None:
        return
    if mine is None:
        yield Change(where, "the list of values", "none", ", ".join(other))
        return
    for value in mine:
        if value not in other:
            yield Change(where, f"the value {value}", "known", "unknown")


def _values(schema: Schema) -> list[str] | None:
    if "const" in schema:
        return [json.dumps(schema["const"])]
    return [json.dumps(value) for value in schema["enum"]] if "enum" in schema else None


def _unread_bounds(said: Schema, read: Schema, where: str) -> Iterator[Change]:
    for word in _EXACT:
        if word in read and read[word] != said.get(word):
            yield Change(where, word, _shown(said.get(word)), _shown(read[word]))
    for low, high in _SIZES:
        if said.get(low, 0) < read.get(low, 0):
            yield Change(where, low, _shown(said.get(low)), _shown(read[low]))
        if said.get(high, inf) > read.get(high, inf):
            yield Change(where, high, _shown(said.get(high)), _shown(read[high]))
    (least, most), (least_read, most_read) = _range(said), _range(read)
    if least < least_read:
        yield Change(where, "minimum", _bound(least), _bound(least_read))
    if most > most_read:
        yield Change(where, "maximum", _bound(most), _bound(most_read))


Bound = tuple[float, int]  # the second part: 1 above, -1 below the number itself, 0 the number


def _range(schema: Schema) -> tuple[Bound, Bound]:
    """Least and most, as numbers that compare; whole numbers have their next one as a bound."""
    least = max(
        (schema.get("minimum", -inf), 0),
        (schema.get("exclusiveMinimum", -inf), 1),
    )
    most = min(
        (schema.get("maximum", inf), 0),
        (schema.get("exclusiveMaximum", inf), -1),
    )
    if schema.get("type") != "integer":
        return least, most
    if abs(least[0]) != inf:
        least = (floor(least[0]) + 1 if least[1] else ceil(least[0]), 0)
    if abs(most[0]) != inf:
        most = (ceil(most[0]) - 1 if most[1] else floor(most[0]), 0)
    return least, most


def _bound(bound: Bound) -> str:
    number, beside = bound
    if abs(number) == inf:
        return "none"
    return f"{'more' if beside > 0 else 'less'} than {number}" if beside else str(number)


def _map_of(schema: Schema) -> str:
    """How the fields of an object get their names."""
    if "patternProperties" in schema:
        return " or ".join(schema["patternProperties"])
    return "free" if "additionalProperties" in schema else "fixed"


def _presence(schema: Schema, name: str) -> str:
    if name in schema.get("required", ()):
        return "required"
    return "optional" if name in schema.get("properties", ()) else "absent"


def _default(schema: Any) -> str:
    return _shown(schema.get("default") if isinstance(schema, dict) else None)


def _item(schema: Schema, index: int) -> Any:
    listed = schema.get("prefixItems", ())
    return listed[index] if index < len(listed) else schema.get("items", {})


def _type(*alternatives: Schema) -> str:
    return " or ".join(str(schema.get("type", "any")) for schema in alternatives)


def _shown(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
