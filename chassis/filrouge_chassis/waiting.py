"""What was heard too early waits in its aggregate's state until it can be decided or its grace ends.

Lanes race, so unknown is not refused. The event is kept as it was heard, and when the missing thing
is known it goes through the very rule that would have taken it:

    rule       yield hold(context, event, about)          evolution  (kind, EventHeld): held
    later      yield from in_turn(state, waiting_of(state.waiting, Model), rule, evolve)
    evolution  let_go(state, Model, about), in whatever decides it
    by clock   for event in overdue(state, context.now): its refusal
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from filrouge_chassis.decider import Context

DAY_SECONDS = 86_400
GRACE_SECONDS = 3 * DAY_SECONDS
"""How long the unknown is waited for, unless the parameter `grace_seconds` says otherwise."""

E = TypeVar("E", bound=Event)
S = TypeVar("S", bound="Holder")
T = TypeVar("T")


class Waiting(msgspec.Struct, frozen=True):
    """An event that waits, what it is about (unique among those of its type), and its deadline."""

    type: str
    about: str
    data: str
    due_at: datetime

    @classmethod
    def of(cls, event: Event, about: str, due_at: datetime) -> Waiting:
        return cls(event.event_type, about, event.to_json().decode(), due_at)

    def event(self) -> Event:
        """The event as it was heard, in its newest version."""
        return REGISTER.readers[self.type].from_json(self.data)


class Holder(msgspec.Struct, frozen=True, omit_defaults=True):
    """A state in which events can wait; the clock wakes it at the first of its deadlines."""

    waiting: tuple[Waiting, ...] = ()
    due_at: datetime | None = None

    def deadlines(self) -> Iterable[datetime | None]:
        """Those it has besides those of what waits; to be said by the aggregate that has some."""
        return ()


def hold(context: Context, event: Event, about: str, due_at: datetime | None = None) -> EventHeld:
    """What a rule answers to an event that it cannot decide yet; by default for the usual grace."""
    return EventHeld(
        key=context.key,
        held_type=event.event_type,
        about=about,
        data=event.to_json().decode(),
        due_at=due_at or grace_ends(context),
    )


def held(state: S, event: EventHeld) -> S:
    """Evolution of EventHeld; what waited under the same name is replaced."""
    model = REGISTER.by_type[event.held_type].model
    kept = Waiting(event.held_type, event.about, event.data, event.due_at)
    return timed(replace(state, waiting=(*without(state.waiting, model, event.about), kept)))


def let_go(state: S, model: type[Event], about: str) -> S:
    """The state once this event is decided, whether it has waited or not."""
    if not state.waiting:
        return state
    return timed(replace(state, waiting=without(state.waiting, model, about)))


def timed(state: S) -> S:
    """The same, to be woken at its first deadline."""
    return replace(state, due_at=first_due(state.waiting, *state.deadlines()))


def overdue(state: Holder, now: datetime) -> list[Event]:
    """What has waited until its grace ended, oldest first."""
    return [kept.event() for kept in state.waiting if kept.due_at <= now]


def in_turn(
    state: T,
    events: Iterable[E],
    rule: Callable[[T, E], Iterable[Event]],
    evolve: Callable[[T, Event], T],
) -> Generator[Event, None, T]:
    """Each event through the rule, each seeing what the one before left; returns the last state."""
    for event in events:
        for answer in rule(state, event):
            yield answer
            state = evolve(state, answer)
    return state


def waiting_of(waiting: Iterable[Waiting], model: type[E]) -> list[E]:
    """The events of one type that wait, in the order in which they were heard."""
    names = REGISTER.versions[model]
    return [kept.event() for kept in waiting if kept.type in names]  # type: ignore[misc]


def waits(waiting: Iterable[Waiting], model: type[Event], about: str) -> bool:
    names = REGISTER.versions[model]
    return any(kept.type in names and kept.about == about for kept in waiting)


def without(waiting: tuple[Waiting, ...], model: type[Event], about: str) -> tuple[Waiting, ...]:
    """What still waits once this one was decided."""
    if not waiting:
        return waiting
    names = REGISTER.versions[model]
    return tuple(kept for kept in waiting if kept.type not in names or kept.about != about)


def first_due(waiting: Iterable[Waiting], *others: datetime | None) -> datetime | None:
    """When the clock has to wake an aggregate with these deadlines."""
    moments = [kept.due_at for kept in waiting]
    moments += [moment for moment in others if moment is not None]
    return min(moments, default=None)


def later(context: Context, parameter: str, default_seconds: int) -> datetime:
    """The last tick plus a delay that control may set."""
    return context.now + timedelta(seconds=context.parameter(parameter, default_seconds))


def grace_ends(context: Context) -> datetime:
    return later(context, "grace_seconds", GRACE_SECONDS)
