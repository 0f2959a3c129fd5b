"""An installation at work: partners speak, the clock ticks, and there are alerts with shortened windows."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event

from aiokafka.errors import KafkaError
from filrouge.operator import Operator
from filrouge.running import Running
from filrouge.stack import Stack
from filrouge.stack.child import Child, Command

from tests.monitoring.faults.troubles import Handled
from tests.monitoring.installation import LANES, Installation, installation
from tests.monitoring.short import SHORT_RULES

SPEAK_EVERY_SECONDS, GIVE_UP_SECONDS = 1.0, 3.0
TICK_EVERY_SECONDS = 1
GRACE_SECONDS = 8
"""Three days of shortened alerts: so long the unknown is waited for."""


class Clock:
    """`filrouge clock`, as a process."""

    def __init__(self, stack: Stack) -> None:
        self.child = Child("clock", stack.folder, stack.janitor)
        program = Path(sys.executable).with_name("filrouge")
        argv = (str(program), "clock", f"--seconds={TICK_EVERY_SECONDS}", f"--kafka={stack.kafka}")
        environment = {"PATH": os.defpath, "PYTHONUNBUFFERED": "1"}
        self._command = Command(argv, environment, stack.folder)

    def start(self) -> None:
        self.child.start(self._command)

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()


class Partners:
    """The ministry speaks every second, as long as it can: a word that is refused, one that is booked."""

    def __init__(self, there: Installation) -> None:
        self._there, self._lines = there, count(1)
        self.silent = False
        self.over = asyncio.Event()

    async def speak(self) -> None:
        while not self.over.is_set():
            if not self.silent:
                with suppress(KafkaError, OSError, TimeoutError):
                    async with asyncio.timeout(GIVE_UP_SECONDS):
                        await self._there.speak()
                        await self._there.open_credits(f"P147-DRILL-{next(self._lines)}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), SPEAK_EVERY_SECONDS)


@dataclass
class Site:
    """What somebody on call can lay hands on. `work`: where commands are run as runbooks write them."""

    there: Installation
    clock: Clock
    partners: Partners
    work: Path
    limits: dict[str, Event] = field(default_factory=dict)
    """Who has too little processor; set, it has enough."""

    @property
    def handled(self) -> dict[str, Handled]:
        """Every process and server, by the name that alerts and logs have for it."""
        stack = self.there.stack
        ours = {process.name: process for process in self.there.supervisor.processes.values()}
        return {**ours, "clock": self.clock, "kafka": stack.broker, "postgres": stack.database}

    @property
    def settings(self) -> dict[str, str]:
        """With these the command `filrouge` speaks to this installation."""
        stack, archive = self.there.stack, self.there.archive
        return {
            "FILROUGE_KAFKA": stack.kafka,
            "FILROUGE_POSTGRES": stack.postgres,
            "FILROUGE_LANES": str(LANES),
            "FILROUGE_SOURCE": archive.url,
        }


@asynccontextmanager
async def site(stack: Stack, work: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as around:
        running = installation(stack, stack.folder, SHORT_RULES)
        there = await around.enter_async_context(running)
        clock, partners = Clock(stack), Partners(there)
        await there.tick()
        async with Operator(stack.kafka, LANES) as operator:
            now = operator.control.now
            await operator.set_parameter("grace_seconds", GRACE_SECONDS, now)
        ports = {one.name: one.http_port for one in there.supervisor.processes.values()}
        Running(stack.kafka, stack.postgres, LANES, ports).note(stack.folder)
        around.push_async_callback(asyncio.to_thread, clock.stop)
        await asyncio.to_thread(clock.start)
        speaking = asyncio.create_task(partners.speak())
        try:
            yield Site(there, clock, partners, work)
        finally:
            partners.over.set()
            await speaking
