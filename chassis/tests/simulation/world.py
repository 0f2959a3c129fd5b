"""A whole system on fakes, driven by one random number: every await is a place where it may break."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from filrouge_chassis.control import ControlLog
from filrouge_chassis.decider import Decider
from filrouge_chassis.outbound import Identity
from filrouge_chassis.records import Outgoing
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeBroker
from filrouge_chassis.testing.fake_store import FakeDatabase
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.control import ParameterSet, TickPassed
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import CONTROL, topic

from chassis.tests.simulation.checks import Broken, Checks
from chassis.tests.simulation.instance import LANES, Instance

BAD, MENDED = (toy.ORDERS, toy.BUDGET), (toy.MENDED, toy.BUDGET)


class World:
    """Broker, databases, control, and the processes at work."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.broker = FakeBroker()
        self.control = ControlLog()
        self.deciders: tuple[Decider, ...] = BAD
        self.databases = {decider.service: FakeDatabase() for decider in self.deciders}
        self.backups: dict[str, list[FakeDatabase]] = {name: [] for name in self.databases}
        self.fault_rate = 0.0
        self.minutes = 0
        self.requested: dict[int, int] = {}
        self.producer = Producer("partner_gateway", 0, LANES, toy.START)
        self.published: list[Outgoing] = []
        self.instances: list[Instance] = []

    def identity(self, decider: Decider, lane: int) -> Identity:
        return Identity(decider.service, lane, LANES, "test", decider.fingerprint())

    # --- what may happen --------------------------------------------------------------------------

    def start(self) -> None:
        self.tick()
        self.instances = [Instance(self, decider) for decider in self.deciders]

    def tick(self) -> None:
        self.minutes += self.rng.randrange(1, 4)
        self._control(TickPassed(at=self._now()))

    def set_parameter(self) -> None:
        """Orders that come later wait for another while."""
        seconds = self.rng.choice((120, 300, 900))
        self._control(ParameterSet(name="grace_seconds", value=seconds, effective_at=self._now()))

    def _now(self) -> datetime:
        return toy.START + timedelta(minutes=self.minutes)

    def _control(self, said: Event) -> None:
        record = Outgoing(CONTROL, 0, b"control", said.to_json(), ())
        self.control.append(self.broker.append(record), said, self.broker.clock_ms)
        for instance in self.instances:
            for lane, _ in instance.lanes:
                lane.control_news()

    def say(self) -> None:
        """Buyers ask; the last few records may be published once more, as after a lost reply."""
        number = len(self.requested)
        self.requested[number] = quantity = self.rng.choice((1, 7, 60, 200, toy.POISON))
        line = self.rng.randrange(3)
        orders = [toy.order_requested(number, quantity, line)]
        if quantity == toy.POISON:  # what waits behind a parked record must not be taken before it
            orders.append(toy.order_requested(number, 1, line))
        self.published += self.producer.say(*orders)
        again = self.rng.randrange(4) if self.rng.random() < 0.3 else 0
        for record in self.published[-len(orders) - again :]:
            self.broker.append(record)

    def feed(self) -> None:
        self._feed(self.rng.choice(self.instances), self.rng.randrange(LANES))

    def _feed(self, instance: Instance, number: int) -> None:
        lane, feed = instance.lanes[number]
        places = feed.fetchable()
        if places and lane.ready:
            feed.step(self.rng.choice(places), self.rng.randrange(1, 7))

    def jump(self) -> None:
        """A consumer that goes on too far, as after a rebalance that nobody noticed."""
        _, feed = self.rng.choice(self.rng.choice(self.instances).lanes)
        places = feed.fetchable()
        if places:
            feed.positions[self.rng.choice(places)] += 1

    async def kill(self) -> None:
        victim = self.rng.choice(self.instances)
        await victim.kill()
        self.instances.remove(victim)
        if all(other.decider is not victim.decider for other in self.instances):
            self.instances.append(Instance(self, victim.decider))

    def add(self) -> None:
        if len(self.instances) < 4:
            self.instances.append(Instance(self, self.rng.choice(self.deciders)))

    def freeze(self) -> None:
        self.rng.choice(self.instances).awake.clear()

    def wake(self) -> None:
        for instance in self.instances:
            instance.awake.set()

    def back_up(self) -> None:
        service = self.rng.choice(list(self.databases))
        self.backups[service].append(self.databases[service].snapshot())

    def restore(self) -> None:
        service = self.rng.choice(list(self.databases))
        older = [None, *self.backups[service]]
        self.databases[service].restore(self.rng.choice(older))

    async def haunt(self) -> None:
        """An instance freezes in the middle of a batch, its database is restored behind its back, an
        heir goes on with the lane, and then the ghost wakes."""
        ghost = self.rng.choice(self.instances)
        number = self.rng.randrange(LANES)
        self._feed(ghost, number)
        for _ in range(self.rng.randrange(15)):
            await asyncio.sleep(0)
        ghost.awake.clear()
        service = ghost.decider.service
        self.databases[service].restore(self.rng.choice([None, *self.backups[service]]))
        heir = Instance(self, ghost.decider)
        self.instances.append(heir)
        for _ in range(self.rng.randrange(20)):
            await self.pause()
            self._feed(heir, number)
        ghost.awake.set()

    async def pause(self) -> None:
        for _ in range(self.rng.randrange(30)):
            await asyncio.sleep(0)

    async def run(self, steps: int) -> None:
        """A random schedule, then calm until everything is processed."""
        self.start()
        actions: list[tuple[Callable[[], object], int]] = [
            (self.say, 12),
            (self.feed, 40),
            (self.tick, 3),
            (self.set_parameter, 1),
            (self.jump, 1),
            (self.kill, 2),
            (self.add, 2),
            (self.freeze, 2),
            (self.wake, 3),
            (self.back_up, 1),
            (self.restore, 1),
            (self.haunt, 1),
        ]
        # every schedule has its own habits: some faults never happen in it, others all the time
        usual = (self.say, self.feed)
        names = [action for action, _ in actions]
        weights = [
            weight if action in usual else weight * self.rng.choice((0, 1, 1, 6))
            for action, weight in actions
        ]
        self.fault_rate = self.rng.choice((0.0, 0.01, 0.05))
        for _ in range(steps):
            done = self.rng.choices(names, weights)[0]()
            if asyncio.iscoroutine(done):
                await done
            await self.pause()
        await self._calm()

    async def _calm(self) -> None:
        """The release is mended, what was parked is sent back, and all faults are over."""
        self.fault_rate = 0.0
        self.wake()
        for instance in list(self.instances):
            await instance.kill()
        self.deciders = MENDED
        self.instances = [Instance(self, decider) for decider in self.deciders]
        await self._settle()
        while self._redrive():
            await self._settle()

    async def _settle(self) -> None:
        for _ in range(3000):
            for instance in self.instances:
                for lane, feed in instance.lanes:
                    for place in feed.fetchable():
                        feed.step(place, 50)
                    if lane.stopped is not None:
                        raise Broken(f"{lane.identity.source} stopped: {lane.stopped!r}")
            await asyncio.sleep(0)
            if self._quiet():
                return
        raise Broken("the system does not come to rest")

    def _redrive(self) -> bool:
        """The next parked record of every closed key goes back to its lane; False if there is none."""
        waiting = [
            (lane, key, numbers[1] + 1)
            for instance in self.instances
            for lane, _ in instance.lanes
            for key, numbers in lane.progress.row.closed.items()
        ]
        for lane, key, index in waiting:
            service = lane.identity.service
            said = RecordRedriven(
                service=service,
                lane=lane.identity.lane,
                key=key,
                index=index,
                parked=self._parked(service, key, index),
                redriven_by="operator",
            )
            name = topic(f"redrive.{service}")
            self.broker.append(Outgoing(name, lane.identity.lane, key.encode(), said.to_json(), ()))
        return bool(waiting)

    def _parked(self, service: str, key: str, index: int) -> RecordParked:
        """The last one with this number: an earlier closing of the key has used it too."""
        found = [
            said
            for place, records in self.broker.partitions.items()
            if place.topic == topic(f"parked.{service}")
            for said in (RecordParked.from_json(record.value or b"") for record in records)
            if (said.key, said.index) == (key, index)
        ]
        if not found:
            raise Broken(f"{key} waits with record {index}, which is not in Kafka")
        return found[-1]

    def _quiet(self) -> bool:
        for instance in self.instances:
            for lane, feed in instance.lanes:
                relay = lane._relay
                if not lane.ready or relay is None or not relay.idle or lane._inbox:
                    return False
                if feed.fetchable() or lane.progress.row.control_offset < self.control.end:
                    return False
                for place in lane.partitions:
                    end = len(self.broker.partitions[place])
                    if lane.progress.row.positions.get(str(place), 0) < end:
                        return False
        return True

    async def stop(self) -> None:
        for instance in self.instances:
            await instance.kill()


def simulate(seed: int, steps: int = 120) -> None:
    """One schedule; raises Broken with what went wrong."""
    logging.disable(logging.WARNING)

    async def go() -> None:
        world = World(seed)
        try:
            await world.run(steps)
            await Checks(world).all()
        finally:
            await world.stop()

    asyncio.run(go())
