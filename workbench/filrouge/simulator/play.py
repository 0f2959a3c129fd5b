"""A play from the first credits to the last payment, day by day; the world is Kafka or a test's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from filrouge.simulator.act import Act, Data, Reader
from filrouge.simulator.acts import acts_of
from filrouge.simulator.books import Books
from filrouge.simulator.mishaps import Mishaps
from filrouge.simulator.parameters import changes_on
from filrouge.simulator.plan import Plan
from filrouge.simulator.words import Word, tick_of, type_of

LAST_DAY = 70
"""A play whose stories have not ended by then is given up; the books show what is missing."""
QUIET_DAYS = 40
"""After the last word the clock jumps beyond every deadline: nothing may be left that waits."""
NEXT_YEAR = 260
"""A day of January 2021: then the accounts of the year are closed."""
VERDICT = type_of("verdicts.verdict-given")
DayPassed = Callable[[int, int, int], None]
"""Called with the day, the words of the day, and the stories that are open."""


class World(Protocol):
    """Where the partners speak and read, and the operator sets what decisions are made by."""

    async def tick(self, at: datetime) -> None:
        """Moves everybody's clock, and returns when all that was due is decided and was read."""
        ...

    async def say(self, words: Sequence[Word]) -> None:
        """Sends the records, and returns when all that follows from them was read."""
        ...

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None: ...


class Found:
    """What the stream says in the end, by act; takes every event once."""

    def __init__(self, ledgers: Sequence[Reader]) -> None:
        self.verdicts: Counter[tuple[str, str]] = Counter()
        """(outcome, rule) → how many."""
        self.ledgers = ledgers
        self.wants = frozenset({VERDICT}).union(*(ledger.wants for ledger in ledgers))

    def take(self, kind: str, data: Data) -> None:
        if kind == VERDICT:
            outcome = data["outcome"]
            self.verdicts[outcome, data["rule"] if outcome == "refused" else outcome] += 1
        for ledger in self.ledgers:
            if kind in ledger.wants:
                ledger.take(kind, data)


class Play:
    """A plan with its acts, its mishaps and its books. Partners read it live through `take`."""

    def __init__(self, plan: Plan, times: int = 1, acts: Sequence[Act] = ()) -> None:
        """`times`: how often the world sends each record; `acts`: these and no others."""
        self.plan = plan
        self.acts = acts or acts_of(plan)
        self.books = Books(self.acts, times)
        self.wants = frozenset({VERDICT}).union(*(act.wants for act in self.acts))
        self._refused: set[tuple[str, str]] = set()

    @property
    def stories(self) -> int:
        return sum(act.stories for act in self.acts)

    @property
    def open(self) -> int:
        return sum(act.open for act in self.acts)

    def take(self, kind: str, data: Data) -> None:
        """One event as partners read it; types that nobody waits for are passed over."""
        if kind == VERDICT and data["outcome"] == "refused":
            self._refused.add((data["event_source"], data["event_id"]))
        for act in self.acts:
            if kind in act.wants:
                act.take(kind, data)

    async def run(self, world: World, passed: DayPassed = lambda *_: None) -> int:
        """Plays to the end; returns the number of records sent."""
        mishaps, sent, day = Mishaps(self.plan, self._refused), 0, 0
        while day <= LAST_DAY and (self.open or not mishaps.finished):
            for change in changes_on(day):
                await world.set_parameter(change.name, change.value, tick_of(change.from_day))
            # what the evening's tick brings is answered on the next day
            today = list(mishaps.due(day))
            for act in self.acts:
                for word in act.words(day):
                    today.extend(mishaps.sent(word, day))
            await world.tick(tick_of(day))
            self.books.hear(today)
            await world.say(today)
            sent += len(today)
            passed(day, len(today), self.open)
            day += 1
        await world.tick(tick_of(day + QUIET_DAYS))
        await world.tick(tick_of(NEXT_YEAR))
        return sent

    # --- the end ---------------------------------------------------------------------------------

    def found(self) -> Found:
        """Empty; to be filled from the whole stream."""
        return Found([act.ledger() for act in self.acts])

    def differences(self, found: Found) -> list[str]:
        """Between the books and the stream; nothing if the services did what the books say."""
        lines = list(self._verdict_differences(found))
        for act, ledger in zip(self.acts, found.ledgers, strict=True):
            lines.extend(act.differences(ledger))
        return lines

    def _verdict_differences(self, found: Found) -> Iterator[str]:
        expected = self.books.verdicts
        for outcome, rule in sorted(expected.keys() | found.verdicts.keys()):
            wanted, got = expected[outcome, rule], found.verdicts[outcome, rule]
            if wanted != got:
                name = outcome if outcome == rule else f"{outcome} by {rule}"
                yield f"verdicts {name}: {wanted} expected, {got} found"
