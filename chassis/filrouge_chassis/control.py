"""Time and parameters as events: the control topic folded up to any offset.

One topic, one partition, one writer. Every lane keeps its own control offset, so two lanes may decide
under different parameters for a moment, and a replay decides under the same ones again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from filrouge_contracts.control import (
    ParameterSet,
    PartnerRegistered,
    RuleVersionStarted,
    TickPassed,
)
from filrouge_contracts.event import Event

from filrouge_chassis.decider import Context

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Control:
    """What control has said up to an offset (exclusive), as of its last tick."""

    offset: int = 0
    now: datetime = EPOCH
    settings: tuple[ParameterSet, ...] = ()
    versions: tuple[RuleVersionStarted, ...] = ()
    partners: dict[str, PartnerRegistered] = field(default_factory=dict)

    def context(self, service: str) -> Context:
        """The context of decisions: of each parameter the last one that is effective by `now`."""
        parameters: dict[str, tuple[datetime, int]] = {}
        for said in self.settings:
            known = parameters.get(said.name)
            if said.effective_at <= self.now and (known is None or known[0] <= said.effective_at):
                parameters[said.name] = (said.effective_at, said.value)
        return Context(
            now=self.now,
            parameters={name: value for name, (_, value) in parameters.items()},
            partners=self.partners,
            rule_versions={
                said.rule: said.rule_version
                for said in sorted(self.versions, key=lambda said: said.effective_at)
                if said.service == service and said.effective_at <= self.now
            },
        )

    def take(self, offset: int, said: Event) -> Control:
        """This control after one more record. A tick that is not later than the last is ignored."""
        after = offset + 1
        match said:
            case TickPassed():
                return replace(self, offset=after, now=max(self.now, said.at))
            case ParameterSet():
                return replace(self, offset=after, settings=(*self.settings, said))
            case RuleVersionStarted():
                return replace(self, offset=after, versions=(*self.versions, said))
            case PartnerRegistered():
                partners = {**self.partners, said.partner: said}
                return replace(self, offset=after, partners=partners)
        return replace(self, offset=after)


class ControlLog:
    """All of control in memory: rare records whole, ticks as three numbers each (24 bytes a minute)."""

    def __init__(self) -> None:
        self.end = 0
        self._facts: list[tuple[int, Event]] = []
        self._tick_offsets = array("q")
        self._tick_times_us = array("q")
        self._ticks_written_ms = array("q")

    def append(self, offset: int, said: Event | None, written_ms: int) -> None:
        """The record at `offset`, written then; None is a record that this release does not know."""
        self.end = offset + 1
        if isinstance(said, TickPassed):
            time_us = to_microseconds(said.at)
            if not self._tick_times_us or time_us > self._tick_times_us[-1]:
                self._tick_offsets.append(offset)
                self._tick_times_us.append(time_us)
                self._ticks_written_ms.append(written_ms)
        elif said is not None:
            self._facts.append((offset, said))

    def next_tick(self, offset: int) -> int | None:
        """Offset of the first tick at or after `offset`; None if there is none yet."""
        index = bisect_left(self._tick_offsets, offset)
        return self._tick_offsets[index] if index < len(self._tick_offsets) else None

    def tick_written_ms(self, offset: int) -> int | None:
        """When the first tick at or after `offset` was written; None if there is none yet."""
        index = bisect_left(self._tick_offsets, offset)
        return self._ticks_written_ms[index] if index < len(self._tick_offsets) else None

    def last_tick(self, to: int) -> int:
        """Offset of the last tick below offset `to`; 0 if there is none."""
        index = bisect_left(self._tick_offsets, to) - 1
        return self._tick_offsets[index] if index >= 0 else 0

    def advance(self, control: Control, to: int) -> Control:
        """`control` after all records below offset `to`."""
        first = bisect_left(self._facts, control.offset, key=lambda fact: fact[0])
        for offset, said in self._facts[first:]:
            if offset >= to:
                break
            control = control.take(offset, said)
        last_tick = bisect_left(self._tick_offsets, to) - 1
        now = control.now
        if last_tick >= 0:
            now = max(now, from_microseconds(self._tick_times_us[last_tick]))
        return replace(control, offset=to, now=now)


def to_microseconds(at: datetime) -> int:
    """Exact, unlike `timestamp()`, which is a float."""
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_microseconds(value: int) -> datetime:
    seconds, microseconds = divmod(value, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
