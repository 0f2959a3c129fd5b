"""Whenever the check finds nothing, data that one schema allows are valid by the other; tried by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from filrouge_contracts.compatibility import unread
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

Schema = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
WORDS = ("a", "b", "ab", "abc", "")
NAMES = ("x", "y", "z")
PATTERNS = ("^a", "^[ab]*$", "b$")
TRIES = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
SEARCH = settings(TRIES, max_examples=3_000, phases=[Phase.generate], derandomize=True)


def bounds(draw: Draw, low: str, high: str, least: int = 0) -> Schema:
    first, second = draw(st.none() | st.integers(least, 3)), draw(st.none() | st.integers(3, 6))
    found = {low: first, high: second}
    return {word: bound for word, bound in found.items() if bound is not None}


def texts(draw: Draw) -> Schema:
    pattern = draw(st.none() | st.sampled_from(PATTERNS))
    rule = {"pattern": pattern} if pattern else bounds(draw, "minLength", "maxLength")
    return {"type": "string"} | rule


def integers(draw: Draw) -> Schema:
    low = draw(st.sampled_from(["minimum", "exclusiveMinimum"]))
    high = draw(st.sampled_from(["maximum", "exclusiveMaximum"]))
    return {"type": "integer"} | bounds(draw, low, high, least=-3)


def values(draw: Draw) -> Schema:
    some = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)
    return {"type": "string", "enum": draw(some)}


def named(draw: Draw) -> Schema:
    return {"$ref": f"#/$defs/{draw(st.sampled_from(['One', 'Two']))}"}


SIMPLE: tuple[Callable[[Draw], Schema], ...] = (
    texts,
    integers,
    values,
    named,
    lambda _draw: {"type": "boolean"},
    lambda _draw: {},
)


@st.composite
def schemas(draw: Draw, depth: int = 2) -> Schema:
    """A schema of the words that pydantic writes for our models."""
    kinds = ["fields", "map", "array", "tuple", "either", "optional"] * (depth > 0)
    kind = draw(st.sampled_from([*SIMPLE, *kinds]))
    return nested(draw, kind, schemas(depth - 1)) if isinstance(kind, str) else kind(draw)


def nested(draw: Draw, kind: str, inner: st.SearchStrategy[Schema]) -> Schema:
    match kind:
        case "fields":
            return fields(draw, inner)
        case "map":
            return {"type": "object", "additionalProperties": draw(inner)}
        case "array":
            return {"type": "array", "items": draw(inner)} | bounds(draw, "minItems", "maxItems")
        case "tuple":
            listed = draw(st.lists(inner, min_size=1, max_size=2))
            sizes = {"minItems": len(listed), "maxItems": len(listed)}
            return {"type": "array", "prefixItems": listed} | sizes
        case "either":
            return {"anyOf": draw(st.lists(inner, min_size=2, max_size=3))}
    return {"anyOf": [draw(inner), {"type": "null"}], "default": None}


def fields(draw: Draw, inner: st.SearchStrategy[Schema]) -> Schema:
    properties = draw(st.dictionaries(st.sampled_from(NAMES), inner, max_size=3))
    required = [name for name in sorted(properties) if draw(st.booleans())]
    return {"type": "object", "properties": properties, "required": required}


@st.composite
def documents(draw: Draw) -> Schema:
    parts = {name: draw(schemas(0)) for name in ("One", "Two")}
    parts = {name: {} if "$ref" in part else part for name, part in parts.items()}
    return {"$defs": parts, **fields(draw, schemas())}


def one_in(draw: Draw, count: int) -> bool:
    return bool(draw(st.integers(1, count)) == count)


@st.composite
def variants(draw: Draw, old: Any) -> Any:
    """The same but for a few places: a word gone or new, a bound moved, a part in another's place."""
    if isinstance(old, list):
        kept = [draw(variants(part)) for part in old if not one_in(draw, 9)]
        texts = kept and all(isinstance(part, str) for part in kept)
        return [*kept, draw(st.sampled_from(NAMES + WORDS))] if texts and one_in(draw, 6) else kept
    if isinstance(old, int):
        return old + draw(st.integers(-1, 1)) if one_in(draw, 3) else old
    if not isinstance(old, dict):
        return old
    if "type" in old and one_in(draw, 12):
        return draw(schemas(1))
    new = {word: draw(variants(part)) for word, part in old.items() if not one_in(draw, 12)}
    if one_in(draw, 15):
        new["pattern"] = draw(st.sampled_from(PATTERNS))
    return new


@st.composite
def revisions(draw: Draw, old: Schema) -> Schema:
    """A variant of the whole, whose definitions stay defined, and not by themselves."""
    parts = {name: draw(variants(part)) for name, part in old["$defs"].items()}
    parts = {name: {} if "$ref" in str(part) else part for name, part in parts.items()}
    rest = {word: draw(variants(part)) for word, part in old.items() if word != "$defs"}
    return {**rest, "$defs": parts}


@st.composite
def data_of(draw: Draw, schema: Any, document: Schema) -> Any:
    """Something that is likely to be valid."""
    if not isinstance(schema, dict) or not schema:
        return draw(st.sampled_from([None, True, 0, 5, "a", "zz", [], {}, {"x": 1}]))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return draw(data_of(document["$defs"][name], document))
    if "anyOf" in schema:
        return draw(data_of(draw(st.sampled_from(schema["anyOf"])), document))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if schema["type"] == "object":
        return object_of(draw, schema, document)
    if schema["type"] == "array":
        listed = schema.get("prefixItems", [])
        count = draw(st.integers(schema.get("minItems", 0), schema.get("maxItems", 7)))
        items = [*listed, *[schema.get("items")] * (count - len(listed))]
        return [draw(data_of(item, document)) for item in items]
    return draw(DATA[schema["type"]])


DATA: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text("ab", max_size=7) | st.text("abz", max_size=3),
    "integer": st.integers(-5, 8),
    "boolean": st.booleans(),
    "null": st.none(),
}


def object_of(draw: Draw, schema: Schema, document: Schema) -> Any:
    known = schema.get("properties", {})
    if "additionalProperties" in schema:
        known = dict.fromkeys(NAMES, schema["additionalProperties"])
    names = [n for n in known if n in schema.get("required", ()) or draw(st.booleans())]
    return {name: draw(data_of(known[name], document)) for name in names}


@st.composite
def changes(draw: Draw) -> tuple[Schema, Schema, Any]:
    """Two schemas that are much alike, and data that the first one allows."""
    said = draw(documents())
    data = draw(data_of(said, said))
    assume(valid(data, said))
    return said, draw(revisions(said)), data


def valid(data: Any, schema: Any) -> bool:
    return Draft202012Validator(schema).is_valid(data)


def behind_the_door(schema: Any) -> Any:
    """The same, refusing fields that it does not know."""
    if isinstance(schema, list):
        return [behind_the_door(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {word: behind_the_door(part) for word, part in schema.items()}
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        strict["additionalProperties"] = False
    return strict


@TRIES
@given(changes())
def test_when_nothing_is_unread_whatever_is_said_can_be_read(
    change: tuple[Schema, Schema, Any],
) -> None:
    said, read, data = change
    found = list(unread(said, read))
    if all(one.at_door for one in found):
        assert valid(data, read)
    if not found:
        assert valid(data, behind_the_door(read)) or not valid(data, behind_the_door(said))


@pytest.mark.parametrize("rule", ["it", "type"])
def test_the_trials_would_find_a_rule_that_is_left_out(rule: str) -> None:
    def slips_through(change: tuple[Schema, Schema, Any]) -> bool:
        said, read, data = change
        others = [c for c in unread(said, read) if not c.at_door and not c.what.startswith(rule)]
        return not others and not valid(data, read)

    find(changes(), slips_through, settings=SEARCH)


@settings(TRIES, max_examples=50)
@given(documents())
def test_a_schema_reads_itself(schema: Schema) -> None:
    assert list(unread(schema, schema)) == []
    assert list(unread(schema, {**schema, "description": "better words"})) == []
