"""One process of the audit trail: everything put together, run until it is told to end or has to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from secrets import token_hex

import uvicorn
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_chassis import logs
from filrouge_chassis.catalogue import registry_of_process
from filrouge_chassis.errors import FilrougeError
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_entrance import kafka_lets_in
from filrouge_chassis.settings import SettingsInvalid
from filrouge_chassis.testing import failpoints
from filrouge_chassis.voice import Voice
from filrouge_contracts.entry import AUDIT_TRAIL
from prometheus_client import make_asgi_app

from audit_trail import log_events
from audit_trail.cut import Cut, LetGo, cut_of
from audit_trail.endpoints import Endpoints
from audit_trail.inbox import Inbox
from audit_trail.memory import Memory
from audit_trail.metrics import TrailMetrics
from audit_trail.reading import Reading
from audit_trail.receipts import Receipts
from audit_trail.settings import Settings
from audit_trail.topics import Topics
from audit_trail.trail import Trail
from audit_trail.watched_store import WatchedStore
from audit_trail.witnesses import Witnesses

STOPPED = 1


class Process:
    """Everything one process holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings, registry = settings, registry_of_process()
        self._store, self._memory = WatchedStore(settings.archive), Memory(settings.archive_memory)
        self._metrics = metrics = TrailMetrics(registry)
        inbox = Inbox(settings.waiting_bytes)
        log = KafkaLog(settings.kafka, AUDIT_TRAIL, settings.request_timeout_seconds)
        self._trail = Trail(self._archiver, inbox, self._memory, metrics, self._tell_witnesses)
        self._reading = Reading(
            log,
            lambda: Topics.of(settings.kafka, AUDIT_TRAIL),
            settings.archive_share.has,
            self._trail,
            inbox,
            # who has a share does not see all that a lane notes and says
            self._cut if settings.archive_share.of == 1 else None,
        )
        metrics.lag.set_function(self._reading.lag_records)
        self._witnesses = Witnesses(
            settings.archive_witnesses,
            self._store,
            self._trail.publish_cosigned,
            self._trail.keep_cosigned,
            metrics,
        )
        self._voice = Voice(log, AUDIT_TRAIL)
        self.endpoints = Endpoints(
            Receipts(self._store, settings.verifiers),
            self._voice,
            metrics,
            make_asgi_app(registry),
            lambda: [] if self._reading.ready else ["partitions are being taken up"],
            self._reading.end_of,
        )

    async def _tell_witnesses(self, note: str) -> None:
        await self._witnesses.tell(note)

    def _archiver(self) -> Archiver:
        settings = self._settings
        return Archiver(
            self._store,
            settings.archive_key,
            settings.archive_salt,
            token_hex(16),
            self._memory.recall(),
            settings.archive_former_keys,
        )

    def _cut(self) -> Cut:
        return cut_of(self._archive, self._settings.waiting_bytes, self._cut_lost)

    def _archive(self) -> Archive:
        return Archive(self._store, self._settings.verifiers)

    def _cut_lost(self, lost: LetGo) -> None:
        self._metrics.cut_lost()
        log_events.CUT_LOST.say(place=lost.place, offset=lost.offset, why=lost.why)

    async def run(self) -> int:
        """Until SIGTERM, which archives what was read; or until something is wrong. Returns the status."""
        settings = self._settings
        config = uvicorn.Config(
            self.endpoints,
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        server = _Server(config)
        reading = asyncio.create_task(self._reading.run())
        witnesses = asyncio.create_task(self._witnesses.run())
        trail = asyncio.create_task(self._trail.run())
        serving = asyncio.create_task(server.serve())
        told = asyncio.create_task(_told_to_end())
        working = (reading, trail, witnesses, serving)
        await asyncio.wait((*working, told), return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            reading.cancel()
            self._trail.end()
            await asyncio.wait((trail,), timeout=settings.drain_seconds)
        server.should_exit = True
        await asyncio.wait((serving,))
        status = _status(working)
        for task in (*working, told):
            task.cancel()
        await self._voice.close()
        return status


class _Server(uvicorn.Server):
    """The process decides itself what a signal means."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _told_to_end() -> None:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def _status(tasks: tuple[asyncio.Task[None], ...]) -> int:
    """Says why it stopped: an error of ours says all, any other one where it was made."""
    for task in tasks:
        error = task.exception() if task.done() and not task.cancelled() else None
        if isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        if error is not None:
            trace = None if isinstance(error, FilrougeError) else error
            more = {"error": type(error).__name__}
            log_events.STOPPED.say(reason=error, more=more, exc_info=trace)
            return STOPPED
    return 0


def run() -> int:
    """Returns the exit status."""
    try:
        settings = Settings.from_environment()
        asyncio.run(kafka_lets_in(settings.kafka))
    except SettingsInvalid as error:
        sys.stderr.write(f"{AUDIT_TRAIL}: {error}\n")
        return 2
    logs.configure(AUDIT_TRAIL, settings.log_level)
    failpoints.install_from(settings.failpoints)
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    return await Process(settings).run()
