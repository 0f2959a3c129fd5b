"""The tables of a service and the register are held against each other before any event is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from filrouge_chassis.decider import Context, Decider, Due, kind_of, unchanged
from filrouge_chassis.testing import toy
from filrouge_contracts.budget import CommitmentAccepted
from filrouge_contracts.equipment import OrderCompleted, OrderRequested
from filrouge_contracts.event import Event


class Unregistered(Event):
    """Nobody says it."""


class Longer(msgspec.Struct, frozen=True):
    """An order with a field more."""

    status: str = "new"
    quantity: int = 0
    due_at: None = None
    note: str = ""


@pytest.mark.parametrize(
    ("table", "entry", "reason"),
    [
        ("rules", ("order", OrderCompleted), "has a rule for OrderCompleted, the register"),
        ("rules", ("ordre", OrderRequested), "ordre has rules but no shape"),
        ("rules", ("ordre", Due), "ordre has rules but no shape"),
        ("rules", ("order", Unregistered), "Unregistered is not in the register"),
        (
            "evolutions",
            ("order", CommitmentAccepted),
            "evolves by CommitmentAccepted, the register",
        ),
        ("evolutions", ("ordre", OrderCompleted), "ordre has rules but no shape"),
        ("evolutions", ("order", Unregistered), "Unregistered is not in the register"),
    ],
)
def test_a_table_that_the_register_contradicts_is_refused(
    table: str, entry: tuple[str, type[Any]], reason: str
) -> None:
    changed: Any = {table: {**getattr(toy.ORDERS, table), entry: unchanged}}
    with pytest.raises(ValueError, match=f"equipment_orders.*{reason}"):
        replace(toy.ORDERS, **changed)


def test_an_event_that_an_aggregate_never_says_is_an_error_with_a_name() -> None:
    with pytest.raises(KeyError, match="order has no evolution for OrderRequested"):
        toy.ORDERS.evolve("order", toy.Order(), toy.order_requested(1))


def test_what_is_heard_is_what_some_rule_takes() -> None:
    models = {model for _, model in toy.ORDERS.rules if model is not Due}
    assert toy.ORDERS.heard == {model.event_type: model for model in models}


def test_the_shape_is_named_after_number_and_fields_and_nothing_else() -> None:
    name = toy.ORDERS.fingerprint()
    assert name.startswith("1_")
    assert replace(toy.ORDERS, rules={}).fingerprint() == name
    assert replace(toy.ORDERS, shape=2).fingerprint() == name.replace("1_", "2_", 1)
    assert replace(toy.ORDERS, states={"order": Longer}).fingerprint() != name
    both: dict[str, type[msgspec.Struct]] = {"order": toy.Order, "line": toy.Line}
    turned = dict(reversed(both.items()))
    assert (
        replace(toy.ORDERS, states=both).fingerprint()
        == replace(toy.ORDERS, states=turned).fingerprint()
    )


@pytest.mark.parametrize(
    ("key", "kind"),
    [("order:O-1", "order"), ("said:urn:x:1", "said"), ("clock", "clock"), ("", "")],
)
def test_a_key_begins_with_the_kind_of_its_aggregate(key: str, kind: str) -> None:
    assert kind_of(key) == kind


def test_parameters_and_versions_have_defaults() -> None:
    context = Context(now=toy.START, parameters={"delay_days": 3}, rule_versions={"match": 2})
    assert [context.parameter(name, 9) for name in ("delay_days", "other")] == [3, 9]
    assert [context.rule_version(name) for name in ("match", "other")] == [2, 1]


def test_a_door_needs_no_register_for_what_it_reads() -> None:
    def read(_record: object) -> tuple[str, object, str | None]:
        return "said:1", "word", None

    door = Decider("partner_gateway", {"said": Longer}, {("said", str): toy.request}, {}, read=read)
    assert door.heard == {}
