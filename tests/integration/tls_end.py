"""A TLS end in front of PostgreSQL, since the one of the wheel is built without: it speaks to clients as a
server does that lets nobody in otherwise."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread

from filrouge.stack.secured import HOST, Entrance

START_SECONDS = 10.0
SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@contextmanager
def tls_end(entrance: Entrance, server_port: int) -> Iterator[int]:
    """The port of it. It has a thread of its own, so that nobody has to wait for it to be heard."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(entrance.folder / "ca.crt", entrance.folder / "server.key")
    end = _End(context, server_port)
    thread = Thread(target=lambda: asyncio.run(end.serve()))
    thread.start()
    try:
        yield end.port.result(START_SECONDS)
    finally:
        end.loop.call_soon_threadsafe(end.told_to_end.set)
        thread.join()


class _End:
    def __init__(self, context: ssl.SSLContext, server_port: int) -> None:
        self._context, self._server_port = context, server_port
        self.port: Future[int] = Future()

    async def serve(self) -> None:
        self.loop, self.told_to_end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.connected, HOST, 0)
        self.port.set_result(server.sockets[0].getsockname()[1])
        await self.told_to_end.wait()
        server.close()

    async def connected(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await near.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                answer.write(b"S")
                await answer.drain()
                await answer.start_tls(self._context)
                await self._between(near, answer)
        answer.close()

    async def _between(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        far, ask = await asyncio.open_connection(HOST, self._server_port)
        ways = [
            asyncio.create_task(_pass_on(near, ask)),
            asyncio.create_task(_pass_on(far, answer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            ask.close()


async def _pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(1 << 16):
            to.write(data)
            await to.drain()
