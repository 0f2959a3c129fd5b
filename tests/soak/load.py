"""Speaks by the clock, at a rate that nothing slows down, and pays what is ordered to be paid."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from filrouge.operator import Operator
from filrouge.simulator import says
from filrouge.simulator.act import Data
from filrouge.simulator.client import Client
from filrouge.simulator.words import Word, type_of

from tests.bench.rates import pause
from tests.soak.mix import DELIVERED_ON, Mix

EVENTS_PER_STORY = 80.0
"""What partners say in a story and what follows from it, verdicts and journals aside; the mean over the mix."""
LOOK_SECONDS, READ_SECONDS, TICK_SECONDS = 0.02, 0.25, 5.0
ORDERED = type_of("payment.payment-ordered")


class Accountant:
    """Reads for all partners; what is ordered to be paid for an order it pays."""

    def __init__(self, mix: Mix) -> None:
        self.wants = mix.play.wants | {ORDERED}
        self._play, self._cast = mix.play, mix.cast
        self._ordered: deque[Data] = deque()

    def take(self, kind: str, data: Data) -> None:
        if kind == ORDERED and data["engagement"].startswith("order:"):
            self._ordered.append(data)
        if kind in self._play.wants:
            self._play.take(kind, data)

    def words(self) -> list[Word]:
        """Payments that have not been said yet."""
        ordered, self._ordered = self._ordered, deque()
        return [says.pay(self._cast, one, DELIVERED_ON, f"V-{one['invoice']}") for one in ordered]


@dataclass
class Load:
    """Stories begin evenly; each goes on by its timetable, also after the last one has begun."""

    client: Client
    accountant: Accountant
    mix: Mix
    events_per_second: float
    begun: int = 0
    said: int = 0
    late_ms: list[float] = field(default_factory=list)
    """Of each word that has a time: how much later it was handed to the client."""
    _due: list[tuple[float, int, Word]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _told: bool = False

    async def run(self, seconds: float) -> None:
        """Returns when every story that has begun within these seconds is told."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read_on())
            while (now := time.monotonic() - started) < seconds or self._due:
                self._begin(min(now, seconds))
                await self.say(self._taken(now))
                await pause(LOOK_SECONDS)
            self._told = True

    async def pay(self) -> bool:
        """Reads everything there is, and pays; False if nothing was to be paid."""
        await self.client.read()
        words = self.accountant.words()
        await self.say(words)
        return bool(words)

    async def _read_on(self) -> None:
        while not self._told:
            await self.client.read()
            for word in self.accountant.words():
                heapq.heappush(self._due, (0.0, next(self._numbers), word))
            await pause(READ_SECONDS)

    def _begin(self, now: float) -> None:
        """What began late keeps its timetable."""
        while (at := self.begun * EVENTS_PER_STORY / self.events_per_second) <= now:
            for after, word in self.mix.story(self.begun):
                heapq.heappush(self._due, (at + after, next(self._numbers), word))
            self.begun += 1

    def _taken(self, now: float) -> list[Word]:
        taken = []
        while self._due and self._due[0][0] <= now:
            at, _, word = heapq.heappop(self._due)
            taken.append(word)
            if at:
                self.late_ms.append(1000 * (now - at))
        return taken

    async def say(self, words: Sequence[Word]) -> None:
        records = [record for word in words for record in self.mix.sent(word)]
        self.mix.play.books.hear(records)
        self.said += len(records)
        await self.client.say(records)


async def tick(operator: Operator, over: asyncio.Event) -> None:
    """The clock of the plan goes on as ours does."""
    while await passed(TICK_SECONDS, over):
        await operator.tick(operator.control.now + timedelta(seconds=TICK_SECONDS))


async def passed(seconds: float, over: asyncio.Event) -> bool:
    """False if it is over before that."""
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return True
    return False
