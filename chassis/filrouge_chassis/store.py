"""What a lane asks of its database. PostgreSQL and the fake of the tests pass the same suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from filrouge_chassis.lane_row import LaneRow


@dataclass(frozen=True, slots=True)
class StoredState:
    """An aggregate's state, encoded, and when the clock shall wake it (µs since 1970)."""

    key: str
    body: bytes
    due_us: int | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One batch to publish: the journal record and its events, encoded once."""

    first_sequence: int
    journal: bytes
    events: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """One consistent snapshot of a lane. `version` is None if the lane has no row yet."""

    version: str | None = None
    shape: str = ""
    row: LaneRow = field(default_factory=LaneRow)
    outbox: Sequence[OutboxRow] = ()


class LaneStore(Protocol):
    """The durable side of one lane. Every method may raise Transient; writes raise LaneLost when
    another instance has swapped the lane row, or when nobody knows whether COMMIT took effect.
    What the database can never hold (a NUL in a key) raises LaneStopped."""

    on_lost: Callable[[], None]
    """Called when the connection ends by itself: an idle lane hears of a lost database at once."""

    def raise_if_lost(self) -> None:
        """Raises Transient if the connection of the last load has ended; asks nobody."""
        ...

    async def load(self) -> Loaded:
        """Lane row and outbox of one snapshot; also connects, and creates the tables if need be."""
        ...

    async def states(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Encoded states of the keys that have one."""
        ...

    async def due(
        self, until_us: int, after: tuple[int, str], at_most: int
    ) -> Sequence[tuple[int, str]]:
        """(due, key) beyond `after` and not later than `until_us`, in that order."""
        ...

    async def commit(
        self,
        version: str,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: OutboxRow,
        acknowledged: int,
    ) -> str:
        """One statement: swap the lane row, write the states and the outbox row, delete outbox rows
        whose first sequence is at most `acknowledged`. Returns the new version."""
        ...

    async def forget(self, version: str, acknowledged: int) -> None:
        """Deletes acknowledged outbox rows while the lane is idle."""
        ...

    async def replace(
        self,
        version: str | None,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: Sequence[OutboxRow],
    ) -> str:
        """Puts rebuilt states and row in place of what is there (None: of nothing), in one
        transaction. Returns the new version."""
        ...

    async def close(self) -> None: ...
