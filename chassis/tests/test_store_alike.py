"""Whatever a lane does, in whatever order: the fake database answers as PostgreSQL does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from filrouge.stack import Stack
from filrouge_chassis.errors import FilrougeError
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.store import LaneStore, OutboxRow, StoredState
from filrouge_chassis.testing.sites import FakeSite, PostgresSite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Step = tuple[Any, ...]

KEYS = st.sampled_from(["a", "B", "é", "🧵", "a'"])
NUMBERS = st.integers(0, 6)
OWNS = st.sampled_from([True, True, True, False])  # whether it holds the version of the row
STATES = st.lists(
    st.builds(StoredState, KEYS, st.binary(max_size=3), st.none() | st.integers(0, 5)),
    max_size=4,
    unique_by=lambda state: state.key,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), OWNS, STATES, NUMBERS, NUMBERS),
        st.tuples(st.just("replace"), OWNS, STATES, NUMBERS),
        st.tuples(st.just("forget"), OWNS, NUMBERS),
        st.tuples(st.just("load")),
        st.tuples(st.just("due"), NUMBERS, NUMBERS, KEYS, NUMBERS),
    ),
    max_size=12,
)


class Player:
    """Takes the same steps on any store and tells what it saw: an answer, or what was raised."""

    def __init__(self, store: LaneStore) -> None:
        self.store = store
        self.version: str | None = None

    async def take(self, step: Step) -> object:
        what, *said = step
        try:
            return await getattr(self, what)(*said)
        except FilrougeError as error:
            return type(error)

    async def load(self) -> object:
        loaded = await self.store.load()
        self.version = loaded.version
        states = dict(await self.store.states(["a", "B", "é", "🧵", "a'"]))
        return loaded.version is None, loaded.shape, loaded.row, list(loaded.outbox), states

    async def due(self, until: int, due: int, key: str, at_most: int) -> object:
        return await self.store.due(until, (due, key), at_most)

    async def commit(
        self, owns: bool, states: list[StoredState], number: int, acknowledged: int
    ) -> None:
        row, part = LaneRow(sequence=number), OutboxRow(number, b"journal", b"events")
        version = self._version(owns) or str(uuid4())
        earlier = min(acknowledged, number - 1)
        self.version = await self.store.commit(version, row, states, part, earlier)

    async def replace(self, owns: bool, states: list[StoredState], number: int) -> None:
        row, part = LaneRow(batch=number), OutboxRow(number, b"rebuilt", b"")
        self.version = await self.store.replace(self._version(owns), row, states, [part])

    async def forget(self, owns: bool, acknowledged: int) -> None:
        await self.store.forget(self._version(owns) or str(uuid4()), acknowledged)

    def _version(self, owns: bool) -> str | None:
        return self.version if owns else str(uuid4())


@pytest.fixture(scope="module")
def database(stack: Stack) -> Iterator[PostgresSite]:
    real = PostgresSite(stack.postgres)
    yield real
    asyncio.run(real.close())


@pytest.mark.stack
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_the_fake_does_as_postgresql(database: PostgresSite, steps: list[Step]) -> None:
    lane = len(database.stores)
    fake, real = Player(FakeSite().store(lane)), Player(database.store(lane))
    try:
        for step in [("load",), ("replace", True, [], 0), *steps, ("load",)]:
            assert await fake.take(step) == await real.take(step), step
    finally:
        await real.store.close()
