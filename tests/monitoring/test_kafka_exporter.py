"""A real broker with the JMX exporter and the chart's own rules: the panels of Kafka have answers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from filrouge.monitoring.dashboards.infrastructure import KAFKA
from filrouge.monitoring.dashboards.infrastructure import STRIMZI as OF_BROKERS
from filrouge.monitoring.dashboards.panels import Panel
from filrouge.stack import Stack, jars
from filrouge.stack.broker import Broker
from filrouge.stack.child import Command
from filrouge.stack.waiting import free_port, wait_until
from filrouge.topics import ensure_topics
from filrouge_chassis.kafka_address import client_options
from filrouge_contracts.topic_specs import TopicSpec

from tests.monitoring.asked import filled_in
from tests.monitoring.programs import needs_prometheus
from tests.monitoring.prometheus import Prometheus

pytestmark = [pytest.mark.stack, pytest.mark.faults, needs_prometheus]
RULES = Path(__file__).parents[2] / "deploy/helm/platform/files/kafka-metrics.yaml"
PATIENCE_SECONDS = 180.0
TOPIC = TopicSpec("measured", 1, {})


@dataclass(slots=True)
class MeasuredBroker(Broker):
    """Tells its metrics at `metrics_port`, once it is a broker and no longer a tool."""

    metrics_port: int = 0

    def _command(self, main_class: str, *arguments: str) -> Command:
        command = Broker._command(self, main_class, *arguments)
        if main_class != "kafka.Kafka":
            return command
        agent = f"-javaagent:{jars.metrics_agent()}=127.0.0.1:{self.metrics_port}:{RULES}"
        return replace(command, environment={**command.environment, "JAVA_TOOL_OPTIONS": agent})


@pytest.fixture(scope="module")
def prometheus(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("measured")
    with ExitStack() as around:
        broker = MeasuredBroker(folder, stack.janitor, metrics_port=free_port())
        around.callback(broker.stop)
        broker.start()
        asyncio.run(_write(broker.address))
        asking = Prometheus(stack, {"kafka": broker.metrics_port}, ())
        around.callback(asking.stop)
        asking.start()
        yield asking


async def _write(kafka: str) -> None:
    await ensure_topics(kafka, [TOPIC])
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        await producer.send_and_wait(TOPIC.name, os.urandom(1000))


@pytest.mark.parametrize(
    "panel",
    [panel for panel in KAFKA.panels if panel.of_cluster == OF_BROKERS],
    ids=lambda p: p.title,
)
def test_what_a_panel_asks_of_brokers_they_tell(prometheus: Prometheus, panel: Panel) -> None:
    for query in panel.queries:
        asked = filled_in(query.expression)
        wait_until(
            lambda: bool(prometheus.samples(asked)),  # noqa: B023
            PATIENCE_SECONDS,
            lambda why: AssertionError(f"{asked}: {why}"),  # noqa: B023
        )


def test_bytes_are_counted_once_and_not_by_topic_as_well(prometheus: Prometheus) -> None:
    (sample,) = prometheus.samples("kafka_server_brokertopicmetrics_bytesin_total")
    assert sample[1] > 1000
