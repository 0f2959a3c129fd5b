"""Waiting for a condition with a deadline, and for coroutines from code that is not async."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from filrouge.stack.problems import StackFailed

T = TypeVar("T")
PAUSE_SECONDS = 0.05
FIRST_PORT, LAST_PORT = 20_000, 32_000
PORT_TRIES = 1_000
_GIVEN: set[int] = set()


def wait_until(
    condition: Callable[[], bool], seconds: float, failed: Callable[[str], Exception]
) -> None:
    """Ask again and again until it holds; `failed` makes the error out of a reason."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise failed(f"not so within {seconds:g} seconds")
        time.sleep(PAUSE_SECONDS)


def run_coroutine(make: Callable[[], Coroutine[object, object, T]]) -> T:
    """In a thread with an event loop of its own, so that it works inside a running loop too."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(make())).result()


def free_port() -> int:
    """A free port of 127.0.0.1 that this process was not given before.

    Below the range from which outgoing connections get theirs: a client that tries again and again to
    reach a dead server on a port of that range can connect to itself, and then the server's port is taken.
    """
    chance = random.SystemRandom()
    for _ in range(PORT_TRIES):
        port = chance.randrange(FIRST_PORT, LAST_PORT)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _GIVEN:
            _GIVEN.add(port)
            return port
    raise StackFailed(
        f"no free port of 127.0.0.1 from {FIRST_PORT} to {LAST_PORT}: stop what holds them"
    )
