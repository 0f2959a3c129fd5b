"""The act of the scripted stories: what happens rarely, each told once and expected to the event."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from filrouge_contracts.register import PARTNER_KINDS, REGISTER

from filrouge.simulator.act import Data
from filrouge.simulator.cast import Cast
from filrouge.simulator.stage import Stage, Story, numbers_in
from filrouge.simulator.words import Word

EVERY_TYPE = frozenset(entry.type for entry in REGISTER if entry.spread == "key")
REFUSES = re.compile(r"-(refused|disputed|returned|unexplained)\.v\d+$")
REFUSALS = frozenset(
    entry.type
    for entry in REGISTER
    if REFUSES.search(entry.type) and not PARTNER_KINDS.intersection(entry.said_by)
)
"""What our services say when something does not come about."""


class Stories:
    """Starts every story on the same day; each goes on every evening until it ends."""

    wants = EVERY_TYPE

    def __init__(self, cast: Cast, stories: Mapping[str, Story], first_day: int) -> None:
        self._first_day = first_day
        self._stages = {number: Stage(number, cast) for number in range(len(stories))}
        self._names = dict(enumerate(stories))
        self._told = {n: story(self._stages[n]) for n, story in enumerate(stories.values())}
        self.stories = len(stories)

    @property
    def open(self) -> int:
        return len(self._told)

    def take(self, kind: str, data: Data) -> None:
        for number in numbers_in(data):
            if number in self._stages:
                self._stages[number].heard.append((kind, data))

    def words(self, day: int) -> Iterator[Word]:
        if day < self._first_day:
            return
        for number, story in list(self._told.items()):
            self._stages[number].day = day
            try:
                yield from next(story)
            except StopIteration:
                del self._told[number]

    def hear(self, name: str, data: Data) -> None:
        """Nothing: what a story expects is written in it."""

    def ledger(self) -> StoryLedger:
        return StoryLedger(self.stories)

    def differences(self, ledger: StoryLedger) -> Iterator[str]:
        for number, stage in self._stages.items():
            name, events = self._names[number], ledger.events[number]
            if number in self._told:
                yield f"{name}: it has not come to its end"
            for expected in stage.expected:
                found = sum(expected.fits(kind, data) for kind, data in events)
                if found != expected.times:
                    yield f"{name}: {expected.times} × {expected} expected, {found} found"
            for kind, data in events:
                if kind in REFUSALS and not any(e.fits(kind, data) for e in stage.expected):
                    yield f"{name}: nobody expected {kind.removeprefix('fr.filrouge.')} {dict(data)}"


class StoryLedger:
    """What the stream holds about each story."""

    wants = EVERY_TYPE

    def __init__(self, stories: int) -> None:
        self.events: dict[int, list[tuple[str, Data]]] = defaultdict(list)
        self._stories = stories

    def take(self, kind: str, data: Data) -> None:
        for number in numbers_in(data):
            if number < self._stories:
                self.events[number].append((kind, data))
