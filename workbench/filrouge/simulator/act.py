"""A part of the play: its people speak and read, and it keeps books of its own on what they said.

An act knows nothing of the others. Its books know nothing of events, lanes or time: they hear what was
accepted, in order, and reckon at the end; so they can only agree with the services if these lost nothing,
did nothing twice, and decided alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from filrouge.simulator.words import Word

Data = Mapping[str, Any]


class Reader(Protocol):
    """Takes events of the stream, by their type; a record may come twice where partners read live."""

    @property
    def wants(self) -> frozenset[str]:
        """Types whose data it needs."""
        ...

    def take(self, kind: str, data: Data) -> None: ...


class Act(Reader, Protocol):
    """Its people read live what they need to know to go on."""

    @property
    def open(self) -> int:
        """Stories that have not come to their end."""
        ...

    @property
    def stories(self) -> int: ...

    def words(self, day: int) -> Iterator[Word]:
        """What is said on this day; of one partner in the order in which it says it."""
        ...

    def hear(self, name: str, data: Data) -> None:
        """Its books hear every accepted word, also those of other acts."""
        ...

    def ledger(self) -> Reader:
        """Empty; to be filled with every event of the stream, each once."""
        ...

    def differences(self, ledger: Any) -> Iterator[str]:
        """Between the books and a ledger of this act, each in a sentence."""
        ...
