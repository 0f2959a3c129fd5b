"""Which records an auditor wants to see: every condition that is given must hold.

A case is the key of an aggregate, with all that is in the same traces as its events: what its words led to
elsewhere. Or it is a trace id. A partner's records are its own words, the answers to them, and the facts
that they became.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from filrouge_chassis.records import Partition, Record
from filrouge_contracts.register import REGISTER

from filrouge.audit.errors import AuditFailed
from filrouge.audit.told import Told, told
from filrouge.stream import Bounds, Source

_TRACE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is None, or empty, is no condition."""

    case: str | None = None
    partner: str | None = None
    type: str | None = None
    """As the register names it, or the class: OrderPlaced."""
    service: str | None = None
    key: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Up to this moment, which is left out."""
    record_time: bool = False
    """Moments are the broker's and not the events' own."""
    on: Partition | None = None
    offsets: Bounds | None = None
    """From the first offset to the one before the second."""
    journals: bool = False
    traces: Collection[str] = field(default=())
    """Of a case; found by `with_traces`."""

    def places(self, source: Source) -> list[Partition]:
        """Partitions that may hold any of it."""
        return [
            place
            for place in sorted(source.bounds)
            if self.on in (None, place)
            and (self.journals or not place.topic.startswith("journal."))
        ]

    def has(self, record: Record) -> Told | None:
        """The record as it is told, if it is wanted."""
        if self.offsets is not None and not self.offsets[0] <= record.offset < self.offsets[1]:
            return None
        one = told(record)
        return (
            one if self._is_in_case(one) and self._is_wanted(one) and self._in_time(one) else None
        )

    def _is_in_case(self, one: Told) -> bool:
        return self.case is None or self.case in (one.key, one.subject) or one.trace in self.traces

    def _is_wanted(self, one: Told) -> bool:
        said_by = one.cause.topic.split(".")[1:2] if one.cause else []
        return (
            (self.partner is None or self.partner in (one.partner, *said_by))
            and (self.type is None or self.type in (one.type, one.name))
            and (self.service is None or one.source.partition("/")[0] == self.service)
            and (self.key is None or self.key in (one.key, one.subject))
        )

    def _in_time(self, one: Told) -> bool:
        if self.since is None and self.until is None:
            return True
        at = one.recorded_at if self.record_time else _time(one)
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


async def with_traces(source: Source, selection: Selection) -> Selection:
    """The same, with the traces of its case. Raises AuditFailed for what nobody can have meant."""
    _check(source, selection)
    case = selection.case
    if case is None or _TRACE.fullmatch(case):
        return replace(selection, traces=() if case is None else (case,))
    traces = set()
    async for record in source.records(selection.places(source)):
        one = told(record)
        if one.trace and case in (one.key, one.subject):
            traces.add(one.trace)
    return replace(selection, traces=frozenset(traces))


def _check(source: Source, selection: Selection) -> None:
    known = {entry.type for entry in REGISTER} | {entry.model.__name__ for entry in REGISTER}
    if selection.type is not None and selection.type not in known:
        raise AuditFailed(
            f"no event is called {selection.type!r}: contracts/EVENTS.md has them all"
        )
    if selection.on is not None and selection.on not in source.bounds:
        raise AuditFailed(f"there is no partition {selection.on}: write topic/number")
    if selection.offsets is not None and selection.on is None:
        raise AuditFailed("offsets are those of one partition: name it as well")


def _time(one: Told) -> datetime:
    """A partner may have written anything there: then the broker's."""
    try:
        at = datetime.fromisoformat(one.time)
    except ValueError:
        return one.recorded_at
    return one.recorded_at if at.tzinfo is None else at
