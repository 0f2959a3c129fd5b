"""A bad line to PostgreSQL: connections are cut while a statement is on its way, or its answer is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from urllib.parse import urlsplit, urlunsplit

STATEMENT_BYTES = 500
"""A commit brings a lane row, states and an outbox row: what is smaller is some question."""


class BadLine:
    """Passes bytes on; now and then, around a commit, it loses them and the connection."""

    def __init__(self, url: str, chance: Random, rate: float) -> None:
        self.cut_before, self.cut_after = 0, 0
        self.broken = True
        self._target = urlsplit(url)
        self._chance, self._rate = chance, rate
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[BadLine]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = urlunsplit(self._target._replace(netloc=f"postgres@127.0.0.1:{port}"))
        async with server:
            yield self

    async def _connected(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far, ask = await asyncio.open_connection(self._target.hostname, self._target.port)
            doomed = asyncio.Event()
            ways = [
                asyncio.ensure_future(self._questions(near, ask, doomed)),
                asyncio.ensure_future(self._answers(far, answer, doomed)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            ask.transport.abort()
        answer.transport.abort()

    async def _questions(
        self, near: asyncio.StreamReader, ask: asyncio.StreamWriter, doomed: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await near.read(1 << 16):
                if len(data) > STATEMENT_BYTES and self._strikes():
                    if self._chance.random() < 0.5:
                        self.cut_before += 1
                        return
                    doomed.set()  # it takes effect, and nobody hears of it
                ask.write(data)
                await ask.drain()

    async def _answers(
        self, far: asyncio.StreamReader, answer: asyncio.StreamWriter, doomed: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await far.read(1 << 16):
                if doomed.is_set():
                    self.cut_after += 1
                    return
                answer.write(data)
                await answer.drain()

    def _strikes(self) -> bool:
        return self.broken and self._chance.random() < self._rate
