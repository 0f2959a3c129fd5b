"""What became of a partner's event: the answer that every partner gets for every record."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from filrouge_contracts.event import Event, Part
from filrouge_contracts.values import PartnerId

EventSource = Annotated[
    str, StringConstraints(pattern=r"^urn:filrouge:partner:[a-z0-9][a-z0-9-]{0,39}$")
]
"""Without a slash, so that `said:{event_source}/{event_id}` is read in one way only."""


class Position(Part):
    """Where the partner's own words stand, for ever."""

    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]


class VerdictGiven(Event):
    """The gateway answers a partner: accepted, duplicate, conflict or refused, why, and what to do."""

    partner: PartnerId
    event_source: EventSource
    event_id: Annotated[str, Field(min_length=1, max_length=256)]
    """Of a record without a readable id: `<partition>/<offset>` of its position."""
    said_type: str | None = None
    """The type as the partner wrote it, when it could be read."""
    outcome: Literal["accepted", "duplicate", "conflict", "refused"]
    rule: str
    detail: str
    remedy: str
    payload_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    position: Position
    admitted_id: str | None = None
    """Id under which the fact was passed on, when it was accepted."""
