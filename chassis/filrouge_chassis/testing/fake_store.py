"""A database in memory with the same promises as PostgreSQL, and the same ways to fail."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from filrouge_chassis.errors import LaneLost, LaneStopped, Transient
from filrouge_chassis.lane_row import LaneRow, decode_row, encode_row
from filrouge_chassis.store import Loaded, OutboxRow, StoredState

Turn = Callable[[str], Awaitable[None]]
"""Called before and after each operation: other tasks may run then, and it may raise Transient."""


async def no_turn(_place: str) -> None:
    """Nothing happens between operations."""


@dataclass
class FakeDatabase:
    """What is durable. `snapshot` and `restore` are a backup and its return."""

    lanes: dict[int, tuple[str, str, bytes]] = field(default_factory=dict)
    states: dict[tuple[str, int, str], StoredState] = field(default_factory=dict)
    outbox: dict[tuple[int, int], OutboxRow] = field(default_factory=dict)
    epoch: int = 0  # raised when connections are cut
    listeners: list[Callable[[], None]] = field(default_factory=list, compare=False)

    def snapshot(self) -> FakeDatabase:
        return FakeDatabase(*copy.deepcopy((self.lanes, self.states, self.outbox)))

    def restore(self, backup: FakeDatabase | None = None) -> None:
        """Puts an older copy in place (None: an empty database); open connections are cut."""
        older = FakeDatabase() if backup is None else backup.snapshot()
        self.lanes, self.states, self.outbox = older.lanes, older.states, older.outbox
        self.cut()

    def cut(self) -> None:
        """Every connection ends."""
        self.epoch += 1
        for listener in self.listeners:
            listener()


class FakeLaneStore:
    """The lane store on a FakeDatabase."""

    def __init__(self, database: FakeDatabase, lane: int, shape: str, turn: Turn = no_turn) -> None:
        self._database, self._lane, self._shape, self._turn = database, lane, shape, turn
        self._epoch: int | None = None
        self.on_lost: Callable[[], None] = lambda: None
        database.listeners.append(self._ended)

    def _ended(self) -> None:
        if self._epoch is not None:
            self.on_lost()

    def raise_if_lost(self) -> None:
        if self._epoch != self._database.epoch:
            raise Transient("the connection has ended")

    async def load(self) -> Loaded:
        await self._turn("load")
        self._epoch = self._database.epoch
        found = self._database.lanes.get(self._lane)
        if found is None:
            return Loaded()
        version, shape, body = found
        rows = sorted(
            (first, row)
            for (lane, first), row in self._database.outbox.items()
            if lane == self._lane
        )
        return Loaded(version, shape, decode_row(body), [row for _, row in rows])

    async def states(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        await self._turn("states")
        self._check_connection()
        self._check_keys(keys)
        found = {key: self._database.states.get((self._shape, self._lane, key)) for key in keys}
        return {key: state.body for key, state in found.items() if state is not None}

    async def due(
        self, until_us: int, after: tuple[int, str], at_most: int
    ) -> Sequence[tuple[int, str]]:
        await self._turn("due")
        self._check_connection()
        due = sorted(
            (state.due_us, state.key)
            for (shape, lane, _), state in self._database.states.items()
            if (shape, lane) == (self._shape, self._lane)
            and state.due_us is not None
            and state.due_us <= until_us
        )
        return [place for place in due if place > after][:at_most]

    async def commit(
        self,
        version: str,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: OutboxRow,
        acknowledged: int,
    ) -> str:
        await self._turn("commit")
        self._check(version, states)
        if (self._lane, outbox.first_sequence) in self._database.outbox:
            self._epoch = None
            raise Transient(
                f"lane {self._lane}: outbox row {outbox.first_sequence} is there already"
            )
        new = self._swap(row, states)
        self._delete(acknowledged)
        self._database.outbox[self._lane, outbox.first_sequence] = outbox
        await self._turn("committed")
        self._check_connection()
        return new

    async def forget(self, version: str, acknowledged: int) -> None:
        await self._turn("forget")
        self._check_connection()
        found = self._database.lanes.get(self._lane)
        if found is not None and found[0] == version:
            self._delete(acknowledged)

    async def replace(
        self,
        version: str | None,
        row: LaneRow,
        states: Sequence[StoredState],
        outbox: Sequence[OutboxRow],
    ) -> str:
        await self._turn("replace")
        self._check(version, states)
        mine = (self._shape, self._lane)
        for place in [place for place in self._database.states if place[:2] == mine]:
            del self._database.states[place]
        self._delete(2**62)
        new = self._swap(row, states)
        for part in outbox:
            self._database.outbox[self._lane, part.first_sequence] = part
        await self._turn("replaced")
        self._check_connection()
        return new

    async def close(self) -> None:
        self._epoch = None

    def _check(self, version: str | None, states: Sequence[StoredState]) -> None:
        """Raises before anything is written."""
        self._check_connection()
        self._check_keys([state.key for state in states])
        found = self._database.lanes.get(self._lane)
        if (None if found is None else found[0]) != version:
            raise LaneLost(f"lane {self._lane}: another instance owns it; load the lane again")

    def _check_keys(self, keys: Sequence[str]) -> None:
        """PostgreSQL has no NUL in a text, and no surrogates."""
        for key in keys:
            if "\0" in key or any("\ud800" <= character <= "\udfff" for character in key):
                self._epoch = None
                raise LaneStopped(f"lane {self._lane}: the database can never hold the key {key!r}")

    def _swap(self, row: LaneRow, states: Sequence[StoredState]) -> str:
        new = str(uuid.uuid4())
        self._database.lanes[self._lane] = (new, self._shape, encode_row(row))
        for state in states:
            self._database.states[self._shape, self._lane, state.key] = state
        return new

    def _delete(self, acknowledged: int) -> None:
        for lane, first in list(self._database.outbox):
            if lane == self._lane and first <= acknowledged:
                del self._database.outbox[lane, first]

    def _check_connection(self) -> None:
        if self._epoch is None:
            raise LaneLost("the connection was lost; load the lane again")
        if self._epoch != self._database.epoch:
            self._epoch = None
            raise Transient("the connection was cut")
