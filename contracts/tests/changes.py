"""Changes of an event's fields: whom each hurts, with data that show it, and those that hurt nobody."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from filrouge_contracts.event import Event, Part
from filrouge_contracts.register import Entry
from filrouge_contracts.values import Instant, OrderId
from pydantic import Field, create_model

TYPE = "fr.filrouge.made.thing-said.v1"
READERS = "equipment_orders and partner_gateway"
LOST = f"Said before, it is no longer read rightly by {READERS}."
REFUSED = "Said as before by school, it is refused or misread."
EARLY = f"Said now, it is not read rightly by earlier releases of {READERS}."
OLD = (LOST, REFUSED)
Fields = dict[str, Any]


class Few(StrEnum):
    A = "a"
    B = "b"


class More(StrEnum):
    B = "b"
    A = "a"
    C = "c"


class Price(Part):
    cents: int


class PriceOfOne(Part):
    cents: int
    item: str


class PriceOrNone(Part):
    cents: int
    item: str | None = None


class Break(NamedTuple):
    """A change, what is said of it, and data: valid before and not now, valid now and not before."""

    old: Fields
    new: Fields
    what: str
    hurt: tuple[str, ...]
    lost: Any = None
    early: Any = None


def at_least(**bounds: Any) -> Any:
    return Annotated[int, Field(**bounds)], ...


def text(**bounds: Any) -> Any:
    return Annotated[str, Field(**bounds)], ...


def one(kind: Any) -> Any:
    return kind, ...


N = {"n": one(int)}
BREAKS = {
    "a required field is added": Break(
        N, {**N, "m": one(int)}, "m: it was absent and is required.", OLD, {"n": 1}
    ),
    "an optional field is required": Break(
        {"m": (int, 0)}, {"m": one(int)}, "m: it was optional and is required.", OLD, {}
    ),
    "a required field is optional": Break(
        {"m": one(int)}, {"m": (int, 0)}, "m: it was required and is optional.", (EARLY,), None, {}
    ),
    "a required field is removed": Break(
        {**N, "m": one(int)},
        N,
        "m: it was required and is absent.",
        (REFUSED, EARLY),
        {"n": 1, "m": 1},
        {"n": 1},
    ),
    "an optional field is removed": Break(
        {**N, "m": (int, 0)},
        N,
        "m: it was optional and is absent.",
        (REFUSED,),
        {"n": 1, "m": 1},
    ),
    "another type": Break(
        N,
        {"n": one(str)},
        "n: type was integer and is string.",
        (*OLD, EARLY),
        {"n": 1},
        {"n": "a"},
    ),
    "null is new": Break(
        N,
        {"n": one(int | None)},
        "n: type was integer and is integer or null.",
        (EARLY,),
        None,
        {"n": None},
    ),
    "null is gone": Break(
        {"n": one(int | None)},
        N,
        "n: type was integer or null and is integer.",
        OLD,
        {"n": None},
    ),
    "one alternative of several is narrower": Break(
        {"n": one(str | Annotated[int, Field(ge=1)])},
        {"n": one(str | Annotated[int, Field(ge=2)])},
        "n: minimum was 1 and is 2.",
        OLD,
        {"n": 1},
    ),
    "a value is new": Break(
        {"n": one(Few)},
        {"n": one(More)},
        'n: the value "c" was unknown and is known.',
        (EARLY,),
        None,
        {"n": "c"},
    ),
    "a value is gone": Break(
        {"n": one(More)},
        {"n": one(Few)},
        'n: the value "c" was known and is unknown.',
        OLD,
        {"n": "c"},
    ),
    "values are listed": Break(
        {"n": one(str)},
        {"n": one(Few)},
        'n: the list of values was none and is "a", "b".',
        OLD,
        {"n": "c"},
    ),
    "a list of values is open": Break(
        {"n": one(Literal["a"])},
        {"n": one(str)},
        'n: the list of values was "a" and is none.',
        (EARLY,),
        None,
        {"n": "c"},
    ),
    "a pattern is new": Break(
        {"n": one(str)},
        {"n": text(pattern="^a$")},
        'n: pattern was none and is "^a$".',
        OLD,
        {"n": "b"},
    ),
    "another pattern": Break(
        {"n": text(pattern="^a$")},
        {"n": text(pattern="^b$")},
        'n: pattern was "^a$" and is "^b$".',
        (*OLD, EARLY),
        {"n": "a"},
        {"n": "b"},
    ),
    "another format": Break(
        {"n": one(date)},
        {"n": one(str)},
        'n: format was "date" and is none.',
        (EARLY,),
        None,
        {"n": "x"},
    ),
    "texts are shorter": Break(
        {"n": text(max_length=3)},
        {"n": text(max_length=2)},
        "n: maxLength was 3 and is 2.",
        OLD,
        {"n": "abc"},
    ),
    "texts may be empty": Break(
        {"n": text(min_length=1)},
        {"n": one(str)},
        "n: minLength was 1 and is none.",
        (EARLY,),
        None,
        {"n": ""},
    ),
    "a maximum is lower": Break(
        {"n": at_least(le=9)},
        {"n": at_least(le=8)},
        "n: maximum was 9 and is 8.",
        OLD,
        {"n": 9},
    ),
    "a maximum is gone": Break(
        {"n": at_least(lt=9)}, N, "n: maximum was 8 and is none.", (EARLY,), None, {"n": 9}
    ),
    "a minimum is lower": Break(
        {"n": at_least(gt=0)},
        {"n": at_least(ge=0)},
        "n: minimum was 1 and is 0.",
        (EARLY,),
        None,
        {"n": 0},
    ),
    "a fraction more": Break(
        {"n": (Annotated[float, Field(gt=0)], ...)},
        {"n": (Annotated[float, Field(ge=0)], ...)},
        "n: minimum was more than 0 and is 0.",
        (EARLY,),
        None,
        {"n": 0.0},
    ),
    "a list must have something in it": Break(
        {"n": one(tuple[int, ...])},
        {"n": (Annotated[tuple[int, ...], Field(min_length=1)], ...)},
        "n: minItems was none and is 1.",
        OLD,
        {"n": []},
    ),
    "more fits into a list": Break(
        {"n": (Annotated[tuple[int, ...], Field(max_length=1)], ...)},
        {"n": (Annotated[tuple[int, ...], Field(max_length=2)], ...)},
        "n: maxItems was 1 and is 2.",
        (EARLY,),
        None,
        {"n": [1, 2]},
    ),
    "a part of a list has a field more": Break(
        {"n": one(tuple[Price, ...])},
        {"n": one(tuple[PriceOfOne, ...])},
        "n[].item: it was absent and is required.",
        OLD,
        {"n": [{"cents": 1}]},
    ),
    "a place in a pair": Break(
        {"n": one(tuple[int, str])},
        {"n": one(tuple[int, int])},
        "n[1]: type was string and is integer.",
        (*OLD, EARLY),
        {"n": [1, "a"]},
        {"n": [1, 1]},
    ),
    "what a map holds": Break(
        {"n": one(dict[str, PriceOfOne])},
        {"n": one(dict[str, Price])},
        "n{}.item: it was required and is absent.",
        (REFUSED, EARLY),
        {"n": {"x": {"cents": 1, "item": "a"}}},
        {"n": {"x": {"cents": 1}}},
    ),
    "a map's names are listed": Break(
        {"n": one(dict[str, int])},
        {"n": one(dict[Few, int])},
        'n{name}: the list of values was none and is "a", "b".',
        OLD,
        {"n": {"c": 1}},
    ),
    "a map's names have a pattern": Break(
        {"n": one(dict[str, int])},
        {"n": one(dict[OrderId, int])},
        "n: naming was free and is ^[A-Z0-9][A-Z0-9-]{0,39}$.",
        (*OLD, EARLY),
        {"n": {"c": 1}},
    ),
    "what a map with such names holds": Break(
        {"n": one(dict[OrderId, int])},
        {"n": one(dict[OrderId, str])},
        "n{}: type was integer and is string.",
        (*OLD, EARLY),
        {"n": {"C": 1}},
        {"n": {"C": "a"}},
    ),
    "what is taken when nothing is said": Break(
        {"n": (int, 0)}, {"n": (int, 1)}, "n: default was 0 and is 1.", (*OLD, EARLY)
    ),
}
HARMLESS = {
    "an optional field": (N, {**N, "m": (int | None, None)}),
    "an optional field of a part": (
        {"n": one(tuple[Price, ...])},
        {"n": one(tuple[PriceOrNone, ...])},
    ),
    "values in another order": ({"n": one(Literal["a", "b"])}, {"n": one(Literal["b", "a"])}),
    "a definition of another name": ({"n": one(Few)}, {"n": one(Literal["a", "b"])}),
    "the same bound in other words": ({"n": at_least(gt=0)}, {"n": at_least(ge=1)}),
    "alternatives in another order": ({"n": one(int | str)}, {"n": one(str | int)}),
    "a description": (N, {"n": (int, Field(description="How many."))}),
    "nothing": ({"n": one(Instant), "m": (Any, None)}, {"n": one(Instant), "m": (Any, None)}),
}


def event(fields: Fields) -> type[Event]:
    """The class of `thing-said` with these fields."""
    made: Any = create_model  # its overloads know no fields from a dictionary
    model: type[Event] = made("ThingSaid", __base__=Event, __module__="x.made", **fields)
    model.__doc__ = "A thing was said."
    return model


def entry(model: type[Event], **changes: Any) -> Entry:
    usual = {"said_by": ("school",), "heard_by": ("equipment_orders",)}
    rest = {"topic": "made.g1", "key": "thing", "next_step": "silence", "within": "never"}
    return Entry(model, **{**rest, **usual, **changes})
