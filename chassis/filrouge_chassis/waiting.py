"""What was heard too early waits in its aggregate's state until it can be decided or its grace ends.

Lanes race, so unknown is not refused. The event is kept as it was heard, and when the missing thing
is known it goes through the very rule that would have taken it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER

from filrouge_chassis.decider import Context

DAY_SECONDS = 86_400
GRACE_SECONDS = 3 * DAY_SECONDS
"""How long the unknown is waited for, unless the parameter `grace_seconds` says otherwise."""

E = TypeVar("E", bound=Event)


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
        """The event as it was heard."""
        return REGISTER.by_type[self.type].model.from_json(self.data)


def waiting_of(waiting: Iterable[Waiting], model: type[E]) -> list[E]:
    """The events of one type that wait, in the order in which they were heard."""
    return [model.from_json(kept.data) for kept in waiting if kept.type == model.event_type]


def waits(waiting: Iterable[Waiting], model: type[Event], about: str) -> bool:
    return any(kept.type == model.event_type and kept.about == about for kept in waiting)


def without(waiting: tuple[Waiting, ...], model: type[Event], about: str) -> tuple[Waiting, ...]:
    """What still waits once this one was decided."""
    if not waiting:
        return waiting
    name = model.event_type
    return tuple(kept for kept in waiting if kept.type != name or kept.about != about)


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
