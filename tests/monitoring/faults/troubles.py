"""What can be done to an installation, and is undone again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from filrouge.stack import Stack
from filrouge.stack.child import Child
from filrouge.supervisor import ServiceProcess
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

from tests.monitoring.installation import LANES

AWAKE_SECONDS, FROZEN_SECONDS = 0.02, 0.2


@contextmanager
def frozen(process: ServiceProcess) -> Iterator[None]:
    """It holds its port and its lanes, and does nothing."""
    process.freeze()
    try:
        yield
    finally:
        process.wake()


@contextmanager
def throttled(child: Child) -> Iterator[None]:
    """It runs for a tenth of the time, as a container with too small a limit does."""
    over = Event()

    def cycle() -> None:
        while not over.wait(AWAKE_SECONDS):
            child.freeze()
            over.wait(FROZEN_SECONDS)
            child.wake()

    thread = Thread(target=cycle)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@asynccontextmanager
async def full(stack: Stack, topic: str) -> AsyncIterator[None]:
    """Kafka refuses what is written to the topic, whatever it is."""
    spec = next(one for one in all_topics(LANES, SERVICES, ()) if one.name == topic)
    normal = dict(spec.config)
    await _set(stack, topic, {**normal, "max.message.bytes": "1"})
    try:
        yield
    finally:
        await _set(stack, topic, normal)


async def _set(stack: Stack, topic: str, config: dict[str, str]) -> None:
    """All settings of the topic at once: those that are not named are the broker's own again."""
    async with kafka_admin(stack.kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, config)])


def replace_release(process: ServiceProcess, module: str) -> None:
    """The same instance in another release, which is this module, for whoever asks for its metrics."""
    process.stop()
    process.module = module
    process.start()
