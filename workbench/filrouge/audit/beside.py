"""Other rules asked beside the past: what would they have decided, each time, of the past as it was?

Every rule that decides is put the very question that was decided then: the state that the recorded events
lead to, the event, the clock and the parameters of that moment. Its answer is compared and dropped, and the
lane goes on with what was recorded. So one difference does not hide the next one, every comparison is of
equal questions, and what *follows* from a different answer is not told: nobody knows what partners and
other services would have said then.

A lane is followed to its end, or to the first batch for which that cannot be done honestly: other
aggregates would be due, a recorded event has no evolution any more, or no rule takes what had been decided.
Records that a defect had parked stay parked, and are not compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from filrouge_chassis.control import Control
from filrouge_chassis.decider import Context, Decider, Rule, State
from filrouge_chassis.errors import Diverged, FilrougeError, LogLost
from filrouge_chassis.facts import FactReader, Read, Redriven
from filrouge_chassis.history import PastBatch, history
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.layout import layout_of
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Outgoing, Record
from filrouge_chassis.replay import Past, replay_batch
from filrouge_chassis.tape import Tape
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL

from filrouge.audit.again import DIVERGED, NOT_REPLAYABLE, LaneResult, difference

PARKED = "/parked"


async def decide_beside(past: Past) -> LaneResult:
    """The lane's past put to `past.decider`, which need not be the one that decided it."""
    identity = past.identity
    result = LaneResult(identity.service, identity.lane, past.partner)
    questions = _Questions(past, result)
    progress, states = Progress(LaneRow(), Control()), dict[str, State]()
    journal, tape = Journal.of(past.log, past.identity), Tape(past.log)
    try:
        async for batch in history(past.log, past.identity, journal, past.partner):
            questions.begin(batch)
            again, decided = await replay_batch(questions.past, tape, batch.note, progress, states)
            questions.end(decided.note.events_sha256)
            result.batches += 1
            result.decisions += again.counts.taken + again.counts.woken
            progress = again.progress
            states.update(decided.states)
    except Diverged as error:
        result.result, result.reason = DIVERGED, f"followed no further: {error}"
    except FilrougeError as error:
        if result.result != DIVERGED:
            result.result = NOT_REPLAYABLE
        result.reason = f"followed no further: {type(error).__name__}: {error}"
    return result


@dataclass
class _Recorded:
    """The events of one batch by their cause, until somebody answers for them."""

    by_cause: dict[str, list[Outgoing]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, events: Iterable[Outgoing]) -> _Recorded:
        recorded = cls()
        for event in events:
            cause = dict(event.headers)["ce_id"].decode().rpartition("/")[0]
            if not cause.endswith(PARKED):
                recorded.by_cause[cause].append(event)
        return recorded


class _Reader(FactReader):
    """Tells which record is about to be decided."""

    def __init__(self, decider: Decider, questions: _Questions) -> None:
        super().__init__(decider, layout_of(decider).redrive_suffix)
        self._questions = questions

    def read(self, record: Record) -> Read:
        read = super().read(record)
        self._questions.next_cause(record, read)
        return read


class _Questions:
    """Rules in the place of the lane's own, which answer what was recorded and note what they would have."""

    def __init__(self, past: Past, result: LaneResult) -> None:
        self._origin, self._result, self._other = past, result, past.decider
        rules = {place: self._beside(place, rule) for place, rule in past.decider.rules.items()}
        decider = replace(past.decider, rules=rules)
        self.past = replace(past, decider=decider, reader=_Reader(decider, self))

    def begin(self, batch: PastBatch) -> None:
        """Raises LogLost if what was said in the batch is not recorded: only ever the last one."""
        if batch.events is None:
            raise LogLost(f"the events of batch {batch.note.batch} are not recorded")
        self._note = batch.note
        self._recorded = _Recorded.of(batch.events).by_cause
        self._tick = self._origin.control.last_tick(batch.note.control_end)
        self._cause: str | None = None

    def next_cause(self, record: Record, read: Read) -> None:
        """Before any record it is the tick that causes, by the key that it wakes."""
        topic, partition, offset = record.topic, record.partition, record.offset
        if isinstance(read, Redriven):
            parked = read.parked
            topic, partition, offset = parked.topic, parked.partition, parked.offset
            if parked.due_us is not None:
                self._cause = self._timer(offset, read.key)
                return
        self._cause = f"{self._origin.identity.service}/{topic}/{partition}/{offset}"

    def end(self, events_sha256: str) -> None:
        """Raises Diverged if the recorded past was not what came out: it cannot be gone on with."""
        for cause, events in self._recorded.items():
            self._differs("no rule takes it", cause, events[0], None)
            raise Diverged(f"no rule takes what {cause} had led to")
        if events_sha256 != self._note.events_sha256:
            raise Diverged(f"batch {self._note.batch}: the recorded events do not fold as they did")

    def _beside(self, place: tuple[str, type[Any]], rule: Rule) -> Rule:
        kind, model = place
        name = f"{kind}/{model.__name__}"

        def answers(state: State, event: Any, context: Context) -> Iterator[Event]:
            cause = self._cause or self._timer(self._tick, context.key)
            recorded = self._recorded.pop(cause, [])
            counts = self._result.rules.setdefault(name, [0, 0])
            counts[0] += 1
            try:
                now = self._ask(kind, rule, state, event, context)
            except Exception as error:  # noqa: BLE001 # a rule's code may raise anything
                now = []
                self._result.reason = self._result.reason or (
                    f"{name} raises {type(error).__name__}: {error}"
                )
                same = False
            else:
                same = [(e.topic, e.key, e.value) for e in recorded] == [
                    (e.topic, e.key, e.value) for e in now
                ]
            if not same:
                counts[1] += 1
                self._differs(name, cause, *_first(recorded, now, cause))
            yield from map(_event_of, recorded)

        return answers

    def _ask(
        self, kind: str, rule: Rule, state: State, event: Any, context: Context
    ) -> list[Outgoing]:
        """What the rule says, encoded as it would have been; its own evolutions must take it."""
        said = []
        for answer in rule(state, event, context):
            state = self._other.evolve(kind, state, answer)
            entry = REGISTER.by_model[type(answer)]
            headers = (("ce_type", entry.type_bytes),)
            key, topic = entry.key_of(answer).encode(), entry.topic_of(answer)
            said.append(Outgoing(topic, 0, key, answer.to_json(), headers))
        return said

    def _differs(self, name: str, cause: str, then: Outgoing | None, now: Outgoing | None) -> None:
        self._result.result = DIVERGED
        if self._result.difference is None:
            note = self._note
            self._result.difference = difference(self._origin, note, cause, then, now, name)

    def _timer(self, tick: int, key: str) -> str:
        return f"{self._origin.identity.service}/{CONTROL}/0/{tick}/{key}"


def _first(
    then: Sequence[Outgoing], now: Sequence[Outgoing], cause: str
) -> tuple[Outgoing | None, Outgoing | None]:
    """The first pair that differs; what would have been said gets the place and id it would have had."""
    for number, (one, other) in enumerate(zip_longest(then, now)):
        if one is None or other is None:
            return one, other and _placed(other, cause, number, one)
        if (one.topic, one.key, one.value) != (other.topic, other.key, other.value):
            return one, _placed(other, cause, number, one)
    return None, None


def _placed(said: Outgoing, cause: str, number: int, beside: Outgoing | None) -> Outgoing:
    """Its number in the lane and its time are those of the event that it is compared with."""
    mine = {**dict(said.headers), "ce_id": f"{cause}/{number}".encode()}
    if beside is None:
        return Outgoing(said.topic, said.partition, said.key, said.value, tuple(mine.items()))
    headers = tuple({**dict(beside.headers), **mine}.items())
    partition = beside.partition if said.key == beside.key else said.partition
    return Outgoing(said.topic, partition, said.key, said.value, headers)


def _event_of(recorded: Outgoing) -> Event:
    entry = REGISTER.by_type[dict(recorded.headers)["ce_type"].decode()]
    return entry.model.from_json(recorded.value)
