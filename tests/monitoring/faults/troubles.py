"""What can be done to an installation, and is undone again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread
from typing import Protocol

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from filrouge.stack import Stack
from filrouge.stack.child import Child
from filrouge.supervisor import ServiceProcess
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

from tests.monitoring.installation import LANES

AWAKE_SECONDS, FROZEN_SECONDS = 0.02, 0.2


class Handled(Protocol):
    """A process of ours, or a server under them."""

    @property
    def child(self) -> Child: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


@asynccontextmanager
async def killed(process: Handled) -> AsyncIterator[None]:
    """Until somebody starts it, at the end at the latest."""
    await asyncio.to_thread(process.kill)
    try:
        yield
    finally:
        if not process.child.running:
            await asyncio.to_thread(process.start)


@contextmanager
def frozen(process: ServiceProcess) -> Iterator[None]:
    """It holds its port and its lanes, and does nothing."""
    process.freeze()
    try:
        yield
    finally:
        process.wake()


@contextmanager
def throttled(child: Child) -> Iterator[Event]:
    """It runs for a tenth of the time, as a container with too small a limit does, until the event is set."""
    over = Event()

    def cycle() -> None:
        while not over.wait(AWAKE_SECONDS):
            child.freeze()
            over.wait(FROZEN_SECONDS)
            child.wake()

    thread = Thread(target=cycle)
    thread.start()
    try:
        yield over
    finally:
        over.set()
        thread.join()


@asynccontextmanager
async def full(stack: Stack, topic: str) -> AsyncIterator[None]:
    """Kafka refuses what is written to the topic, whatever it is."""
    await _set(stack, {topic: {**_settings()[topic], "max.message.bytes": "1"}})
    try:
        yield
    finally:
        await set_back(stack)


async def set_back(stack: Stack) -> None:
    """Every topic has the settings that it was made with."""
    await _set(stack, _settings())


def _settings() -> dict[str, dict[str, str]]:
    return {spec.name: dict(spec.config) for spec in all_topics(LANES, SERVICES, ())}


async def _set(stack: Stack, settings: Mapping[str, dict[str, str]]) -> None:
    """All settings of a topic at once: those that are not named are the broker's own again."""
    kind = ConfigResourceType.TOPIC
    async with kafka_admin(stack.kafka) as admin:
        await admin.alter_configs([ConfigResource(kind, *one) for one in settings.items()])


def replace_release(process: ServiceProcess, module: str) -> None:
    """The same instance in another release, which is this module, for whoever asks for its metrics."""
    process.stop()
    process.module = module
    process.start()
