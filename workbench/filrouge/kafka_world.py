"""The simulator's world on a real installation: partners speak, the operator ticks when all is quiet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import get_args

from filrouge_chassis.control import Control
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.control import PartnerKind
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

from filrouge.operator import NewPartner, Operator
from filrouge.quiet import Ends, Quiet
from filrouge.simulator.act import Reader
from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.client import Client
from filrouge.simulator.parameters import FROM_THE_START, RULES
from filrouge.simulator.words import START, Word
from filrouge.stack import Stack
from filrouge.topics import ensure_topics


async def prepare(stack: Stack, lanes: int, cast: Cast) -> None:
    """Topics, partners and parameters, before the services start: then nobody waits for metadata."""
    await ensure_topics(stack.kafka, all_topics(lanes, SERVICES, ()))
    async with Operator(stack.kafka, lanes) as operator:
        await operator.register([new_partner(partner) for partner in cast], START)
        for name, value in FROM_THE_START.items():
            await operator.set_parameter(name, value, START)
        for service, rule, version in RULES:
            await operator.start_rule_version(service, rule, version, START)


def new_partner(partner: Partner) -> NewPartner:
    kinds: dict[str, PartnerKind] = {kind: kind for kind in get_args(PartnerKind)}
    return NewPartner(partner.id, kinds[partner.kind], partner.siret, partner.uai)


class KafkaWorld:
    """Every step ends when all is quiet again, so that a play is the same each time."""

    def __init__(self, operator: Operator, quiet: Quiet, client: Client) -> None:
        self._operator, self._quiet, self._client = operator, quiet, client

    @property
    def control(self) -> Control:
        return self._operator.control

    async def tick(self, at: datetime) -> None:
        await self._operator.tick(at)
        await self.settle()

    async def say(self, words: Sequence[Word]) -> None:
        await self._client.say(words)
        await self._quiet.wait(None)
        await self._client.read()

    async def say_soon(self, words: Sequence[Word]) -> None:
        """Kafka has them when this returns; what follows from them is not waited for."""
        await self._client.say(words)

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        await self._operator.set_parameter(name, value, effective_at)

    async def erase(self, erasure: RecordErased) -> None:
        await self._operator.erase(erasure)

    async def settle(self) -> None:
        await self._quiet.wait(self.control.now)
        await self._client.read()

    async def tick_soon(self, after: timedelta) -> None:
        """Moves the clock and does not wait."""
        await self._operator.tick(self.control.now + after)

    async def published(self) -> Ends:
        """Where everything ends that any service reads."""
        return await self._quiet.ends()


@asynccontextmanager
async def kafka_world(
    stack: Stack, lanes: int, cast: Cast, reader: Reader
) -> AsyncIterator[KafkaWorld]:
    partners = [partner.id for partner in cast]
    async with (
        Operator(stack.kafka, lanes) as operator,
        Quiet(stack.kafka, stack.postgres, lanes, partners) as quiet,
        Client(stack.kafka, lanes, partners, reader) as client,
    ):
        yield KafkaWorld(operator, quiet, client)
