"""What is heard before it can be decided: it waits where it belongs, and anybody can see it wait."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from filrouge_contracts.event import Event
from filrouge_contracts.values import Instant


class EventHeld(Event):
    """An aggregate keeps what it heard too early until it can be decided, or until due_at."""

    key: Annotated[str, Field(min_length=1, max_length=512)]
    """Of the aggregate that keeps it."""
    held_type: str
    about: str
    """What it is about, unique among those of its type that wait here: a delivery note, an order."""
    data: str
    """The event's JSON as it was heard."""
    due_at: Instant
