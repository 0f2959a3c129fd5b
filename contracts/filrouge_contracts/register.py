"""The register: for every event its topic, key, who says it, who hears it, and what comes next."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from filrouge_contracts import table
from filrouge_contracts.entry import PARTNER_KINDS as PARTNER_KINDS
from filrouge_contracts.entry import SERVICES as SERVICES
from filrouge_contracts.entry import Entry as Entry
from filrouge_contracts.event import Event, successor_name


@dataclass(frozen=True, slots=True)
class OlderVersion:
    """Reads data of an older version as the newest one says it."""

    model: type[Event]
    upcasts: tuple[Callable[[Any], Event], ...]

    @property
    def __name__(self) -> str:
        return self.model.__name__

    def from_json(self, data: bytes | str, /) -> Event:
        """Raises pydantic.ValidationError, as the model does."""
        return self.upcast(self.model.from_json(data))

    def upcast(self, event: Event) -> Event:
        for upcast in self.upcasts:
            event = upcast(event)
        return event


Reader: TypeAlias = type[Event] | OlderVersion
"""Turns data into an event of the newest version: for most types, the model itself."""


class Register:
    """The entries, found by type name and by model."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        """Raises ValueError if an upcaster leads nowhere: at import, before any event."""
        self._entries = entries
        self.by_model = {entry.model: entry for entry in entries}
        self.by_type = {entry.type: entry for entry in entries}
        self.readers: dict[str, Reader] = {}
        """Type name → what reads its data, as the newest version says it."""
        self.versions: dict[type[Event], set[str]] = {}
        """Model → names of the types that are read as the same version as it, itself among them."""
        alike: dict[str, set[str]] = {entry.type: set() for entry in entries}
        for entry in entries:
            way = list(self._way(entry))
            upcasts = tuple(step.upcast for step in way if step.upcast is not None)
            older = OlderVersion(entry.model, upcasts)
            self.readers[entry.type] = older if upcasts else entry.model
            self.versions[entry.model] = alike[way[-1].type]
            self.versions[entry.model].add(entry.type)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def newest(self, event: Event) -> Event:
        """The event as the newest version of its type says it."""
        reader = self.readers[event.event_type]
        return reader.upcast(event) if isinstance(reader, OlderVersion) else event

    @property
    def fact_topics(self) -> tuple[str, ...]:
        """Topics of all facts, which have a partition for every lane: neither control nor one service's."""
        return tuple(sorted({entry.topic for entry in self if entry.spread == "key"}))

    def topics_read_by(self, service: str) -> tuple[str, ...]:
        """Topics (or templates) of the events a service hears; its own redrive topic comes with them."""
        return tuple(sorted({entry.topic for entry in self if service in entry.heard_by}))

    def _way(self, entry: Entry) -> Iterator[Entry]:
        """The entry and its successors, up to the one that is not upcast."""
        yield entry
        while entry.upcast is not None:
            successor = self.by_type.get(successor_name(entry.type))
            if successor is None:
                raise ValueError(f"{entry.type} is upcast, and no successor is in the register")
            if _route(successor) != _route(entry):
                raise ValueError(
                    f"{successor.type} goes another way than {entry.type}, which is read as it: give"
                    " both one topic, key and spread, and the same hearers"
                )
            entry = successor
            yield entry


def _route(entry: Entry) -> tuple[object, ...]:
    return entry.topic, entry.key, entry.spread, set(entry.heard_by)


def _entries() -> Iterator[Entry]:
    """Of every module in `table/`, a domain each; their order is that of their names."""
    for module in pkgutil.iter_modules(table.__path__, f"{table.__name__}."):
        yield from import_module(module.name).ENTRIES


REGISTER = Register(tuple(_entries()))
