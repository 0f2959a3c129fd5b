"""An older version is read as the newest one, by one step for each version."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from filrouge_contracts.equipment import NeedDeclared, NeedDeclaredV2
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER, Entry, Register
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

E = TypeVar("E", bound=Event)
EXAMPLES = Path(__file__).parents[1] / "examples"


class ThingSaid(Event):
    """A thing was said in words."""

    words: str


class ThingSaidV2(Event):
    """A thing was said in words that are counted."""

    words: str
    count: int


class ThingSaidV3(Event):
    """A thing was said in words that are not many."""

    words: str
    many: bool


def _entry(model: type[Event], upcast: Callable[[Any], Event] | None = None) -> Entry:
    return Entry(model, "things.g1", "{words}", ("buyer",), (), "silence", "never", upcast=upcast)


FIRST = _entry(ThingSaid, lambda said: ThingSaidV2(words=said.words, count=len(said.words.split())))
SECOND = _entry(ThingSaidV2, lambda said: ThingSaidV3(words=said.words, many=said.count > 2))
THIRD = _entry(ThingSaidV3)


def example(model: type[E]) -> E:
    return model.from_json((EXAMPLES / model.event_type / "good-first-thread.json").read_bytes())


def test_every_older_version_becomes_the_newest_step_by_step() -> None:
    register = Register((FIRST, SECOND, THIRD))
    newest = ThingSaidV3(words="a b c", many=True)
    assert register.readers[FIRST.type].from_json('{"words":"a b c"}') == newest
    assert register.newest(ThingSaidV2(words="a b c", count=3)) == newest
    assert register.newest(newest) is newest
    for model in (ThingSaid, ThingSaidV2, ThingSaidV3):
        assert register.versions[model] == {FIRST.type, SECOND.type, THIRD.type}


def test_a_version_without_upcaster_stays_what_it_is() -> None:
    register = Register((replace(FIRST, upcast=None), SECOND, THIRD))
    assert register.readers[FIRST.type] is ThingSaid
    assert register.versions == {
        ThingSaid: {FIRST.type},
        ThingSaidV2: {SECOND.type, THIRD.type},
        ThingSaidV3: {SECOND.type, THIRD.type},
    }


def test_an_upcaster_needs_a_successor_that_goes_the_same_way() -> None:
    with pytest.raises(ValueError, match=r"thing-said\.v2 is upcast, and no successor"):
        Register((FIRST, SECOND))
    for other in (
        replace(THIRD, topic="others.g1"),
        replace(THIRD, key="{many}"),
        replace(THIRD, spread="single"),
        replace(THIRD, heard_by=("school",)),
    ):
        with pytest.raises(ValueError, match=r"v3 goes another way than .*v2"):
            Register((FIRST, SECOND, other))


@pytest.mark.parametrize("entry", [e for e in REGISTER if e.upcast], ids=lambda entry: entry.type)
def test_what_is_upcast_is_the_next_version_of_the_same_aggregate(entry: Entry) -> None:
    assert entry.upcast is not None
    older = example(entry.model)
    newer = entry.upcast(older)
    assert newer.event_type == f"{entry.type[:-1]}{int(entry.type[-1]) + 1}"
    assert REGISTER.by_model[type(newer)].key_of(newer) == entry.key_of(older)
    assert type(newer).from_json(newer.to_json()) == newer


@given(st.integers(1, 1_000_000))
def test_a_need_without_pupils_is_taken_to_be_one_of_devices(quantity: int) -> None:
    older = json.loads(example(NeedDeclared).to_json()) | {"quantity": quantity}
    newer = REGISTER.readers[NeedDeclared.event_type].from_json(json.dumps(older))
    assert json.loads(newer.to_json()) == older | {
        "pupils_without_device": quantity,
        "pupils_without_connection": 0,
    }


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_nobody_asks_for_more_pieces_than_pupils_lack_something(
    quantity: int, devices: int, connections: int
) -> None:
    said = json.loads(example(NeedDeclaredV2).to_json()) | {
        "quantity": quantity,
        "pupils_without_device": devices,
        "pupils_without_connection": connections,
    }
    if quantity <= devices or quantity <= connections:
        NeedDeclaredV2.from_json(json.dumps(said))
        return
    with pytest.raises(ValidationError, match="more than the"):
        NeedDeclaredV2.from_json(json.dumps(said))
