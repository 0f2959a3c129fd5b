"""Which change of a published event hurts whom: the table is in `changes.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from filrouge_contracts.entry import PARTNER_KINDS
from filrouge_contracts.event import Event
from filrouge_contracts.problems import problems_in
from filrouge_contracts.published import Contract, breaks
from filrouge_contracts.register import Entry, Register

from contracts.tests.changes import (
    BREAKS,
    EARLY,
    HARMLESS,
    LOST,
    OLD,
    TYPE,
    Break,
    Fields,
    N,
    entry,
    event,
)

REMEDY = (
    "Keep it as published, and put fr.filrouge.made.thing-said.v2 beside it: CONTRIBUTING.md,"
    " “Change an event”."
)


def sentences(*versions: Entry) -> list[str]:
    """What is said of the last version when those before it were published."""
    *published, today = versions
    revisions = {TYPE: [Contract.from_json(Contract.of(e).to_json()) for e in published]}
    return list(breaks(revisions, Register((today,))))


def reads(model: type[Event], data: Any, **door: Any) -> bool:
    said = json.dumps(data)
    return not problems_in(lambda: model.__pydantic_validator__.validate_json(said, **door))


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_break_says_what_changed_where_and_whom_it_hurts(change: Break) -> None:
    found = sentences(entry(event(change.old)), entry(event(change.new)))
    assert found == [f"{TYPE}, revision 1: {' '.join((change.what, *change.hurt))} {REMEDY}"]


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_break_is_one(change: Break) -> None:
    old, new = event(change.old), event(change.new)
    if change.lost is not None:
        assert set(change.hurt) & set(OLD)
        assert reads(old, change.lost, extra="forbid")
        assert not reads(new, change.lost, extra="forbid")
        assert reads(new, change.lost) == (LOST not in change.hurt)
    if change.early is not None:
        assert EARLY in change.hurt
        assert reads(new, change.early)
        assert not reads(old, change.early)


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_what_hurts_nobody_is_no_break(old: Fields, new: Fields) -> None:
    assert sentences(entry(event(old)), entry(event(new))) == []


@pytest.mark.parametrize(
    ("then", "now", "what"),
    [
        ({}, {"topic": "other.g1"}, "its topic was made.g1 and is other.g1. It is looked for in"),
        ({}, {"key": "other"}, "its key was thing and is other. It is looked for in vain by"),
        ({}, {"spread": "single"}, "its spread was key and is single. It is looked for in vain by"),
        ({"said_by": ("school", "buyer")}, {}, "it may no longer be said by buyer. Said as before"),
    ],
)
def test_a_type_stays_where_it_is_and_whose_it_is(
    then: dict[str, Any], now: dict[str, Any], what: str
) -> None:
    (found,) = sentences(entry(event(N), **then), entry(event(N), **now))
    assert found.startswith(f"{TYPE}, revision 1: {what}")


@pytest.mark.parametrize("more", [{"said_by": ("school", "buyer")}, {"heard_by": ()}])
def test_more_may_say_it_and_fewer_hear_it(more: dict[str, Any]) -> None:
    assert sentences(entry(event(N)), entry(event(N), **more)) == []


def test_only_those_who_are_hurt_are_named() -> None:
    new = event({**N, "m": (int, ...)})
    inside = {"said_by": ("equipment_orders",), "heard_by": ()}
    (lost,) = sentences(entry(event(N), **inside), entry(new, **inside))
    assert "no longer read rightly by equipment_orders. Keep" in lost
    everybody = {"said_by": ("operator",), "heard_by": tuple(PARTNER_KINDS)}
    (early,) = sentences(entry(new, **everybody), entry(event(N), **everybody))
    assert "earlier releases of every partner. Keep" in early
    assert sentences(entry(event({**N, "m": (int, 0)}), **inside), entry(event(N), **inside)) == []


def test_every_revision_counts_and_not_only_the_last() -> None:
    first, second = event({**N, "m": (int, 0)}), event({**N, "m": (int, 0), "k": (int, 0)})
    third = event({**N, "m": (str, ""), "k": (str, "")})
    found = sentences(entry(first), entry(second), entry(third))
    assert sorted(sentence.partition(", ")[2][:17] for sentence in found) == [
        "revision 1, 2: m:",
        "revision 1, 2: m:",
        "revision 2: k: de",
        "revision 2: k: ty",
    ]


def test_a_field_that_comes_back_as_something_else_is_a_break() -> None:
    inside = {"said_by": ("equipment_orders",)}
    past = [{**N, "m": (int, 0)}, N]
    again = {**N, "m": (str, "a")}
    found = sentences(*(entry(event(fields), **inside) for fields in (*past, again)))
    assert [sentence.split(" ")[3] for sentence in found] == ["m:", "m:"]
    assert all(", revision 1: " in sentence for sentence in found)


def test_a_published_type_that_is_gone_is_a_break() -> None:
    revisions = {TYPE: [Contract.of(entry(event(N)))]}
    (sentence,) = breaks(revisions, Register(()))
    assert sentence.startswith(f"{TYPE} was published and is not in the register any more.")
    assert LOST in sentence
