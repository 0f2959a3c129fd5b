"""What is said of an aggregate, as a table: what speaks against a word, and what follows if nothing does.

A word is refused for the first objection that holds. Some objections may only mean that something
else is late: then the word waits, in the order of arrival, until they no longer hold or its time ends.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import Holder, grace_ends, hold, let_go, overdue
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER

WAITING_AT_MOST = 1_000
"""For one aggregate, unless the parameter `tutoring_waiting_at_most` says else."""

State = Any  # the Holder of one kind of aggregate; a word's own rules know which
S = TypeVar("S", bound=Holder)
Evolve = Callable[[State, Event], State]
Objection = tuple[StrEnum, Callable[[Any, Any, Context], bool]]


class Refused(Protocol):
    """A refusal that says which event is refused."""

    @property
    def refused_type(self) -> str: ...

    @property
    def about(self) -> str: ...


@dataclass(frozen=True)
class Word:
    """One row. `about` names the event among those of its type; `take` says what follows from it.

    `graces`: how long it waits; longer than what it is about, which may have to wait itself.
    """

    about: Callable[[Any], str]
    objections: tuple[Objection, ...]
    take: Callable[[Any, Any, Context], Iterator[Event]]
    graces: int = 1


@dataclass(frozen=True)
class Table:
    """The words of one kind of aggregate. `only_late`: objections that something late may lift."""

    words: dict[type[Event], Word]
    only_late: frozenset[StrEnum]
    too_many: StrEnum
    refused: Callable[[Event, str, StrEnum, Context], Event]
    evolve: Evolve

    def hear(self, state: State, event: Event, context: Context) -> Iterator[Event]:
        """Rule of every word: taken, refused or kept until it can be decided."""
        objection = self._objection(state, event, context)
        if objection not in self.only_late:
            state = yield from self._decide(state, event, objection, context)
            yield from self.retry(state, context)
        elif len(state.waiting) < context.parameter("tutoring_waiting_at_most", WAITING_AT_MOST):
            word = self.words[type(event)]
            due_at = context.now + word.graces * (grace_ends(context) - context.now)
            yield hold(context, event, word.about(event), getattr(event, "answer_by", due_at))
        else:
            yield self._refused(event, self.too_many, context)

    def retry(self, state: State, context: Context) -> Iterator[Event]:
        """What waits is decided, the first one that can be, then again the first."""
        pending = [kept.event() for kept in state.waiting]
        while (ready := self._first_ready(state, pending, context)) is not None:
            pending.remove(ready)
            objection = self._objection(state, ready, context)
            state = yield from self._decide(state, ready, objection, context)

    def give_up(self, state: State, _due: Due, context: Context) -> Iterator[Event]:
        """Rule of the clock: what has waited too long is refused for what it waited for."""
        for event in overdue(state, context.now):
            objection = self._objection(state, event, context)
            state = yield from self._decide(state, event, objection, context)

    def _first_ready(
        self, state: State, pending: Iterable[Event], context: Context
    ) -> Event | None:
        return next(
            (e for e in pending if self._objection(state, e, context) not in self.only_late), None
        )

    def _objection(self, state: State, event: Event, context: Context) -> StrEnum | None:
        for reason, holds in self.words[type(event)].objections:
            if holds(state, event, context):
                return reason
        return None

    def _decide(
        self, state: State, event: Event, objection: StrEnum | None, context: Context
    ) -> Generator[Event, None, State]:
        if objection is None:
            said = self.words[type(event)].take(state, event, context)
        else:
            said = iter((self._refused(event, objection, context),))
        for answer in said:
            yield answer
            state = self.evolve(state, answer)
        return state

    def _refused(self, event: Event, reason: StrEnum, context: Context) -> Event:
        return self.refused(event, self.words[type(event)].about(event), reason, context)


def refused(state: S, event: Refused) -> S:
    """Evolution of every refusal: what was refused no longer waits."""
    return let_go(state, REGISTER.by_type[event.refused_type].model, event.about)
