"""What an aggregate was at any moment: its own events folded, as the service folds them.

A moment is a time, which is held against the events' own (the last tick that their lane had taken) or
against the broker's, or it is the id or place of one of the events: then the state is the one after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from filrouge_chassis.decider import Decider, State, kind_of
from filrouge_chassis.history import written_partitions
from filrouge_chassis.outbound import Identity
from filrouge_chassis.partitioner import partition_of
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.parking import RecordParked
from filrouge_contracts.register import REGISTER

from filrouge.audit.differences import Differs, of_values
from filrouge.audit.errors import AuditFailed
from filrouge.audit.told import Told, told
from filrouge.services import LaneOf, Pasts, decider_of
from filrouge.stream import Source

Before = Callable[[Told], bool]
"""Whether an event had happened by a moment."""


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that one aggregate has said, in its order."""

    decider: Decider
    key: str
    events: Sequence[Told]

    def fold(self, events: Sequence[Told]) -> Iterator[tuple[Told, State]]:
        """Each event with the state after it."""
        kind = kind_of(self.key)
        state = self.decider.initial(kind)
        for one in events:
            said = REGISTER.by_type[one.type].model.from_json(one.value)
            state = self.decider.evolve(kind, state, said)
            yield one, state

    def by(self, moment: str, recorded: bool = False) -> list[Told]:
        """Its events up to a moment; raises AuditFailed for one that is none."""
        for number, one in enumerate(self.events, 1):
            if moment in (one.id, str(one.place)):
                return list(self.events[:number])
        at = time_of(moment)
        return [one for one in self.events if (one.recorded_at if recorded else _time(one)) <= at]

    def at(self, moment: str | None, recorded: bool = False) -> Any:
        """The state as JSON has it; None: as it is now. Raises AuditFailed if there was none yet."""
        events = self.events if moment is None else self.by(moment, recorded)
        if not events:
            raise AuditFailed(
                f"{self.key} of {self.decider.service} had decided nothing by {moment}: its first"
                f" event is of {self.events[0].time} (recorded {self.events[0].recorded_at:%FT%TZ})"
            )
        *_, (_, state) = self.fold(events)
        return as_json(state)


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that is not what it was, and the events that changed it on the way."""

    field: str
    then: Any
    now: Any
    events: tuple[Told, ...]


async def life_of(source: Source, service: str, key: str) -> Life:
    """Raises AuditFailed if the service has no such kind of aggregate, or this one said nothing."""
    decider = decider_of(service)
    if kind_of(key) not in decider.states:
        kinds = ", ".join(f"{kind}:…" for kind in decider.states)
        raise AuditFailed(f"{service} keeps no {key!r}: its keys are {kinds}")
    lane = await _lane_of(source, service, key)
    identity = Identity(lane.service, lane.number, source.lanes)
    mine, found = identity.source, dict[int, Told]()
    async for record in source.records(written_partitions(identity, lane.partner)):
        one = told(record)
        if (one.source, one.subject) == (mine, key) and one.name != RecordParked.__name__:
            found.setdefault(one.sequence, one)
    if not found:
        raise AuditFailed(f"{key} of {service} has said nothing: is it spelt like that?")
    return Life(decider, key, [found[sequence] for sequence in sorted(found)])


def changes(life: Life, first: str, last: str, recorded: bool = False) -> list[Changed]:
    """What differs between two moments."""
    before, until = life.by(first, recorded), life.by(last, recorded)
    if len(until) < len(before):
        raise AuditFailed(f"{last} is before {first}: name the earlier moment first")
    state = as_json(life.decider.initial(kind_of(life.key)))
    start, made = state, dict[str, list[Told]]()
    for number, (one, folded) in enumerate(life.fold(until)):
        after = as_json(folded)
        if number < len(before):
            start = after
        else:
            for differs in of_values(state, after):
                made.setdefault(_name(differs.field), []).append(one)
        state = after
    return [_changed(differs, made) for differs in of_values(start, state)]


def time_of(moment: str) -> datetime:
    """Raises AuditFailed; a moment without an offset is UTC."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as error:
        raise AuditFailed(
            f"{moment!r} is no moment: give a time such as 2020-05-04T18:00:00Z, or the id or place"
            " of one of its events"
        ) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def as_json(state: State) -> Any:
    """With the fields that are as they were in the beginning."""
    return {name: json.loads(msgspec.json.encode(getattr(state, name))) for name in _fields(state)}


def _fields(state: State) -> Sequence[str]:
    fields: Sequence[str] = state.__struct_fields__
    return fields


def _time(one: Told) -> datetime:
    return datetime.fromisoformat(one.time)


def _name(path: str) -> str:
    """The state's own field, of which the path is a part."""
    return path.partition(".")[0].partition("[")[0]


def _changed(differs: Differs, made: dict[str, list[Told]]) -> Changed:
    return Changed(*differs, events=tuple(made.get(_name(differs.field), ())))


async def _lane_of(source: Source, service: str, key: str) -> LaneOf:
    """The gateway's aggregates live in the lane of the partner that their key names."""
    if service != GATEWAY:
        return LaneOf(service, partition_of(key, source.lanes))
    partner = key.removeprefix("said:urn:filrouge:partner:").partition("/")[0]
    registered = (await Pasts.read(source.log, source.lanes)).control.partners.get(partner)
    if registered is None:
        raise AuditFailed(f"no partner {partner!r} was ever registered, whose words {key!r} are")
    return LaneOf(service, registered.lane, partner)
