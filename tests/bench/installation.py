"""What every measurement needs: topics on the stack, a clock that has ticked, facts to hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from filrouge.operator import Operator
from filrouge.stack import Stack
from filrouge.topics import ensure_topics
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.partitioner import partition_of
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.budget import CommitmentRequested, CreditsOpened
from filrouge_contracts.entry import BUDGET_ACCOUNTING, GATEWAY, ORDERS
from filrouge_contracts.event import Event
from filrouge_contracts.table.budget import BUDGET
from filrouge_contracts.topic_specs import all_topics

LANES = 4
START = datetime(2020, 5, 4, 8, tzinfo=UTC)
PUBLISHED_AT_ONCE = 5_000
AE_CENTS = 10**13
AMOUNT_CENTS = 369_60

Ends = Mapping[Partition, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put on the budget topic while nobody read it."""

    first: Ends
    end: Ends
    count: int


@dataclass
class Installation:
    """A stack with topics, and the lanes upstream of budget_accounting, which only speak."""

    stack: Stack
    lines: int
    orders: int = 0  # asked for so far
    log: KafkaLog = field(init=False)
    _upstream: list[Producer] = field(init=False)

    def __post_init__(self) -> None:
        self.log = KafkaLog(self.stack.kafka, "bench")
        self._upstream = [Producer(ORDERS, lane, LANES, START) for lane in range(LANES)]

    async def prepare(self) -> Asked:
        """Topics, one tick, and credits on every budget line."""
        await ensure_topics(self.stack.kafka, all_topics(LANES, [BUDGET_ACCOUNTING], []))
        async with Operator(self.stack.kafka, LANES) as operator:
            await operator.tick(START)
        credits = [
            example(CreditsOpened, budget_line=line_name(number), ae_cents=AE_CENTS)
            for number in range(self.lines)
        ]
        first = await self.ends(budget_partitions())
        await self.publish(Producer(GATEWAY, 0, LANES, START).say(*credits))
        return Asked(first, await self.ends(budget_partitions()), self.lines)

    async def ask(self, count: int) -> Asked:
        """Publishes so many CommitmentRequested: each order said by its own lane, lines in turn."""
        first = await self.ends(budget_partitions())
        await self._say(self.requests(count))
        return Asked(first, await self.ends(budget_partitions()), count)

    async def _say(self, requests: Sequence[CommitmentRequested]) -> None:
        for first in range(0, len(requests), PUBLISHED_AT_ONCE):
            said: list[list[Event]] = [[] for _ in range(LANES)]
            for request in requests[first : first + PUBLISHED_AT_ONCE]:
                said[partition_of(request.engagement, LANES)].append(request)
            for producer, events in zip(self._upstream, said, strict=True):
                await self.publish(producer.say(*events))

    def requests(self, count: int) -> list[CommitmentRequested]:
        """Requests of orders that were not seen before, the lines in turn."""
        orders = range(self.orders, self.orders + count)
        self.orders += count
        return [commitment_requested(number, number % self.lines) for number in orders]

    async def publish(self, records: Sequence[Outgoing]) -> None:
        publisher = await self.log.publisher()
        try:
            for first in range(0, len(records), PUBLISHED_AT_ONCE):
                await publisher.publish(records[first : first + PUBLISHED_AT_ONCE])
        finally:
            await publisher.close()

    async def new_topic(self, name: str, partitions: int = LANES) -> list[Partition]:
        """A topic with the settings of all event topics."""
        specs = all_topics(LANES, [], [])
        like = next(spec for spec in specs if spec.name == BUDGET)
        await ensure_topics(self.stack.kafka, [replace(like, name=name, partitions=partitions)])
        return [Partition(name, number) for number in range(partitions)]

    async def ends(self, partitions: Sequence[Partition]) -> Ends:
        bounds = await self.log.bounds(partitions)
        return {partition: end for partition, (_, end) in bounds.items()}


def budget_partitions() -> list[Partition]:
    return [Partition(BUDGET, number) for number in range(LANES)]


def line_name(number: int) -> str:
    return f"147-IDF-{number:04d}"


def commitment_requested(order: int, line: int) -> CommitmentRequested:
    return CommitmentRequested(
        budget_line=line_name(line),
        engagement=f"order:O-075-{order:07d}",
        supplier="73282932000074",
        amount_cents=AMOUNT_CENTS,
        requested_at=START,
        ordered_by="U-1001",
        answer_by=START + timedelta(days=3),
    )
