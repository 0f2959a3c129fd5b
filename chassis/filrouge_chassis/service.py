"""One process of a service: FastStream for the subscription and the endpoints, lanes for the rest."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Any

import uvicorn
from faststream import AckPolicy
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage
from prometheus_client import make_asgi_app

from filrouge_chassis import logs
from filrouge_chassis.catalogue import registry_of_process
from filrouge_chassis.control import ControlLog
from filrouge_chassis.control_reader import follow_control, load_control
from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import LaneStopped, Transient
from filrouge_chassis.facts import FactReader
from filrouge_chassis.instance import ConsumerFeed, Instance
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import security_of
from filrouge_chassis.kafka_entrance import kafka_lets_in
from filrouge_chassis.lane import Lane
from filrouge_chassis.layout import LanePlan, Layout, lane_assignor, layout_of
from filrouge_chassis.memory import collect_seldom
from filrouge_chassis.metrics import LagCollector, LaneMetrics
from filrouge_chassis.outbound import Identity
from filrouge_chassis.postgres import PostgresLaneStore
from filrouge_chassis.postgres_entrance import postgres_lets_in
from filrouge_chassis.sampling import Sampling
from filrouge_chassis.settings import Settings, SettingsInvalid
from filrouge_chassis.span_export import SpanExport, collector_at
from filrouge_chassis.spans import Spans
from filrouge_chassis.surroundings import Limits, Surroundings
from filrouge_chassis.testing import failpoints
from filrouge_chassis.tracing import Traces

quiet = logging.getLogger("faststream")
BACKOFF_AT_MOST_SECONDS = 5.0
POLL_AT_MOST_SECONDS = 30.0


class Process:
    """Everything one process holds, put together once."""

    def __init__(self, decider: Decider, settings: Settings) -> None:
        self.decider, self.settings, self.layout = decider, settings, layout_of(decider)
        self.name = decider.service
        self.registry = registry_of_process()
        self.metrics = LaneMetrics(self.registry)
        self.control, self.feed = ControlLog(), ConsumerFeed()
        self.log = KafkaLog(settings.kafka, self.name, settings.request_timeout_seconds)
        self.reader = FactReader(self.decider, self.layout.redrive_suffix)
        self.instance = Instance(
            self.layout, self.control, self.feed, self._make_lane, self.metrics.rebalanced
        )
        self.registry.register(LagCollector(self.instance))
        bootstrap, security = security_of(settings.kafka)
        self.broker = KafkaBroker(
            bootstrap,
            client_id=self.name,
            logger=quiet,
            allow_auto_create_topics=False,
            security=security,
        )
        self.subscriber = self._subscribe()
        self.feed.find_consumer = lambda: self.subscriber.consumer
        self.tasks: list[asyncio.Task[None]] = []
        self.around = Surroundings(
            self.decider,
            self.reader,
            self.log,
            self.control,
            self.feed,
            self.metrics,
            Limits(
                batch_records=settings.batch_records,
                inbox_records=settings.inbox_records,
                cached_states=settings.cached_states,
                drain_seconds=settings.drain_seconds,
            ),
            self._traces(),
        )

    def _traces(self) -> Traces | None:
        settings = self.settings
        if not settings.trace_collector:
            return None
        exporter = collector_at(settings.trace_collector)
        export = SpanExport(exporter, settings.trace_spans_per_second, self.metrics.exported)
        sampling = Sampling(settings.trace_ratio)
        return Traces(Spans(self.name, settings.release), sampling, export)

    def _make_lane(self, plan: LanePlan) -> Lane:
        settings = self.settings
        identity = Identity(
            self.name, plan.number, settings.lanes, settings.release, self.decider.fingerprint()
        )
        store = PostgresLaneStore(
            settings.postgres,
            self.name,
            plan.number,
            identity.shape,
            settings.request_timeout_seconds,
        )
        return Lane(self.around, identity, plan.partitions, store, plan.partner)

    def _subscribe(self) -> Any:
        """MANUAL acknowledgement, raw records, whole lanes: see docs/decisions for each argument."""
        subscriber = self.broker.subscriber(
            *self._topics(),
            pattern=self.layout.subscription().get("pattern"),
            batch=True,
            group_id=self.name,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            max_records=self.settings.batch_records,
            batch_timeout_ms=10,
            fetch_max_wait_ms=100,
            session_timeout_ms=self.settings.session_timeout_ms,
            heartbeat_interval_ms=self.settings.session_timeout_ms // 3,
            rebalance_timeout_ms=20_000,
            partition_assignment_strategy=(lane_assignor(self.layout),),
            listener=self.instance,
            parser=_raw_batch,
            decoder=_raw_records,
        )

        @subscriber
        async def take(records) -> None:  # type: ignore[no-untyped-def]  # annotated it would be parsed
            self.instance.deliver(records)

        return subscriber

    def _topics(self) -> tuple[str, ...]:
        topics: tuple[str, ...] = self.layout.subscription().get("topics", ())
        return topics

    # --- life ------------------------------------------------------------------------------------

    def app(self) -> AsgiFastStream:
        return AsgiFastStream(
            self.broker,
            logger=None,
            asgi_routes=[
                ("/livez", get(self._live)),
                ("/readyz", get(self._ready)),
                ("/metrics", make_asgi_app(self.registry)),
            ],
            on_startup=[self._before],
            after_startup=[self._after],
            on_shutdown=[self._stop],
        )

    async def _before(self) -> None:
        """Waits for Kafka, refuses topics of another shape, reads control to its end."""
        backoff = 0.1
        while True:
            try:
                await check_partitions(self.log, self.layout, self.settings.lanes)
                await load_control(self.log, self.control)
                return
            except Transient as error:
                logs.KAFKA_AWAY.say(error=error)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, BACKOFF_AT_MOST_SECONDS)

    async def _after(self) -> None:
        follow = follow_control(self.log, self.control, self.instance.control_news)
        self.instance.watch_polls()
        self.tasks = [
            asyncio.create_task(follow, name="control"),
            asyncio.create_task(self.instance.commit_offsets_for_ever(), name="offsets"),
        ]
        for task in self.tasks:
            task.add_done_callback(_say_why)
        if self.around.traces is not None:
            self.around.traces.export.start()

    async def _stop(self) -> None:
        """Drains the lanes while the consumer still holds its place in the group."""
        for task in self.tasks:
            task.cancel()
        await self.instance.stop_lanes()
        if self.around.traces is not None:
            await self.around.traces.export.close()

    # --- health ------------------------------------------------------------------------------------

    async def _live(self, _scope: object) -> AsgiResponse:
        """Dead if a background task ended, a lane refuses to go on, or the consumer polls no more."""
        ended = [task.get_name() for task in (*self.tasks, *self.subscriber.tasks) if task.done()]
        stopped = [f"{lane.identity.source}: {lane.stopped}" for lane in self.instance.stopped]
        problems = [f"task {name} has ended" for name in ended] + stopped
        silent = self.instance.last_poll_seconds()
        if silent > POLL_AT_MOST_SECONDS:
            problems.append(f"the consumer has not polled for {silent:.0f} seconds")
        return _answer(problems)

    async def _ready(self, _scope: object) -> AsgiResponse:
        loading = [
            f"{lane.identity.source} is loading"
            for lane in self.instance.lanes.values()
            if not lane.ready
        ]
        assigned = self.feed.consumer is not None and self.instance.assigned
        return _answer(loading if assigned else ["no lanes were handed out yet"])


def _say_why(task: asyncio.Task[None]) -> None:
    """A task that works for ever has ended: liveness reports it, the log has the reason."""
    if not task.cancelled():
        logs.TASK_ENDED.say(task=task.get_name(), exc_info=task.exception())


def _answer(problems: Sequence[str]) -> AsgiResponse:
    status = 503 if problems else 200
    return AsgiResponse("\n".join(problems or ["ok"]).encode(), status_code=status)


async def check_partitions(log: KafkaLog, layout: Layout, lanes: int) -> None:
    """Raises LaneStopped if a shared topic has not as many partitions as there are lanes."""
    topics = layout.subscription().get("topics")
    if not topics:
        return
    for name, found in (await log.partitions_of(topics)).items():
        if found != lanes:
            raise LaneStopped(
                f"{name} has {found} partitions, FILROUGE_LANES says {lanes}: they never change in"
                " place; correct the setting, or start a new generation of topics"
            )


async def _raw_batch(records: Any) -> KafkaAckableMessage:
    """Headers stay as they are: one that is not UTF-8 would make FastStream drop the whole batch."""
    return KafkaAckableMessage(body=b"", raw_message=records, headers={}, consumer=FAKE_CONSUMER)


async def _raw_records(message: KafkaAckableMessage) -> Any:
    return message.raw_message


def run(decider: Decider) -> int:
    """Runs the service until SIGTERM; returns the exit status."""
    name = decider.service
    try:
        settings = Settings.from_environment()
        asyncio.run(_enter(settings, name))
    except SettingsInvalid as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2
    logs.configure(name, settings.log_level)
    failpoints.install_from(settings.failpoints)
    collect_seldom()
    asyncio.run(_serve(Process(decider, settings)))
    return 0


async def _enter(settings: Settings, database: str) -> None:
    await kafka_lets_in(settings.kafka)
    await postgres_lets_in(settings.postgres, database)


async def _serve(process: Process) -> None:
    settings = process.settings
    config = uvicorn.Config(
        process.app(),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
    )
    await uvicorn.Server(config).serve()
