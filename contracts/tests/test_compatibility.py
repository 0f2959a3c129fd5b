"""What the check does not understand is a break, and what pydantic writes for our events it understands."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from filrouge_contracts.compatibility import unread
from filrouge_contracts.generate import schema_text
from filrouge_contracts.register import REGISTER, Entry

Schema = dict[str, Any]
TEXT = {"type": "string"}


def fields(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties}


def both_ways(one: Schema, other: Schema) -> tuple[list[str], list[str]]:
    """What changed from the one to the other, and back."""
    there, back = unread(one, other), unread(other, one)
    return [change.what for change in there], [change.what for change in back]


@pytest.mark.parametrize(
    ("word", "schema"),
    [
        ("if", {"if": TEXT, "then": {"pattern": "^a"}}),
        ("not", {"type": "string", "not": {"const": "a"}}),
        ("oneOf", {"oneOf": [{"const": 1}, {"const": 2}]}),
        ("allOf", {"allOf": [TEXT]}),
        ("contains", {"type": "array", "contains": TEXT}),
        ("dependentRequired", {"type": "object", "dependentRequired": {"a": ["b"]}}),
        ("additionalProperties", {**fields(a=TEXT), "additionalProperties": False}),
        ("minLength", {"type": "integer", "minLength": 1}),
        ("type", {"type": ["string", "null"]}),
        ("properties", {"properties": {"a": TEXT}}),
        ("anyOf", {"anyOf": [TEXT], "pattern": "^a"}),
        ("anyOf", {"anyOf": []}),
        ("$ref", {"$ref": "#/$defs/Nothing"}),
        ("$ref", {"$ref": "#/$defs/Text", "pattern": "^a"}),
        ("$ref", {"$ref": "other.json"}),
        ("a-word-of-tomorrow", {"type": "string", "a-word-of-tomorrow": 1}),
    ],
)
def test_a_word_that_is_not_understood_is_a_break_both_ways(word: str, schema: Schema) -> None:
    defined = {"$defs": {"Text": TEXT}}
    with_it = fields(n=schema) | defined
    kind = schema.get("type")
    without = fields(n={"type": kind if isinstance(kind, str) else "string"}) | defined
    for found in both_ways(with_it, without):
        assert f"`{word}`, which the check does not understand," in found


def test_never_is_not_taken_for_anything() -> None:
    never, anything = fields(n=False), fields(n=True)
    assert all(both_ways(never, anything))
    assert both_ways(anything, fields(n={})) == ([], [])


def test_a_word_that_is_not_understood_may_stay_as_it_is() -> None:
    strange = {"oneOf": [{"$ref": "#/$defs/Part"}, {"const": 2}]}
    then = fields(n=strange) | {"$defs": {"Part": TEXT}}
    now = fields(n=strange, m=TEXT) | {"$defs": {"Part": {**TEXT, "description": "A part."}}}
    changed = fields(n=strange) | {"$defs": {"Part": {"type": "integer"}}}
    gone = fields(n=strange)
    assert both_ways(then, now) == ([], ["it"])
    assert all(both_ways(then, changed))
    assert all(both_ways(then, gone))


def test_a_definition_within_itself_is_followed_once() -> None:
    def tree(leaf: Schema) -> Schema:
        node = fields(leaf=leaf, parts={"type": "array", "items": {"$ref": "#/$defs/Node"}})
        return {"$ref": "#/$defs/Node", "$defs": {"Node": node}}

    texts, numbers = tree(TEXT), tree({"type": "integer"})
    assert both_ways(texts, deepcopy(texts)) == ([], [])
    assert both_ways(texts, numbers) == (["type"], ["type"])


def test_only_places_that_a_list_can_have_are_compared() -> None:
    def places(*listed: Schema, rest: Schema) -> Schema:
        sizes = {"minItems": len(listed), "maxItems": len(listed)}
        return fields(n={"type": "array", "prefixItems": listed, "items": rest, **sizes})

    number = {"type": "integer"}
    pair, triple = places(TEXT, number, rest=TEXT), places(TEXT, number, number, rest={})
    assert both_ways(pair, triple) == (["minItems"], ["maxItems", "type"])
    assert both_ways(pair, places(TEXT, number, rest=number)) == ([], [])


def test_an_alternative_is_compared_with_the_one_that_comes_closest() -> None:
    part, other = fields(a=TEXT, b=TEXT), fields(c={"type": "integer"})
    part["required"], other["required"] = ["a"], ["c"]
    said, read = fields(n={"anyOf": [part, other]}), fields(n={"anyOf": [other, deepcopy(part)]})
    assert both_ways(said, read) == ([], [])
    read["properties"]["n"]["anyOf"][1]["required"] = ["a", "b"]
    assert [(change.where, change.what) for change in unread(said, read)] == [("n.b", "it")]


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_every_event_can_be_compared_with_its_next_revision(entry: Entry) -> None:
    """An optional field more everywhere, and other names of the definitions."""
    schema: Schema = json.loads(schema_text(entry))
    grown: Schema = json.loads(schema_text(entry).replace("#/$defs/", "#/$defs/Renamed"))
    grown["$defs"] = {f"Renamed{name}": part for name, part in grown.get("$defs", {}).items()}
    for part in (grown, *grown["$defs"].values()):
        if "properties" in part:
            part["properties"]["one_more"] = {"type": "integer", "default": 0}
    assert list(unread(schema, grown)) == []
    assert all(change.at_door for change in unread(grown, schema))
