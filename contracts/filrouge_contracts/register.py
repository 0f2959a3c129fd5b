"""The register: for every event its topic, key, who says it, who hears it, and what comes next."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from filrouge_contracts import table
from filrouge_contracts.entry import PARTNER_KINDS as PARTNER_KINDS
from filrouge_contracts.entry import SERVICES as SERVICES
from filrouge_contracts.entry import Entry as Entry


class Register:
    """The entries, found by type name and by model."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self.by_model = {entry.model: entry for entry in entries}
        self.by_type = {entry.type: entry for entry in entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def fact_topics(self) -> tuple[str, ...]:
        """Topics of all facts, which have a partition for every lane: neither control nor one service's."""
        return tuple(sorted({entry.topic for entry in self if entry.spread == "key"}))

    def topics_read_by(self, service: str) -> tuple[str, ...]:
        """Topics (or templates) of the events a service hears; its own redrive topic comes with them."""
        return tuple(sorted({entry.topic for entry in self if service in entry.heard_by}))


def _entries() -> Iterator[Entry]:
    """Of every module in `table/`, a domain each; their order is that of their names."""
    for module in pkgutil.iter_modules(table.__path__, f"{table.__name__}."):
        yield from import_module(module.name).ENTRIES


REGISTER = Register(tuple(_entries()))
