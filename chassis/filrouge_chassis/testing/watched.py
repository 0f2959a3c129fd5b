"""A process with one lane on fakes, driven by the test as the consumer would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiokafka import OffsetAndMetadata, TopicPartition
from prometheus_client import CollectorRegistry

from filrouge_chassis.instance import ConsumerFeed, Instance
from filrouge_chassis.lane import Lane
from filrouge_chassis.layout import FactLayout, LanePlan
from filrouge_chassis.metrics import LagCollector, LaneMetrics
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.surroundings import Limits, Surroundings
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeLog
from filrouge_chassis.testing.fake_store import Turn, no_turn
from filrouge_chassis.testing.stepwise import Stepwise
from filrouge_chassis.tracing import Traces

HEARD = Partition("equipment.g1", 0)


class Consumer:
    """Holds all partitions; knows where they ended when it last asked."""

    def __init__(self, places: Collection[Partition]) -> None:
        self.places = {TopicPartition(*place) for place in places}
        self.ends: dict[TopicPartition, int] = {}
        self.offsets: list[
            dict[TopicPartition, OffsetAndMetadata]
        ] = []  # committed, one after another
        self.refusal: Exception | None = None  # what the next commit raises

    def assignment(self) -> set[TopicPartition]:
        return self.places

    def highwater(self, place: TopicPartition) -> int | None:
        return self.ends.get(place)

    def seek(self, place: TopicPartition, offset: int) -> None: ...

    def pause(self, *places: TopicPartition) -> None: ...

    def resume(self, *places: TopicPartition) -> None: ...

    async def getmany(self, *places: TopicPartition, timeout_ms: int = 0) -> Mapping[str, Any]:
        """Finds nothing."""
        return {"places": places, "timeout_ms": timeout_ms}

    async def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        """As the real one, it does not take nothing."""
        if not offsets:
            raise ValueError(offsets)
        refusal, self.refusal = self.refusal, None
        if refusal is not None:
            raise refusal
        self.offsets.append(offsets)


class Watched:
    """A process with one lane on fakes, and its metrics as Prometheus reads them."""

    def __init__(self, traces: Traces | None = None, log_turn: Turn = no_turn) -> None:
        """`log_turn` is called before every step of the broker, and may raise."""
        self.world, self.registry, feed = Stepwise(), CollectorRegistry(), ConsumerFeed()
        self.feed = feed
        self.consumer = Consumer(self.world.partitions)
        feed.find_consumer = lambda: self.consumer
        metrics = LaneMetrics(self.registry)
        self.around = Surroundings(
            toy.ORDERS,
            self.world.reader,
            FakeLog(self.world.broker, log_turn),
            self.world.control,
            feed,
            metrics,
            Limits(backoff_seconds=0),
            traces,
        )
        layout = FactLayout("equipment_orders")
        self.instance = Instance(
            layout, self.world.control, feed, self._make_lane, metrics.rebalanced
        )
        self.registry.register(LagCollector(self.instance))

    def _make_lane(self, plan: LanePlan) -> Lane:
        return Lane(self.around, self.world.identity, plan.partitions, self.world.store)

    @property
    def lane(self) -> Lane:
        return self.instance.lanes["0"]

    async def start(self) -> None:
        await self.instance.on_partitions_assigned(self.consumer.places)
        await until(lambda: self.lane.ready)

    async def take(self, records: list[RawRecord]) -> None:
        """Delivers the records and waits until the lane has taken them."""
        self.instance.deliver(records)
        end = records[-1].offset + 1
        await until(lambda: self.lane.progress.row.positions.get(str(HEARD)) == end)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"filrouge_{name}", labels)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it does not come to that")


def orders(world: Stepwise, *numbers: int, quantity: int = 1) -> list[RawRecord]:
    return world.hear(*(toy.order_requested(number, quantity) for number in numbers))
