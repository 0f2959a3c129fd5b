"""A whole system on fakes, driven by one random number: every await is a place where it may break."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta

from filrouge_chassis.control import ControlLog
from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import PublishFailed, Transient
from filrouge_chassis.facts import FactReader
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane import Lane
from filrouge_chassis.outbound import Identity
from filrouge_chassis.progress import Counts
from filrouge_chassis.rebuild import rebuild
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.replay import Past, reexecute
from filrouge_chassis.states import stored_states
from filrouge_chassis.surroundings import Limits, Observer, Surroundings
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeBroker, FakeFeed, FakeLog
from filrouge_chassis.testing.fake_store import FakeDatabase, FakeLaneStore
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.control import TickPassed
from filrouge_contracts.topics import CONTROL, topic

LANES = 2
TOPICS = ("equipment.g1", "budget.g1")
DECIDERS: tuple[Decider, ...] = (toy.ORDERS, toy.BUDGET)


class Broken(AssertionError):
    """The system lost, doubled or changed something."""


class Errors(Observer):
    """Keeps what stopped a lane."""

    def __init__(self) -> None:
        self.stopped: list[Exception] = []

    def failed(self, lane: int, error: Exception) -> None:
        if not isinstance(error, (Transient,)):
            self.stopped.append(error)

    def decided(self, lane: int, counts: Counts, seconds: float, committed: bool) -> None:
        return


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
            world.errors,
            Limits(backoff_seconds=0, inbox_records=9, batch_records=5, wakes_per_batch=2),
        )
        partitions = [Partition(name, number) for name in (*TOPICS, redrive)]
        database = world.databases[self.decider.service]
        store = FakeLaneStore(database, number, identity.shape, self.turn)
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


class World:
    """Broker, databases, control, and the processes at work."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.broker = FakeBroker()
        self.control = ControlLog()
        self.databases = {decider.service: FakeDatabase() for decider in DECIDERS}
        self.backups: dict[str, list[FakeDatabase]] = {name: [] for name in self.databases}
        self.errors = Errors()
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
        self.instances = [Instance(self, decider) for decider in DECIDERS]

    def tick(self) -> None:
        self.minutes += self.rng.randrange(1, 4)
        said = TickPassed(at=toy.START + timedelta(minutes=self.minutes))
        record = Outgoing(CONTROL, 0, b"clock", said.to_json(), ())
        self.control.append(self.broker.append(record), said)
        for instance in self.instances:
            for lane, _ in instance.lanes:
                lane.control_news()

    def say(self) -> None:
        """Buyers ask; the last few records may be published once more, as after a lost reply."""
        number = len(self.requested)
        self.requested[number] = quantity = self.rng.choice((1, 7, 60, 200))
        order = toy.order_requested(number, quantity, line=self.rng.randrange(3))
        self.published += self.producer.say(order)
        again = self.rng.randrange(4) if self.rng.random() < 0.3 else 0
        for record in self.published[-1 - again :]:
            self.broker.append(record)

    def feed(self) -> None:
        lane, feed = self.rng.choice(self.rng.choice(self.instances).lanes)
        places = feed.fetchable()
        if places and lane.ready:
            feed.step(self.rng.choice(places), self.rng.randrange(1, 7))

    async def kill(self) -> None:
        victim = self.rng.choice(self.instances)
        await victim.kill()
        self.instances.remove(victim)
        if all(other.decider is not victim.decider for other in self.instances):
            self.instances.append(Instance(self, victim.decider))

    def add(self) -> None:
        if len(self.instances) < 4:
            self.instances.append(Instance(self, self.rng.choice(DECIDERS)))

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
            (self.kill, 2),
            (self.add, 2),
            (self.freeze, 2),
            (self.wake, 3),
            (self.back_up, 1),
            (self.restore, 1),
        ]
        names, weights = zip(*actions, strict=True)
        self.fault_rate = self.rng.choice((0.0, 0.01, 0.05))
        for _ in range(steps):
            done = self.rng.choices(names, weights)[0]()
            if asyncio.iscoroutine(done):
                await done
            await self.pause()
        await self._calm()

    async def _calm(self) -> None:
        self.fault_rate = 0.0
        self.wake()
        for instance in list(self.instances):
            await instance.kill()
        self.instances = [Instance(self, decider) for decider in DECIDERS]
        for _ in range(3000):
            for instance in self.instances:
                for lane, feed in instance.lanes:
                    for place in feed.fetchable():
                        feed.step(place, 50)
                    if lane.stopped is not None:
                        raise Broken(f"{lane.identity.source} stopped: {lane.stopped!r}")
            await asyncio.sleep(0)
            if self._quiet():
                break
        else:
            raise Broken("the system does not come to rest")

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

    # --- what must be true afterwards --------------------------------------------------------------

    async def check(self) -> None:
        self._check_chains()
        self._check_books()
        for decider in DECIDERS:
            for number in range(LANES):
                await self._check_past(decider, number)

    def _check_chains(self) -> None:
        """Per partition and producing lane: each sequence once, the same bytes whenever repeated."""
        for place, records in self.broker.partitions.items():
            last: dict[bytes, int] = {}
            seen: dict[tuple[bytes, int], bytes | None] = {}
            for record in records:
                headers = dict(record.headers)
                if "ce_sequence" not in headers or place.topic.startswith("journal."):
                    continue
                source, sequence = headers["ce_source"], int(headers["ce_sequence"])
                if sequence <= last.get(source, 0):
                    if seen.get((source, sequence), record.value) != record.value:
                        raise Broken(f"{place}: {source!r} {sequence} was said in two ways")
                    continue
                if int(headers["ce_prev"]) != last.get(source, 0):
                    raise Broken(f"{place}: {source!r} has a hole before {sequence}")
                last[source] = sequence
                seen[source, sequence] = record.value

    def _check_books(self) -> None:
        """Every request is answered once; lines never give more than they have; nothing hangs."""
        once = self._once()
        for kind in ("commitment-requested", "ended"):
            asked = [headers["ce_subject"] for headers in once if kind in _kind(headers)]
            if len(asked) != len(set(asked)) or len(asked) != len(self.requested):
                raise Broken(f"{len(self.requested)} requests, {len(asked)} {kind}")
        lines = sum(len(name) > 0 for name in self._line_states())
        given = sum(1000 - left for left in self._line_states().values())
        if any(left < 0 for left in self._line_states().values()) or given > 1000 * lines:
            raise Broken(f"lines gave {given}")

    def _once(self) -> list[dict[str, bytes]]:
        found: dict[bytes, dict[str, bytes]] = {}
        for place, records in self.broker.partitions.items():
            if place.topic in TOPICS:
                for record in records:
                    headers = dict(record.headers)
                    found.setdefault(headers["ce_id"], headers)
        return list(found.values())

    def _line_states(self) -> dict[str, int]:
        import msgspec

        states = self.databases["budget_accounting"].states
        return {
            key: msgspec.json.decode(state.body, type=toy.Line).left_cents
            for (_, _, key), state in states.items()
        }

    async def _check_past(self, decider: Decider, number: int) -> None:
        """Deciding again says the same bytes; rebuilding leads to the same states."""
        identity = self.identity(decider, number)
        reader = FactReader(decider, topic(f"redrive.{decider.service}"))
        past = Past(decider, reader, FakeLog(self.broker), self.control, identity)
        async for replayed in reexecute(past):
            if replayed.first_difference is not None:
                raise Broken(replayed.first_difference)
        again = await rebuild(past, Journal.of(past.log, identity))
        stored = {
            key: state
            for (_, lane, key), state in self.databases[decider.service].states.items()
            if lane == number
        }
        if {state.key: state for state in stored_states(again.states)} != stored:
            raise Broken(f"{identity.source}: rebuilt states differ from the stored ones")


def _kind(headers: dict[str, bytes]) -> str:
    name = headers["ce_type"].decode()
    return "ended" if "order-completed" in name or "order-refused" in name else name


def simulate(seed: int, steps: int = 120) -> None:
    """One schedule; raises Broken with what went wrong."""
    logging.disable(logging.WARNING)

    async def go() -> None:
        world = World(seed)
        try:
            await world.run(steps)
            await world.check()
        finally:
            await world.stop()

    asyncio.run(go())
