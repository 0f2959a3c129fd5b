"""What happens to the archive itself: who was given a record, whose words were erased, what was put back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from filrouge_contracts.event import Event
from filrouge_contracts.values import Instant
from filrouge_contracts.verdicts import Position

Words = Annotated[str, Field(min_length=1, max_length=200)]


class AccessRecorded(Event):
    """Somebody was given the receipt of a record, with the record in it."""

    reader: Words
    """As the proxy that knew them named them: an account, not a person's name."""
    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    accessed_at: Instant


class RecordErased(Event):
    """The operator has a record's words erased from the archive; its leaf and every proof stay."""

    erased_by: Words
    """An account or an office, not a person's name."""
    ground: Words
    """The legal ground, as `GDPR, article 17(1)(d)`."""
    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    copies: tuple[Position, ...] = ()
    """Where the same words stand again: the record was parked, or re-driven."""
    erased_at: Instant


class StreamRestored(Event):
    """The operator has put the archived stream back into a Kafka that had lost it.

    Before this event lie the same records as before, at the same offsets and times.
    """

    restored_by: Words
    """An account or an office, not a person's name."""
    archive: Words
    """The name that it signs under."""
    commits: Annotated[int, Field(ge=0)]
    """How many of its manifest were there: what was said after the last of them is lost."""
    records: Annotated[int, Field(ge=0)]
    erased: Annotated[int, Field(ge=0)]
    """In place of how many of them Kafka has none of their words."""
    restored_at: Instant
