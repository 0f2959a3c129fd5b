"""Everything that a real installation has: services, archiver, watch, a play behind it, and a Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
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
from filrouge.simulator.plan import Line, Opening, Plan
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.says import open_credits
from filrouge.simulator.words import START, Headers, headers_of, text
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.stream import kafka_source
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.testing.examples import example
from filrouge_contracts.budget import CreditsWithdrawn
from filrouge_contracts.entry import AUDIT_TRAIL, SERVICES
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN

from tests.monitoring.prometheus import Prometheus
from tests.monitoring.witness import OwnWitness

LANES, SCALE, SEED, DAYS = 2, 0.002, 5, 10
SESSION_TIMEOUT_MS = 2000
PATIENCE_SECONDS = 180.0
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
    watch: ServiceProcess
    witness: OwnWitness
    prometheus: Prometheus
    archive: LocalArchive

    async def speak(self, times: int = 1) -> None:
        """The ministry says something that is refused by design: a word, a verdict, and no fact."""
        ministry = self.plan.cast.ministry
        kind, moment = "fr.filrouge.test.word-said.v1", text(datetime.now(UTC))
        said = (f"said-{next(_NUMBERS)}" for _ in range(times))
        await self._send((headers_of(ministry.source, one, kind, moment), b"{}") for one in said)

    async def open_credits(self, *lines: str) -> None:
        """The ministry opens a little on each of these budget lines, for the first time: each is booked."""
        words = []
        for line in lines:
            opening = Opening(0, 100, 100)
            word = open_credits(self.plan.cast, Line(line, "UO-1", ()), opening, "UO-1", line)
            words.append((word.headers, word.value))
        await self._send(words)

    async def withdraw_from_unknown_lines(self, count: int) -> None:
        """Each waits for credits that never come, until its grace ends."""
        ministry = self.plan.cast.ministry
        words = []
        for n in range(count):
            said = example(
                CreditsWithdrawn,
                decision=f"DECISION-{n}",
                budget_line=f"P147-NEVER-{n}",
                withdrawn_at=START,
                withdrawn_by=ministry.user(1),
            )
            identity, moment = f"withdrawn-{n}", text(START)
            headers = headers_of(ministry.source, identity, said.event_type, moment)
            words.append((headers, said.to_json()))
        await self._send(words)

    async def _send(self, words: Iterable[tuple[Headers, bytes]]) -> None:
        topic = PARTNER_IN.format(partner=self.plan.cast.ministry.id)
        producer = AIOKafkaProducer(**client_options(self.stack.kafka))
        try:
            await producer.start()
            for headers, value in words:
                await producer.send(topic, value, headers=list(headers))
        finally:  # also of one that did not reach Kafka
            await producer.stop()

    async def tick(self, at: datetime | None = None) -> None:
        async with Operator(self.stack.kafka, LANES) as operator:
            await operator.tick(at or datetime.now(UTC))

    async def put_garbage(self) -> None:
        """Somebody writes to a topic of ours: whoever reads it parks that, and an invariant is broken."""
        async with AIOKafkaProducer(**client_options(self.stack.kafka)) as intruder:
            topic = min(REGISTER.fact_topics)
            await intruder.send_and_wait(topic, b"garbage", key=b"key", partition=0)

    async def leave_a_gap(self) -> None:
        """A record says that another one came before it, which nobody has."""
        source = await kafka_source(self.stack.kafka)
        heard = {entry.topic for entry in REGISTER if entry.heard_by}
        async for record in source.records():
            if record.topic in REGISTER.fact_topics and record.topic in heard:
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

    async def for_seconds(self, seconds: float, speaking: bool = False) -> None:
        """As long as a promise allows, or a little longer."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await self.until(lambda: loop.time() > end, f"{seconds} seconds pass", speaking)

    async def fires(self, alert: str, speaking: bool = False, **labels: str) -> None:
        """The one with short windows."""
        what = f"{alert} of {labels}"
        await self.until(lambda: self._fires(alert, labels), what, speaking)
        for told in self.prometheus.ask("alerts")["alerts"]:
            assert "no value" not in " ".join(told["annotations"].values())

    async def is_over(self, alert: str, speaking: bool = False, **labels: str) -> None:
        what = f"no {alert} of {labels}"
        await self.until(lambda: not self._fires(alert, labels), what, speaking)

    def _fires(self, alert: str, labels: Mapping[str, str]) -> bool:
        return self.prometheus.fires(alert, windows="short", **labels)


@asynccontextmanager
async def installation(
    stack: Stack, folder: Path, *rules: Mapping[str, Any]
) -> AsyncIterator[Installation]:
    play, archive = Play(plan_of(SCALE, SEED)), LocalArchive(folder)
    await empty(stack)
    await prepare(stack, LANES, play.plan.cast)
    witness = OwnWitness()
    settings = {
        "FILROUGE_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS),
        "FILROUGE_ARCHIVE_WITNESSES": witness.setting,
    }
    with ExitStack() as around:
        around.callback(witness.stop)
        witness.start()
        supervisor = around.enter_context(supervised(stack, LANES, settings))
        trail = archive.start(supervisor)
        await asyncio.to_thread(supervisor.start_all)
        await asyncio.to_thread(trail.wait_ready)
        jobs = {name: supervisor[name].http_port for name in (*SERVICES, AUDIT_TRAIL)}
        watch = await asyncio.to_thread(start_watch(supervisor).wait_ready)
        jobs[WATCH_JOB] = watch.http_port
        prometheus = Prometheus(stack, jobs, rules)
        around.callback(prometheus.stop)
        await asyncio.to_thread(prometheus.start)
        async with kafka_world(stack, LANES, play.plan.cast, play) as world:
            with suppress(PlayedEnoughError):
                await play.run(world, until_a_day_with_refusals)
        await ask_for_a_receipt(stack, archive, trail)
        servers = (supervisor, trail, watch, witness, prometheus)
        running = Installation(stack, play.plan, *servers, archive)
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
