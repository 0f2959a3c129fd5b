"""A play from the first credits to the last payment, day by day; the world is Kafka or a test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from filrouge.simulator.books import Books
from filrouge.simulator.mishaps import Mishaps
from filrouge.simulator.plan import Plan
from filrouge.simulator.script import Script
from filrouge.simulator.seen import Seen
from filrouge.simulator.words import Word, tick_of

LAST_DAY = 70
"""A play whose stories have not ended by then is given up; the books show what is missing."""
QUIET_DAYS = 40
"""After the last word the clock jumps beyond every deadline: nothing may be left that waits."""
DayPassed = Callable[[int, int, int], None]
"""Called with the day, the words of the day, and the orders that are open."""


class World(Protocol):
    """Where the partners speak and read."""

    async def tick(self, at: datetime) -> None:
        """Moves everybody's clock, and returns when all that was due is decided and was read."""
        ...

    async def say(self, words: Sequence[Word]) -> None:
        """Sends the records, and returns when all that follows from them was read."""
        ...


async def play(
    plan: Plan, world: World, seen: Seen, books: Books, passed: DayPassed = lambda *_: None
) -> int:
    """Plays to the end; `seen` is filled by the world. Returns the number of records sent."""
    script, mishaps, sent = Script(plan, seen), Mishaps(plan, seen), 0
    day = 0
    while day <= LAST_DAY and not (script.finished and mishaps.finished):
        # what the evening's tick brings is answered on the next day
        today = list(mishaps.due(day))
        for word in script.words(day):
            today.extend(mishaps.sent(word, day))
        await world.tick(tick_of(day))
        books.hear(today)
        await world.say(today)
        sent += len(today)
        passed(day, len(today), script.open_orders)
        day += 1
    await world.tick(tick_of(day + QUIET_DAYS))
    return sent
