"""One line of the register: what is known about an event besides its fields."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

from filrouge_contracts.control import PartnerKind
from filrouge_contracts.event import Event

GATEWAY = "partner_gateway"
ORDERS = "equipment_orders"
DELIVERIES = "delivery_confirmations"
TUTORING = "tutoring_sessions"
BUDGET_ACCOUNTING = "budget_accounting"
SERVICES = (GATEWAY, ORDERS, DELIVERIES, TUTORING, BUDGET_ACCOUNTING)
"""Those that decide, in lanes, each with its database and its journal."""
AUDIT_TRAIL = "audit_trail"
OBSERVERS = (AUDIT_TRAIL,)
"""Those that decide nothing: without lanes, database and journal."""
PARTNER_KINDS: frozenset[str] = frozenset(get_args(PartnerKind))
START = date(2020, 4, 20)
Spread = Literal["key", "lane", "single"]


@dataclass(frozen=True)
class Entry:
    """One event type. `spread`: its topic is partitioned by key, by lane, or not at all. `upcast`: what
    this version said, as the next one says it; with it, no rule needs to know this version."""

    model: type[Event]
    topic: str
    key: str
    said_by: tuple[str, ...]
    heard_by: tuple[str, ...]
    next_step: str
    within: str
    since: date = START
    spread: Spread = "key"
    upcast: Callable[[Any], Event] | None = None

    @property
    def type(self) -> str:
        return self.model.event_type

    @cached_property
    def type_bytes(self) -> bytes:
        return self.type.encode()

    @property
    def meaning(self) -> str:
        return (self.model.__doc__ or "").strip().partition("\n")[0]

    @cached_property
    def written_by(self) -> frozenset[str]:
        return writers(self.said_by)

    @cached_property
    def key_of(self) -> Callable[[Event], str]:
        """Renders the Kafka key, which is the key of the aggregate that the event concerns."""
        return _renderer(self.key)

    @cached_property
    def topic_of(self) -> Callable[[Event], str]:
        return _renderer(self.topic)


def writers(said_by: Iterable[str]) -> frozenset[str]:
    """Those who write the event: what partners say is written by the gateway."""
    return frozenset(GATEWAY if who in PARTNER_KINDS else who for who in said_by)


def _renderer(template: str) -> Callable[[Event], str]:
    """A closure for `prefix{field}suffix…`: format strings are too slow for every event."""
    parts = [(text, name) for text, name, _, _ in string.Formatter().parse(template)]
    if all(name is None for _, name in parts):
        return lambda _event: template
    if len(parts) == 1:
        text, name = parts[0]
        assert name is not None
        return lambda event: f"{text}{getattr(event, name)}"
    return lambda event: "".join(
        text if name is None else f"{text}{getattr(event, name)}" for text, name in parts
    )
