"""An installation with people around it: they say something, wait until they have seen what comes of it,
and let days pass. Nobody sleeps: who waits, waits for an event."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.request import urlopen

from aiokafka import AIOKafkaProducer
from filrouge.deployment.access import AUDITOR, PARTNER
from filrouge.kafka_world import prepare
from filrouge.operator import SOURCE as OPERATOR
from filrouge.operator import Operator
from filrouge.quiet import Quiet
from filrouge.reexecution import reexecute_everything
from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.words import START, headers_of, text
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.testing.held import in_memory
from filrouge.verification import check_source
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.partitioner import partition_of
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.event import Event
from filrouge_contracts.topics import PARTNER_IN

from tests.integration.listener import Heard, Listener

LANES = 3
SESSION_TIMEOUT_MS = 4000
"""So soon others take over what a dead replica had."""
PATIENCE_SECONDS = 60.0
LANE_LAG = re.compile(r'filrouge_lane_lag_records\{lane="(\d+)"\}')
E = TypeVar("E", bound=Event)


class Village:
    """One installation, one clock, and everything that was said in public."""

    def __init__(
        self,
        supervisor: Supervisor,
        operator: Operator,
        quiet: Quiet,
        voices: Mapping[str, AIOKafkaProducer],
        listener: Listener,
    ) -> None:
        """`voices`: of every partner."""
        self._supervisor, self._operator, self._quiet = supervisor, operator, quiet
        self._voices, self._listener = voices, listener
        self._said = 0

    # --- time ------------------------------------------------------------------------------------

    @property
    def today(self) -> datetime:
        return self._operator.control.now

    def moment(self) -> datetime:
        """Now; each is later than the one before, as on a real day."""
        return self.today + timedelta(seconds=self._said)

    async def days_pass(self, days: float) -> None:
        """What was said so far belongs to the days before; what is due by then is done."""
        await self.quiet()
        await self._operator.tick(self.today + timedelta(days=days))
        await self.quiet()

    async def quiet(self) -> None:
        """When nothing more will come unless somebody speaks or time passes."""
        await self._quiet.wait(self.today)
        await self._listener.catch_up()

    # --- speaking and listening ------------------------------------------------------------------

    async def say(self, partner: Partner, event: E) -> E:
        """A record at the partner's own door."""
        self._said += 1
        headers = headers_of(partner.source, f"{self._said}", event.event_type, text(self.moment()))
        await self._voices[partner.id].send_and_wait(
            PARTNER_IN.format(partner=partner.id), event.to_json(), headers=list(headers)
        )
        return event

    async def seen(self, model: type[E], times: int = 1, **fields: Any) -> E:
        """The latest event of this kind with these fields, once there are so many."""
        what = f"{times} × {model.__name__} with {fields}"
        async with _patience(what):
            while len(found := self.told(model, **fields)) < times:
                await self._listener.listen()
        return found[-1]

    def told(self, model: type[E], **fields: Any) -> list[E]:
        """What was seen so far."""
        return [
            heard.event
            for heard in self._listener.heard
            if isinstance(heard.event, model)
            and all(getattr(heard.event, name) == value for name, value in fields.items())
        ]

    def in_order(self, *models: type[Event], **fields: Any) -> list[Event]:
        """Events of one lane, as it said them: each lane counts what it says."""
        said = {id(event) for model in models for event in self.told(model, **fields)}
        heard = [one for one in self._listener.heard if id(one.event) in said]
        assert len({one.source for one in heard}) == 1, "more than one lane said them"
        return [one.event for one in sorted(heard, key=lambda one: one.sequence)]

    def way_back(self, event: Event) -> list[str]:
        """What led to the event, by nothing but the ids: the last is who spoke first."""
        return list(_causes(event, self._listener.heard))

    # --- replicas --------------------------------------------------------------------------------

    async def second(self, service: str, failpoints: str = "") -> ServiceProcess:
        """One more of a service, once both have lanes of their own."""
        replica = self._supervisor.start(service, 2, {"FILROUGE_FAILPOINTS": failpoints})
        await self.until(replica.ready, f"{service} is ready twice")
        await self.until(lambda: self._is_shared(service), f"{service} shares its lanes")
        return replica

    def _is_shared(self, service: str) -> bool:
        first, second = (lanes_of(self._supervisor.processes[service, number]) for number in (1, 2))
        return bool(first and second) and sorted((*first, *second)) == list(range(LANES))

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Looks again and again."""
        await asyncio.to_thread(
            wait_until, condition, PATIENCE_SECONDS, lambda why: AssertionError(f"{what}: {why}")
        )

    # --- at the end ------------------------------------------------------------------------------

    async def check(self) -> None:
        """Whatever was told: every invariant, and every decision made again to the byte."""
        await self.quiet()
        source = await in_memory(self._supervisor.stack.kafka)
        report = await check_source(source)
        assert not report.breaches, "\n".join(map(str, report.breaches))
        assert report.parked == 0
        again = await reexecute_everything(source.log, LANES)
        assert not again.differences, again.differences[0]
        assert again.decisions > 0


def lanes_of(replica: ServiceProcess) -> list[int]:
    """Those that it holds, by its own metrics."""
    with urlopen(f"http://127.0.0.1:{replica.http_port}/metrics") as answer:
        return sorted(int(n) for n in LANE_LAG.findall(answer.read().decode()))


def in_a_lane_of(replica: ServiceProcess, key: Callable[[str], str], names: Iterator[str]) -> str:
    """The first of the names whose aggregate lives in a lane of this replica."""
    lanes = lanes_of(replica)
    return next(name for name in names if partition_of(key(name), LANES) in lanes)


def _causes(event: Event, heard: list[Heard]) -> Iterator[str]:
    by_place: Mapping[str, Heard] = {one.place: one for one in heard}
    one = next(one for one in heard if one.event is event)
    while True:
        yield type(one.event).__name__
        if one.cause not in by_place:
            yield one.cause.removeprefix("partners.").partition(".in.")[0]
            return
        one = by_place[one.cause]


@asynccontextmanager
async def _patience(what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except TimeoutError:
        raise AssertionError(f"not seen in {PATIENCE_SECONDS:g} seconds: {what}") from None


class Names:
    """Under which name everybody comes: here under none, as whoever is on this machine may."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def kafka(self, user: str) -> str:
        return self.stack.kafka

    def environment(self, service: str) -> Mapping[str, str]:
        return {}

    async def make(self, partners: Sequence[str]) -> None:
        """Whatever has to be there before anybody comes."""


@asynccontextmanager
async def a_village(stack: Stack, cast: Cast, names: Names | None = None) -> AsyncIterator[Village]:
    """All services on empty servers, stopped afterwards."""
    names = names or Names(stack)
    partners = [partner.id for partner in cast]
    await empty(stack)
    await names.make(partners)
    operators = names.kafka(OPERATOR)
    await prepare(replace(stack, kafka=operators), LANES, cast)
    settings = {"FILROUGE_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS)}
    async with AsyncExitStack() as around:
        supervisor = around.enter_context(supervised(stack, LANES, settings))
        operator = await around.enter_async_context(Operator(operators, LANES))
        await operator.tick(START + timedelta(days=14))
        for service in SERVICES:
            supervisor.start(service, environment=names.environment(service))
        for service in SERVICES:
            await asyncio.to_thread(supervisor[service].wait_ready)
        quiet = Quiet(stack.kafka, stack.postgres, LANES, partners)
        addresses = {one: names.kafka(PARTNER.format(partner=one)) for one in partners}
        producers = {
            address: AIOKafkaProducer(**client_options(address), acks="all")
            for address in sorted(set(addresses.values()))
        }
        for producer in producers.values():
            await around.enter_async_context(producer)
        yield Village(
            supervisor,
            operator,
            await around.enter_async_context(quiet),
            {one: producers[address] for one, address in addresses.items()},
            await around.enter_async_context(Listener(names.kafka(AUDITOR), LANES)),
        )
