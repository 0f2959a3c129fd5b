"""A play while something happens to the installation, and the check that every fault test ends with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random

from filrouge.checks.ledger import FoundCheck
from filrouge.invariants import HOLDS
from filrouge.kafka_world import KafkaWorld, kafka_world, prepare
from filrouge.reexecution import reexecute_everything
from filrouge.simulator.acts import often
from filrouge.simulator.plan import Plan
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Found, Play
from filrouge.simulator.words import Word
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.testing.held import in_memory
from filrouge.verification import check_source

LANES = 3
SCALE = 0.002
PATIENCE_SECONDS = 90.0
SESSION_TIMEOUT_MS = 2000
MUST_HOLD = {f"I{n}" for n in (1, 2, 3, 4, 5, 7, 8, 9, 10)} | {
    *("A1", "A2", "A3", "D1", "D2", "N1", "N2", "N3", "N4", "N5")
}
Fault = Callable[["Scene"], Awaitable[None]]


@dataclass
class Scene:
    """The installation under test, as those see it who do something to it."""

    stack: Stack
    supervisor: Supervisor
    chance: Random
    plan: Plan
    times: int = 1
    """How often partners send every record."""
    parked: int = 0
    """How many records a defect has kept back on the way."""
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared by a fault that must be over before the next day begins."""
    waited_in_vain: bool = False
    _over: bool = False
    _spoken: asyncio.Event = field(default_factory=asyncio.Event)
    _in_need_of_load: int = 0
    _wanted: asyncio.Condition = field(default_factory=asyncio.Condition)
    _trouble_is_over: bool = False

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def load(self) -> None:
        """Returns when partners have just spoken; at once if they never will again."""
        if self._over:
            self.waited_in_vain = True
            return
        self._spoken.clear()
        async with self._under_load():
            await self._spoken.wait()

    async def wanted(self) -> None:
        """Returns when some trouble needs load, or none will come any more: so no play outruns it."""
        async with self._wanted:
            await self._wanted.wait_for(lambda: self._in_need_of_load or self._trouble_is_over)

    async def trouble_is_over(self) -> None:
        async with self._wanted:
            self._trouble_is_over = True
            self._wanted.notify_all()

    @asynccontextmanager
    async def _under_load(self) -> AsyncIterator[None]:
        async with self._wanted:
            self._in_need_of_load += 1
            self._wanted.notify_all()
        try:
            yield
        finally:
            self._in_need_of_load -= 1

    def play_is_over(self) -> None:
        self._over = True
        self._spoken.set()

    def spoke(self) -> None:
        self._spoken.set()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Looks again and again; fails when patience ends."""
        failed = partial(
            wait_until, condition, PATIENCE_SECONDS, lambda why: AssertionError(f"{what}: {why}")
        )
        async with self._under_load():
            await asyncio.to_thread(failed)

    async def restart(self, service: str, failpoints: str = "") -> ServiceProcess:
        """Ends instance 1 if it runs, and starts it with these failpoints."""
        process = self.supervisor[service]
        process.environment = {**process.environment, "FILROUGE_FAILPOINTS": failpoints}
        await asyncio.to_thread(process.stop)
        await asyncio.to_thread(process.start)
        return process


class TroubledWorld:
    """The simulator's world; those who cause trouble are told when there is load."""

    def __init__(self, world: KafkaWorld, scene: Scene) -> None:
        self._world, self._scene = world, scene

    async def tick(self, at: datetime) -> None:
        await self._world.tick(at)

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        await self._world.set_parameter(name, value, effective_at)

    async def say(self, words: Sequence[Word]) -> None:
        if words:
            await self._scene.wanted()
            self._scene.spoke()
        await self._world.say([word for word in words for _ in range(self._scene.times)])
        await self._scene.may_go_on.wait()
        await self._world.settle()


@asynccontextmanager
async def scene(
    stack: Stack, chance: Random, environment: Mapping[str, str] | None = None, times: int = 1
) -> AsyncIterator[Scene]:
    """An installation of its own, all services ready; they are stopped afterwards."""
    await empty(stack)
    plan = plan_of(SCALE, chance.randrange(1000))
    await prepare(stack, LANES, plan.cast)
    settings = {"FILROUGE_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS), **(environment or {})}
    with supervised(stack, LANES, settings) as supervisor:
        await asyncio.to_thread(supervisor.start_all)
        yield Scene(stack, supervisor, chance, plan, times)
        await asyncio.to_thread(supervisor.stop_all)


async def play_under(scene: Scene, fault: Fault, all_under_load: bool = True) -> Play:
    """Plays to the end while `fault` happens, which must come to its own end before that; or after it,
    if it need not happen under load."""
    play = Play(scene.plan, scene.times, often(scene.plan))
    async with kafka_world(scene.stack, LANES, scene.plan.cast, play) as world:
        trouble = asyncio.ensure_future(_until_over(scene, fault))
        playing = asyncio.ensure_future(play.run(TroubledWorld(world, scene)))
        playing.add_done_callback(lambda _: scene.play_is_over())
        try:
            await asyncio.wait((trouble, playing), return_when=asyncio.FIRST_EXCEPTION)
            for task in (trouble, playing):
                if task.done():
                    task.result()
        finally:
            for task in (trouble, playing):
                task.cancel()
            await asyncio.wait((trouble, playing))
        assert not (all_under_load and scene.waited_in_vain), "the play was over before the fault"
        await world.settle()
    return play


async def _until_over(scene: Scene, fault: Fault) -> None:
    try:
        await fault(scene)
    finally:
        await scene.trouble_is_over()


async def verify(
    scene: Scene, play: Play, differences: Callable[[Found], Sequence[str]] | None = None
) -> None:
    """Books, invariants, gapless sequences, contiguous offsets, and every decision made again. `differences`
    between the books and the stream: those that the play finds."""
    source, found = await in_memory(scene.stack.kafka), play.found()
    report = await check_source(source, FoundCheck(found))
    assert [str(breach) for breach in report.breaches] == []
    assert (differences or play.differences)(found) == []
    held = {rule for rule in MUST_HOLD if report.findings[rule].status == HOLDS}
    assert held == MUST_HOLD
    assert report.parked == scene.parked
    again = await reexecute_everything(source.log, LANES)
    assert again.differences == []
    assert again.decisions > 0
