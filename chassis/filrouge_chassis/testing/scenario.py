"""Given / when / then for one service: what its rules answer, without Kafka, database or clock."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Self

import msgspec
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from msgspec.structs import replace

from filrouge_chassis.decider import Context, Decider, Due, State, kind_of
from filrouge_chassis.records import Record

START = datetime(2020, 5, 4, 8, tzinfo=UTC)


class Scenario:
    """One service in memory. `when` may be said several times; `then` is about the last one."""

    def __init__(self, decider: Decider) -> None:
        self.decider = decider
        self.context = Context(now=START)
        self.said: list[Event] = []
        """What the rules answered to the last `when`."""
        self._states: dict[str, State] = {}

    def at(self, now: str | datetime) -> Self:
        """The last tick, as `2020-05-04T08:00:00Z`."""
        self.context = replace(self.context, now=instant(now))
        return self

    def with_parameters(self, **parameters: int) -> Self:
        self.context = replace(self.context, parameters={**self.context.parameters, **parameters})
        return self

    def with_partners(self, *partners: PartnerRegistered) -> Self:
        known = {**self.context.partners, **{said.partner: said for said in partners}}
        self.context = replace(self.context, partners=known)
        return self

    def given(self, key: str, *own_events: Event) -> Self:
        """The aggregate `key` has said these events before."""
        state = self.state(key)
        for event in own_events:
            state = self.decider.evolve(kind_of(key), state, event)
        self._states[key] = stored(state)
        return self

    def when(self, event: Event, said_at: str | datetime | None = None) -> Self:
        """The event arrives, at the aggregate that its key names, in its newest version; `said_at`: not
        said just now."""
        key, event = REGISTER.by_model[type(event)].key_of(event), REGISTER.newest(event)
        return self._decide(key, event, instant(said_at) if said_at else self.context.now)

    def when_read(self, record: Record) -> Self:
        """A raw record arrives at a service that reads partners' words."""
        assert self.decider.read is not None, f"{self.decider.service} reads no raw records"
        key, event, _trace = self.decider.read(record)
        return self._decide(key, event)

    def when_due(self, key: str, at: str | datetime | None = None) -> Self:
        """A tick at `at` wakes the aggregate; without `at` the tick comes when it is due."""
        due_at = self.state(key).due_at
        assert due_at is not None, f"{key} waits for nothing"
        now = instant(at) if at is not None else due_at
        assert due_at <= now, f"{key} is not due before {due_at.isoformat()}"
        return self.at(now)._decide(key, Due(due_at))

    def then(self, *expected: Event) -> Self:
        """Exactly these events were said, in this order."""
        if self.said != list(expected):
            raise AssertionError(_difference(expected, self.said))
        return self

    def then_nothing(self) -> Self:
        return self.then()

    def then_types(self, *expected: type[Event]) -> Self:
        """Events of these types were said, in this order; for stories whose details others test."""
        said = [type(event).__name__ for event in self.said]
        assert said == [model.__name__ for model in expected], "\n".join(map(shown, self.said))
        return self

    def state(self, key: str) -> Any:
        known = self._states.get(key)
        return self.decider.initial(kind_of(key)) if known is None else known

    def _decide(self, key: str, event: Any, said_at: datetime | None = None) -> Self:
        kind = kind_of(key)
        rule = self.decider.rules.get((kind, type(event)))
        assert rule is not None, f"{self.decider.service} has no rule for {event} at {key}"
        state = self.state(key)
        self.said = []
        for answer in rule(state, event, replace(self.context, key=key, said_at=said_at)):
            state = self.decider.evolve(kind, state, answer)
            self.said.append(carried(answer))
        self._states[key] = stored(state)
        return self


def instant(text: str | datetime) -> datetime:
    moment = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return moment.astimezone(UTC)


def stored(state: State) -> State:
    """The state as it comes back from the database: it must be the same one."""
    back = msgspec.json.decode(msgspec.json.encode(state), type=type(state))
    assert back == state, f"this state changes when it is stored: {state} becomes {back}"
    return back


def carried(event: Event) -> Event:
    """The event as it comes back from Kafka: it must be the same one."""
    back = type(event).from_json(event.to_json())
    assert back == event, f"this event changes when it is sent: {event!r} becomes {back!r}"
    return event


def shown(event: Event) -> str:
    """An event with a line for each field."""
    fields = "".join(f"\n    {name} = {value}" for name, value in event)
    return f"{type(event).__name__}{fields}"


def _difference(expected: Sequence[Event], said: Sequence[Event]) -> str:
    """Both sides as lines: - was expected, + was said."""
    lines = [
        [line for event in events for line in shown(event).splitlines()]
        for events in (expected, said)
    ]
    different = difflib.ndiff(lines[0], lines[1])
    return "not what was expected (- expected, + said):\n" + "\n".join(
        line for line in different if not line.startswith("?")
    )
