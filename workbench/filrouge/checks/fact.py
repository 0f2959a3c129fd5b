"""One record of our own as a check sees it, and what a check finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

Data = Mapping[str, Any]


class Fact(NamedTuple):
    """A record of one of our lanes or of the operator; `data` only where some check wants it."""

    id: str
    source: str
    sequence: int
    subject: str
    kind: str
    name: str
    """`order-placed` of the kind `fr.filrouge.equipment.order-placed.v1`."""
    data: Data
    value: bytes
    at: datetime
    """The last tick that its lane had taken: no decision knows another time."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that must never be, with the ids of the events that show it."""

    rule: str
    sentence: str
    events: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.sentence} ({', '.join(self.events)})"


class Check(Protocol):
    """Takes every fact once, and says at the end what is wrong."""

    wants: frozenset[str]
    """Names of the facts whose data it reads."""
    checked: dict[str, int]
    """Rule → how many things it was held against."""

    def take(self, fact: Fact) -> Iterator[Breach]: ...

    def close(self) -> Iterator[Breach]: ...
