"""What a service is: pure rules and evolutions; everything else is the chassis' business."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER, Reader

from filrouge_chassis.records import Record

State = Any  # a frozen msgspec.Struct of the service
Rule = Callable[[Any, Any, "Context"], Iterable[Event]]
Evolution = Callable[[Any, Any], Any]
Evolutions = Mapping[tuple[str, type[Event]], Evolution]
Read = Callable[[Record], tuple[str, Any, str | None]]


class Context(msgspec.Struct, frozen=True):
    """What a rule may know besides its aggregate: the last tick and what control had said by then.

    `said_at` is the last tick of who said the event: for a fact, when the gateway admitted it. It is
    what a deadline is held against, since a fact may arrive after a tick that it was said before.

    A Struct, because every decision has one of its own, with its key.
    """

    now: datetime
    key: str = ""
    said_at: datetime | None = None
    parameters: Mapping[str, int] = {}
    partners: Mapping[str, PartnerRegistered] = {}
    rule_versions: Mapping[str, int] = {}

    @property
    def name(self) -> str:
        """`O-075-0001` of the key `order:O-075-0001`."""
        return self.key.partition(":")[2]

    def parameter(self, name: str, default: int) -> int:
        """Value in force at `now`, in the unit that the parameter's name ends with."""
        return self.parameters.get(name, default)

    def rule_version(self, rule: str) -> int:
        """Version of a rule in force at `now`; 1 until control starts another."""
        return self.rule_versions.get(rule, 1)


class Contradiction(Exception):
    """Another service says what cannot be, for what was promised or asked: a defect, so it is parked."""


@dataclass(frozen=True, slots=True)
class Due:
    """The clock has reached the aggregate's `due_at`."""

    at: datetime


def unchanged(state: State, _event: object) -> State:
    """Evolution of an event that asks or tells somebody else and leaves its own aggregate as it was."""
    return state


def kind_of(key: str) -> str:
    """`order` of `order:O-075-0001`: the kind of aggregate a key names."""
    return key.partition(":")[0]


@dataclass(frozen=True)
class Decider:
    """The rules of one service as tables.

    `states`: kind of aggregate → its frozen Struct, whose defaults are the initial state.
    `rules`: (kind, event or Due) → rule. `evolutions`: (kind, event) → evolution; missing = error.
    `shape`: raised when an evolution changes its meaning; the Structs' own schema is part of the
    fingerprint anyway. `read`: how a raw record becomes (key, event, traceparent), for the partners' door only;
    without it records are facts from our own lanes.
    """

    service: str
    states: Mapping[str, type[msgspec.Struct]]
    rules: Mapping[tuple[str, type[Any]], Rule]
    evolutions: Evolutions
    shape: int = 1
    read: Read | None = None

    def __post_init__(self) -> None:
        """Raises ValueError if the tables and the register do not agree: at import, before any event."""
        for kind, model in (*self.rules, *self.evolutions):
            if kind not in self.states:
                raise ValueError(f"{self.service}: {kind} has rules but no shape in `states`")
            if model is not Due and self.read is None and model not in REGISTER.by_model:
                raise ValueError(f"{self.service}: {model.__name__} is not in the register")
        for _kind, model in self.evolutions:
            if self.service not in REGISTER.by_model[model].written_by:
                raise ValueError(
                    f"{self.service} evolves by {model.__name__}, the register lets it not say that:"
                    " correct `said_by` there, or the table"
                )
        for _kind, model in self.rules:
            if self.read is None and model is not Due:
                self._check_heard(model)

    def _check_heard(self, model: type[Event]) -> None:
        entry = REGISTER.by_model[model]
        if self.service not in entry.heard_by:
            raise ValueError(
                f"{self.service} has a rule for {model.__name__}, the register lets it not hear"
                " that: correct `heard_by` there, or the table"
            )
        if entry.upcast is not None:
            raise ValueError(
                f"{self.service} has a rule for {model.__name__}, which is read as its successor:"
                " give the rule to that one"
            )

    @property
    def heard(self) -> dict[str, Reader]:
        """Type name → what reads the events that some rule takes, older versions of them too."""
        models = {model for _, model in self.rules if model is not Due and self.read is None}
        return {
            name: REGISTER.readers[name] for model in models for name in REGISTER.versions[model]
        }

    def initial(self, kind: str) -> State:
        return self.states[kind]()

    def evolve(self, kind: str, state: State, event: Event) -> State:
        """Raises KeyError for an event that this kind of aggregate never says. What it said in an older
        version counts as the newest, unless the table still has a row for it."""
        evolution = self.evolutions.get((kind, type(event)))
        if evolution is None:
            event = REGISTER.newest(event)
            evolution = self.evolutions.get((kind, type(event)))
        if evolution is None:
            said = type(event).__name__
            raise KeyError(f"{self.service}: {kind} has no evolution for {said}")
        return evolution(state, event)

    def fingerprint(self) -> str:
        """Name of the shape: `1_ab12cd34`, the same for every release that reads the same states."""
        schemas, components = msgspec.json.schema_components(
            [self.states[kind] for kind in sorted(self.states)], ref_template="{name}"
        )
        text = msgspec.json.encode([sorted(self.states), schemas, components], order="sorted")
        return f"{self.shape}_{hashlib.sha256(text).hexdigest()[:8]}"
