"""Ending tasks, and being ended."""

from __future__ import annotations

import asyncio
from typing import Any

CANCEL_SECONDS = 1.0


async def end(task: asyncio.Task[Any]) -> None:
    """Cancels it until it has ended. Once is not enough: `wait_for` of Python 3.11 swallows a cancellation
    that comes in the moment in which what it waits for is done, and libraries use it."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=CANCEL_SECONDS)


def is_cancelled() -> bool:
    """Whether it is the task itself that was cancelled, and not one that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
