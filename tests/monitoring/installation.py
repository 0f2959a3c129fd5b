"""Everything that a real installation has: services, archiver, watch, a play behind it, and a Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from filrouge.archived import ask, verdicts, wait_until_archived
from filrouge.kafka_world import kafka_world, prepare
from filrouge.local_archive import LocalArchive
from filrouge.local_watch import start_watch
from filrouge.monitoring.programs import WATCH_JOB
from filrouge.operator import Operator
from filrouge.simulator.plan import Plan
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.words import headers_of, text
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.stream import kafka_source
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge_chassis.kafka_address import client_options
from filrouge_contracts.entry import AUDIT_TRAIL, SERVICES
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN

from tests.monitoring.prometheus import Prometheus

LANES, SCALE, SEED, DAYS = 2, 0.002, 5, 10
SESSION_TIMEOUT_MS = 2000
PATIENCE_SECONDS = 90.0
_NUMBERS = count(1)


class PlayedEnoughError(Exception):
    """Of everything that there are metrics of, something has happened."""


@dataclass
class Installation:
    """After the first days of a play; Prometheus has seen all of them."""

    stack: Stack
    plan: Plan
    supervisor: Supervisor
    trail: ServiceProcess
    prometheus: Prometheus

    async def speak(self) -> None:
        """The ministry says something that is refused by design: a word, a verdict, and no fact."""
        async with AIOKafkaProducer(**client_options(self.stack.kafka)) as producer:
            ministry = self.plan.cast.ministry
            headers = headers_of(
                ministry.source,
                f"said-{next(_NUMBERS)}",
                "fr.filrouge.test.word-said.v1",
                text(datetime.now(UTC)),
            )
            topic = PARTNER_IN.format(partner=ministry.id)
            await producer.send_and_wait(topic, b"{}", headers=list(headers))

    async def tick(self) -> None:
        async with Operator(self.stack.kafka, LANES) as operator:
            await operator.tick(datetime.now(UTC))

    async def put_garbage(self) -> None:
        """Somebody writes to a topic of ours: whoever reads it parks that, and an invariant is broken."""
        async with AIOKafkaProducer(**client_options(self.stack.kafka)) as intruder:
            topic = min(REGISTER.fact_topics)
            await intruder.send_and_wait(topic, b"garbage", key=b"key", partition=0)

    async def leave_a_gap(self) -> None:
        """A record says that another one came before it, which nobody has."""
        source = await kafka_source(self.stack.kafka)
        async for record in source.records():
            if record.topic in REGISTER.fact_topics:
                break
        else:
            raise AssertionError("there is no fact")
        changed = {"ce_sequence": b"1000000", "ce_prev": b"999999"}
        headers = [(name, changed.get(name, value)) for name, value in record.headers]
        async with AIOKafkaProducer(**client_options(self.stack.kafka)) as intruder:
            place = {"partition": record.partition, "key": record.key, "headers": headers}
            await intruder.send_and_wait(record.topic, record.value, **place)

    async def until(self, condition: Callable[[], bool], what: str, speaking: bool = False) -> None:
        """Looks again and again, while the ministry speaks or not."""
        loop = asyncio.get_running_loop()

        def holds() -> bool:
            if speaking:
                asyncio.run_coroutine_threadsafe(self.speak(), loop).result()
            return condition()

        def failed(why: str) -> AssertionError:
            return AssertionError(f"{what}: {why}")

        await asyncio.to_thread(wait_until, holds, PATIENCE_SECONDS, failed)

    async def fires(self, alert: str, job: str = "", speaking: bool = False) -> None:
        """The one with short windows."""
        await self.until(lambda: self._fires(alert, job), f"{alert} of {job}", speaking)
        for told in self.prometheus.ask("alerts")["alerts"]:
            assert "no value" not in " ".join(told["annotations"].values())

    async def is_over(self, alert: str, job: str = "", speaking: bool = False) -> None:
        await self.until(lambda: not self._fires(alert, job), f"no {alert} of {job}", speaking)

    def _fires(self, alert: str, job: str) -> bool:
        labels = {"job": job} if job else {}
        return self.prometheus.fires(alert, windows="short", **labels)


@asynccontextmanager
async def installation(
    stack: Stack, folder: Path, *rules: Mapping[str, Any]
) -> AsyncIterator[Installation]:
    play, archive = Play(plan_of(SCALE, SEED)), LocalArchive(folder)
    await empty(stack)
    await prepare(stack, LANES, play.plan.cast)
    settings = {"FILROUGE_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS)}
    with ExitStack() as around:
        supervisor = around.enter_context(supervised(stack, LANES, settings))
        trail = archive.start(supervisor)
        await asyncio.to_thread(supervisor.start_all)
        await asyncio.to_thread(trail.wait_ready)
        jobs = {name: supervisor[name].http_port for name in (*SERVICES, AUDIT_TRAIL)}
        jobs[WATCH_JOB] = (await asyncio.to_thread(start_watch(supervisor).wait_ready)).http_port
        prometheus = Prometheus(stack, jobs, rules)
        around.callback(prometheus.stop)
        await asyncio.to_thread(prometheus.start)
        async with kafka_world(stack, LANES, play.plan.cast, play) as world:
            with suppress(PlayedEnoughError):
                await play.run(world, until_a_day_with_refusals)
        await ask_for_a_receipt(stack, archive, trail)
        running = Installation(stack, play.plan, supervisor, trail, prometheus)
        scraped = "filrouge_receipts_asked_total"
        await running.until(lambda: bool(prometheus.samples(scraped)), "the receipt is counted")
        yield running
    await empty(stack)


def until_a_day_with_refusals(day: int, _words: int, _open: int) -> None:
    if day == DAYS:
        raise PlayedEnoughError


async def ask_for_a_receipt(stack: Stack, archive: LocalArchive, trail: ServiceProcess) -> None:
    told = next(iter(verdicts(await wait_until_archived(stack.kafka, archive))))
    await asyncio.to_thread(ask, trail.http_port, told.event_source, told.event_id)


def marked(rules: Mapping[str, Any], **labels: str) -> dict[str, Any]:
    """Alerts that can be told from those of other files."""
    groups: Sequence[Mapping[str, Any]] = rules["groups"]
    return {
        "groups": [
            {
                "name": group["name"],
                "rules": [
                    {**rule, "labels": {**rule.get("labels", {}), **labels}}
                    for rule in group["rules"]
                ],
            }
            for group in groups
        ]
    }
