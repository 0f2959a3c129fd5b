"""What must be true of everything that was published and stored, whatever happened on the way."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import LaneStopped, SkippedRecords
from filrouge_chassis.facts import FactReader
from filrouge_chassis.journal import Journal
from filrouge_chassis.rebuild import rebuild
from filrouge_chassis.replay import Past, reexecute
from filrouge_chassis.states import stored_states
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeLog
from filrouge_contracts.topics import topic

from chassis.tests.simulation.instance import LANES, TOPICS

if TYPE_CHECKING:
    from chassis.tests.simulation.world import World


ASKED = {"commitment-requested"}
ANSWERED = {"commitment-accepted", "commitment-refused"}
ENDED = {"order-completed", "order-refused"}


class Broken(AssertionError):
    """The system lost, doubled or changed something."""


class Checks:
    """Everything about one world, after it has come to rest."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def all(self) -> None:
        try:
            await self._all()
        except (LaneStopped, SkippedRecords) as error:
            raise Broken(f"what is left cannot be read: {error}") from error

    async def _all(self) -> None:
        self._check_chains()
        self._check_books()
        for decider in self._world.deciders:
            for number in range(LANES):
                await self._check_past(decider, number)

    def _check_chains(self) -> None:
        """Per partition and producing lane: each sequence once, the same bytes whenever repeated."""
        for place, records in self._world.broker.partitions.items():
            last: dict[bytes, int] = {}
            seen: dict[tuple[bytes, int], bytes | None] = {}
            for record in records:
                headers = dict(record.headers)
                if "ce_sequence" not in headers or place.topic.startswith("journal."):
                    continue
                source, sequence = headers["ce_source"], int(headers["ce_sequence"])
                if sequence <= last.get(source, 0):
                    if seen.get((source, sequence), record.value) != record.value:
                        raise Broken(f"{place}: {source!r} {sequence} was said in two ways")
                    continue
                if int(headers["ce_prev"]) != last.get(source, 0):
                    raise Broken(f"{place}: {source!r} has a hole before {sequence}")
                last[source] = sequence
                seen[source, sequence] = record.value

    def _check_books(self) -> None:
        """Every request is answered once; lines never give more than they have; nothing hangs."""
        said = self._once()
        once = Counter(f"O-{number}" for number in self._world.requested)
        for kinds in (ASKED, ANSWERED, ENDED):
            found = Counter(_order(data) for kind, data in said if kind in kinds)
            if found != once:
                raise Broken(f"{kinds}: {found - once} too often, {once - found} too seldom")
        for kind, data in said:
            quantity = self._world.requested[int(_order(data).rpartition("-")[2])]
            if kind in ASKED and data["amount_cents"] != quantity:
                raise Broken(f"{_order(data)}: its second record was taken before the first")
        lines = sum(len(name) > 0 for name in self._line_states())
        given = sum(1000 - left for left in self._line_states().values())
        if any(left < 0 for left in self._line_states().values()) or given > 1000 * lines:
            raise Broken(f"lines gave {given}")

    def _once(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of every event, however often it was published."""
        found: dict[bytes, tuple[str, dict[str, Any]]] = {}
        for place, records in self._world.broker.partitions.items():
            if place.topic in TOPICS:
                for record in records:
                    headers = dict(record.headers)
                    kind = headers["ce_type"].decode().split(".")[-2]
                    found[headers["ce_id"]] = (kind, json.loads(record.value or b""))
        return list(found.values())

    def _line_states(self) -> dict[str, int]:
        states = self._world.databases["budget_accounting"].states
        return {
            key: msgspec.json.decode(state.body, type=toy.Line).left_cents
            for (_, _, key), state in states.items()
        }

    async def _check_past(self, decider: Decider, number: int) -> None:
        """Deciding again says the same bytes; rebuilding leads to the same states."""
        identity = self._world.identity(decider, number)
        reader = FactReader(decider, topic(f"redrive.{decider.service}"))
        past = Past(decider, reader, FakeLog(self._world.broker), self._world.control, identity)
        async for replayed in reexecute(past):
            if replayed.first_difference is not None:
                raise Broken(replayed.first_difference)
        again = await rebuild(past, Journal.of(past.log, identity))
        stored = {
            key: state
            for (_, lane, key), state in self._world.databases[decider.service].states.items()
            if lane == number
        }
        if {state.key: state for state in stored_states(again.states)} != stored:
            raise Broken(f"{identity.source}: rebuilt states differ from the stored ones")


def _order(data: dict[str, Any]) -> str:
    """Of an event about an order, or about its engagement."""
    order: str = data.get("order") or data["engagement"].removeprefix("order:")
    return order
