"""A consumer is stopped: what its library cancels meanwhile ends nobody else, and who is cancelled ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from filrouge_chassis import kafka
from filrouge_chassis.kafka import stop_consumer
from filrouge_chassis.tasks import is_cancelled


class Client:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Consumer:
    """Stops as it is told."""

    def __init__(self, stop: Callable[[], Awaitable[None]]) -> None:
        self.stop, self._client = stop, Client()


async def its_own_task_waits() -> None:
    """What aiokafka does with a fetch that waits to be tried again."""
    task = asyncio.create_task(for_ever())
    await asyncio.sleep(0)
    task.cancel()
    await task


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_what_the_library_cancels_is_not_a_cancellation_of_whoever_stops_it() -> None:
    with pytest.raises(asyncio.CancelledError):
        await its_own_task_waits()
    consumer = Consumer(its_own_task_waits)
    await stop_consumer(consumer)
    assert consumer._client.closed
    assert not is_cancelled()


async def test_who_is_cancelled_while_it_stops_a_consumer_ends() -> None:
    begun = asyncio.Event()

    async def stop() -> None:
        begun.set()
        await for_ever()

    consumer = Consumer(stop)
    stopping = asyncio.create_task(stop_consumer(consumer))
    await begun.wait()
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert consumer._client.closed


async def test_what_does_not_stop_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "CLOSE_SECONDS", 0.01)
    consumer = Consumer(for_ever)
    await stop_consumer(consumer)
    assert consumer._client.closed
