"""Several services in memory, talking until all is quiet: threads as a whole, in any order of arrival.

Like the lanes, it keeps the order of what one producing lane says to one aggregate on one topic, and no
other order; `chance` decides among everything that could arrive next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, NamedTuple, TypeVar

from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from msgspec.structs import replace

from filrouge_chassis.decider import Context, Decider, Due, State, kind_of
from filrouge_chassis.partitioner import partition_of
from filrouge_chassis.records import Record
from filrouge_chassis.testing.scenario import START, carried, instant, stored

LANES = 4
E = TypeVar("E", bound=Event)


class Said(NamedTuple):
    """One event of the conversation, the aggregate that decided it, and the last tick by then."""

    service: str
    subject: str
    event: Event
    at: datetime


class _Way(NamedTuple):
    """From one producing lane on one topic to one aggregate of one service: here order is kept."""

    producer: str
    topic: str
    service: str
    key: str


class Conversation:
    """Connects deciders by the register. Without `chance` everything arrives in the order it was said."""

    def __init__(self, *deciders: Decider, chance: Random | None = None) -> None:
        self.context = Context(now=START)
        self.said: list[Said] = []
        self._deciders = {decider.service: decider for decider in deciders}
        self._chance = chance
        self._states: dict[tuple[str, str], State] = {}
        self._under_way: dict[_Way, deque[tuple[Any, datetime]]] = {}
        self._arrivals: list[_Way] = []

    # --- the world around ------------------------------------------------------------------------

    def with_parameters(self, **parameters: int) -> None:
        self.context = replace(self.context, parameters={**self.context.parameters, **parameters})

    def with_partners(self, *partners: PartnerRegistered) -> None:
        known = {**self.context.partners, **{said.partner: said for said in partners}}
        self.context = replace(self.context, partners=known)

    def say(self, *events: Event, by: str = "") -> None:
        """Facts that a gateway admitted; one partner's stay in order, those of nobody do not."""
        for event in events:
            self._send(by or f"{type(event).__name__} {len(self._arrivals)}", event)

    def hand_in(self, record: Record) -> None:
        """A partner's own record, for the services that read such."""
        for decider in self._deciders.values():
            if decider.read is not None:
                self._put(_Way("partner", record.topic, decider.service, record.topic), record)

    @property
    def under_way(self) -> int:
        """How many events have been said and not arrived yet."""
        return len(self._arrivals)

    def settle(self, at_most: int = 1_000_000) -> None:
        """Delivers until nothing is under way."""
        for _ in range(at_most):
            if not self._arrivals:
                return
            self.step()
        raise AssertionError(f"not quiet after {at_most} deliveries")

    def step(self) -> None:
        """Delivers one event."""
        index = self._chance.randrange(len(self._arrivals)) if self._chance else 0
        way = self._arrivals.pop(index)
        event, said_at = self._under_way[way].popleft()
        decider = self._deciders[way.service]
        key, lane = way.key, ""
        if decider.read is not None:
            key, event, _trace = decider.read(event)
            lane = way.key  # of the partner, whose words stay in their order
        self._decide(decider, key, event, said_at, lane)

    def tick(self, at: str | datetime, settled: bool = True) -> None:
        """The clock moves and wakes what is due; not `settled`: while answers are still under way."""
        if settled:
            self.settle()
        self.context = replace(self.context, now=instant(at))
        for service, key, due_at in sorted(self._due(), key=lambda due: (due[0], due[2], due[1])):
            self._decide(self._deciders[service], key, Due(due_at))
        if settled:
            self.settle()

    # --- what came of it -------------------------------------------------------------------------

    def state(self, service: str, key: str) -> Any:
        known = self._states.get((service, key))
        return self._deciders[service].initial(kind_of(key)) if known is None else known

    def states(self, service: str, kind: str) -> dict[str, Any]:
        return {
            key: state
            for (owner, key), state in self._states.items()
            if owner == service and kind_of(key) == kind
        }

    def of(self, model: type[E]) -> list[E]:
        """Every event of this type, in the order it was decided."""
        return [said.event for said in self.said if isinstance(said.event, model)]

    def overdue(self) -> list[tuple[str, str]]:
        """Service and key of aggregates whose due time the last tick has passed."""
        return [(service, key) for service, key, _ in self._due()]

    # --- inside ----------------------------------------------------------------------------------

    def _due(self) -> Iterator[tuple[str, str, datetime]]:
        for (service, key), state in self._states.items():
            due_at = getattr(state, "due_at", None)
            if due_at is not None and due_at <= self.context.now:
                yield service, key, due_at

    def _send(self, producer: str, event: Event) -> None:
        entry = REGISTER.by_model[type(event)]
        key, event = entry.key_of(event), REGISTER.newest(event)
        for service in entry.heard_by:
            decider = self._deciders.get(service)
            if decider is not None and (kind_of(key), type(event)) in decider.rules:
                self._put(_Way(producer, entry.topic, service, key), event)

    def _put(self, way: _Way, event: Any) -> None:
        self._under_way.setdefault(way, deque()).append((event, self.context.now))
        self._arrivals.append(way)

    def _decide(
        self,
        decider: Decider,
        key: str,
        event: Any,
        said_at: datetime | None = None,
        lane: str = "",
    ) -> None:
        kind = kind_of(key)
        state = self.state(decider.service, key)
        rule = decider.rules[kind, type(event)]
        answers = []
        for answer in rule(state, event, replace(self.context, key=key, said_at=said_at)):
            state = decider.evolve(kind, state, answer)
            answers.append(carried(answer))
        self._states[decider.service, key] = stored(state)
        producer = f"{decider.service}/{lane or partition_of(key, LANES)}"
        for answer in answers:
            self.said.append(Said(decider.service, key, answer, self.context.now))
            self._send(producer, answer)
