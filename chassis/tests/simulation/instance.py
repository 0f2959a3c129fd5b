"""One process of a service on fakes: every await is a place where it may fail, freeze or be killed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import PublishFailed, Transient
from filrouge_chassis.facts import FactReader
from filrouge_chassis.lane import Lane
from filrouge_chassis.records import Partition
from filrouge_chassis.surroundings import Limits, Observer, Surroundings
from filrouge_chassis.testing.fake_log import FakeFeed, FakeLog
from filrouge_chassis.testing.fake_store import FakeDatabase, FakeLaneStore
from filrouge_contracts.topics import topic

if TYPE_CHECKING:
    from chassis.tests.simulation.world import World

LANES = 2
TOPICS = ("equipment.g1", "budget.g1")


class _Store(FakeLaneStore):
    """Who is frozen hears of nothing."""

    def __init__(self, instance: Instance, database: FakeDatabase, number: int, shape: str) -> None:
        super().__init__(database, number, shape, instance.turn)
        self._instance = instance

    def raise_if_lost(self) -> None:
        if self._instance.awake.is_set():
            super().raise_if_lost()


class Instance:
    """One process of one service, owning every lane; two of them are zombies to each other."""

    def __init__(self, world: World, decider: Decider) -> None:
        self.world, self.decider = world, decider
        self.awake = asyncio.Event()
        self.awake.set()
        redrive = topic(f"redrive.{decider.service}")
        self.reader = FactReader(decider, redrive)
        self.lanes: list[tuple[Lane, FakeFeed]] = []
        for number in range(LANES):
            self.lanes.append(self._lane(number, redrive))

    def _lane(self, number: int, redrive: str) -> tuple[Lane, FakeFeed]:
        world = self.world
        identity = world.identity(self.decider, number)
        feed = FakeFeed(world.broker, lambda records: lane.deliver(records))
        around = Surroundings(
            self.decider,
            self.reader,
            FakeLog(world.broker, self.turn),
            world.control,
            feed,
            Observer(),
            Limits(backoff_seconds=0, inbox_records=9, batch_records=5, wakes_per_batch=2),
        )
        partitions = [Partition(name, number) for name in (*TOPICS, redrive)]
        database = world.databases[self.decider.service]
        store = _Store(self, database, number, identity.shape)
        lane = Lane(around, identity, partitions, store)
        lane.start()
        return lane, feed

    async def turn(self, place: str) -> None:
        """Other tasks run; sometimes the operation fails, before or after it took effect."""
        rng = self.world.rng
        for _ in range(rng.randrange(3)):
            await asyncio.sleep(0)
        await self.awake.wait()
        if rng.random() < self.world.fault_rate:
            if place.startswith("publish"):
                raise PublishFailed(place)
            if place != "load":
                raise Transient(place)

    async def kill(self) -> None:
        """The process is gone at this very await; nothing is cleaned up."""
        tasks = [lane._task for lane, _ in self.lanes]
        tasks += [lane._relay._task for lane, _ in self.lanes if lane._relay is not None]
        alive = [task for task in tasks if task is not None and not task.done()]
        for task in alive:
            task.cancel()
        if alive:
            await asyncio.wait(alive)
