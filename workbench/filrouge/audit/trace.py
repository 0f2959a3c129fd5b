"""A whole thread: from an event, a payment, a device or an order to everything that belongs together.

Two kinds of links are followed. Causes: an event's id is the place of the record that led to it. And what
the events name: order or programme, its need, its devices. Budget lines and agreements are shared by many
orders and are not followed; of a device that was asked for, the order's other devices are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any

from filrouge_chassis.records import Partition
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topics import topic

from filrouge.audit.errors import AuditFailed
from filrouge.audit.references import (
    DEVICES,
    devices_of,
    devices_won,
    engagement_of,
    names,
    stage_of,
)
from filrouge.audit.told import Place, Told, told
from filrouge.stream import Source

Wanted = Callable[[Told, Mapping[str, Any]], bool]
_JOURNALS = {topic(f"journal.{service}") for service in SERVICES}


@dataclass(slots=True)
class Thread:
    """The events of a thread, causes before effects, otherwise as they were recorded."""

    about: str
    events: list[Told] = field(default_factory=list)

    def causes(self) -> dict[Place, int]:
        """Place of a record → its number in the thread, from 1."""
        return {one.place: number for number, one in enumerate(self.events, 1)}

    def as_json(self) -> dict[str, Any]:
        events = [one.as_json() | {"stage": stage_of(one)} for one in self.events]
        return {"about": self.about, "events": events}

    def lines(self) -> Iterator[str]:
        """One event a line, with the number of the event that led to it."""
        numbers = self.causes()
        for number, one in enumerate(self.events, 1):
            cause = one.cause
            before = "" if cause is None else f" <- {numbers.get(cause, cause)}"
            what = one.name if one.ours else f"{one.partner or one.source} says {one.name}"
            about = one.subject or one.id
            yield f"{number:4} {one.time:20.20} {stage_of(one):13} {what:28} {about}{before}"


async def trace(source: Source, what: str) -> Thread:
    """Raises AuditFailed if nothing recorded is called `what`."""
    found = [one async for one in _about(source, [what], lambda one, data: names(one, data, what))]
    if not found:
        raise AuditFailed(
            f"nothing that is recorded is called {what!r}: give the id or place of an event, or an"
            " order, programme, need, delivery note, invoice, payment or IMEI"
        )
    thread = {one.place: one for one in found}
    thread |= {one.place: one async for one in _belonging(source, what, found)}
    await _add_causes(source, thread)
    return Thread(what, list(_in_order(thread)))


async def _belonging(source: Source, what: str, found: list[Told]) -> AsyncIterator[Told]:
    said = [one.data for one in found]
    engagements = {name for data in said if (name := engagement_of(data)) is not None}
    needs = {data["need"] for data in said if isinstance(data.get("need"), str)}
    one_device = any(data.get(name) == what for data in said for name in DEVICES)
    traces = {one.trace for one in found if what in (one.id, str(one.place))} - {""}
    terms = [name.partition(":")[2] for name in engagements] + [*traces]

    def of_engagement(one: Told, data: Mapping[str, Any]) -> bool:
        if one.trace in traces:
            return True
        if one_device and "imei" in data and data["imei"] != what:
            return False
        return engagement_of(data) in engagements

    devices = {what} if one_device else set[str]()
    async for one in _about(source, terms, of_engagement):
        data = one.data
        if isinstance(data.get("need"), str):
            needs.add(data["need"])
        if not one_device:
            devices |= devices_won(one, data)
        yield one

    def around(one: Told, data: Mapping[str, Any]) -> bool:
        mine = engagement_of(data) in engagements or engagement_of(data) is None
        named = data.get("need") in needs or bool(devices_of(data) & devices)
        return mine and named

    async for one in _about(source, [*needs, *devices], around):
        yield one


async def _about(source: Source, terms: Iterable[str], wanted: Wanted) -> AsyncIterator[Told]:
    """Our events that are `wanted`, among those whose bytes have one of the terms; journals aside."""
    some = [re.escape(term.encode()) for term in terms]
    if not some:
        return
    holds = re.compile(b"|".join(some)).search
    places = [place for place in source.bounds if place.topic not in _JOURNALS]
    async for record in source.records(places):
        place = f"{record.topic}/{record.partition}/{record.offset}".encode()
        if not holds(record.value or b"") and not holds(place + _headers(record.headers)):
            continue
        one = told(record)
        if (one.ours and wanted(one, one.data)) or (not one.ours and wanted(one, {})):
            yield one


def _headers(headers: Iterable[tuple[str, bytes]]) -> bytes:
    return b"\n".join(value or b"" for _, value in headers)


async def _add_causes(source: Source, thread: dict[Place, Told]) -> None:
    """Back to whoever spoke first, or to the clock."""
    while missing := {one.cause for one in thread.values() if one.cause} - thread.keys():
        places: defaultdict[Partition, set[int]] = defaultdict(set)
        for place in missing:
            places[place.on].add(place.offset)
        before = len(thread)
        async for record in source.records(places.keys()):
            if record.offset in places[Partition(record.topic, record.partition)]:
                one = told(record)
                thread[one.place] = one
        if len(thread) == before:
            return


def _in_order(thread: Mapping[Place, Told]) -> Iterator[Told]:
    effects: defaultdict[Place, list[Told]] = defaultdict(list)
    first = []
    for one in thread.values():
        if one.cause in thread and one.cause is not None:
            effects[one.cause].append(one)
        else:
            first.append(_ranked(one))
    heapify(first)
    while first:
        one = heappop(first)[-1]
        yield one
        for effect in effects.pop(one.place, ()):
            heappush(first, _ranked(effect))


def _ranked(one: Told) -> tuple[int, str, int, Place, Told]:
    return one.recorded_ms, one.source, one.sequence, one.place, one
