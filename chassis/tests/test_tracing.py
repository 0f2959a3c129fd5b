"""What a lane tells of the traces it keeps: the causal tree of events, and the batches they went through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from filrouge_chassis.errors import PublishFailed
from filrouge_chassis.journal import Journal
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.relay import Relay
from filrouge_chassis.sampling import Sampling
from filrouge_chassis.span_export import SpanExport
from filrouge_chassis.spans import Spans
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeLog
from filrouge_chassis.testing.stepwise import Stepwise, outbox_row
from filrouge_chassis.testing.watched import Watched, orders, until
from filrouge_chassis.trace_context import read, span_of
from filrouge_chassis.tracing import LINKS_AT_MOST, Traces
from msgspec.structs import replace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

PARTNERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ASKED = Partition("budget.g1", 0)


class Kept:
    """Traces in memory, and the spans of them that were exported."""

    def __init__(self, ratio: float = 1.0, spans_per_second: int = 10_000) -> None:
        self.exporter = InMemorySpanExporter()
        self.dropped = 0
        export = SpanExport(self.exporter, spans_per_second, self._count)
        self.traces = Traces(Spans("equipment_orders", "test"), Sampling(ratio), export)

    def _count(self, _exported: int, dropped: int) -> None:
        self.dropped += dropped

    async def spans(self, name: str = "") -> list[ReadableSpan]:
        await self.traces.export.export()
        return [s for s in self.exporter.get_finished_spans() if s.name.startswith(name)]


def ids(span: ReadableSpan) -> tuple[int, int, int]:
    """Trace, span and parent."""
    assert span.context is not None
    return span.context.trace_id, span.context.span_id, span.parent.span_id if span.parent else 0


def in_trace(record: RawRecord, traceparent: str) -> RawRecord:
    changed = {**dict(record.headers), "ce_traceparent": traceparent.encode()}
    return replace(record, headers=tuple(changed.items()))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def watched(kept: Kept) -> AsyncIterator[Watched]:
    process = Watched(kept.traces)
    await process.start()
    yield process
    await process.instance.stop_lanes()


async def published(process: Watched, events: int) -> list[RawRecord]:
    """What the lane said, once Kafka holds so many events of it."""
    await until(lambda: len(process.world.broker.partitions[ASKED]) == events)
    await until(lambda: process.lane.outbox_age_seconds() == 0)
    return process.world.broker.partitions[ASKED]


async def wake(process: Watched, said: int) -> int:
    """Lets the clock move once the lane has read what it said; returns the tick's offset."""
    process.instance.deliver(await published(process, said))
    end = process.world.tick(toy.START + timedelta(hours=1))
    process.instance.control_news()
    await until(lambda: process.value("timers_woken_total") == said)
    await until(lambda: process.lane.outbox_age_seconds() == 0)
    return end - 1


async def test_a_decision_lies_between_the_event_that_led_to_it_and_those_it_said(
    watched: Watched, kept: Kept
) -> None:
    (heard,) = orders(watched.world, 1)
    await watched.take([in_trace(heard, PARTNERS)])
    (said,) = await published(watched, 1)
    (decision,) = await kept.spans("decide")
    (event,) = await kept.spans("send")
    found, header = read(PARTNERS), read(dict(said.headers)["ce_traceparent"].decode())
    assert found is not None
    cause = f"equipment_orders/equipment.g1/0/{heard.offset}"
    assert ids(decision) == (found.trace_id, span_of(cause), found.span_id)
    assert ids(event)[:2] == header
    assert ids(event)[2] == span_of(cause)
    assert (decision.kind, event.kind) == (SpanKind.CONSUMER, SpanKind.PRODUCER)
    assert (decision.name, event.name) == ("decide OrderRequested", "send CommitmentRequested")
    assert decision.start_time <= decision.end_time <= event.end_time  # type: ignore[operator]
    assert decision.resource.attributes["service.name"] == "equipment_orders"


async def test_a_span_says_what_where_and_of_which_kind_and_never_whom_it_is_about(
    watched: Watched, kept: Kept
) -> None:
    await watched.take(orders(watched.world, 1, 2, quantity=toy.POISON))
    await watched.take(orders(watched.world, 3))
    await wake(watched, 1)
    spans = await kept.spans()
    assert {span.name for span in spans} == {
        *("decide OrderRequested", "decide Due", "park", "batch", "read", "fold", "commit"),
        *("publish", "send CommitmentRequested", "send OrderRefused", "send RecordParked"),
    }
    for span in spans:
        told = f"{span.name} {dict(span.attributes or {})} {span.status.description}"
        assert not any(name in told for name in ("O-1", "O-2", "O-3", "U-1", "N-1", "order:"))
    (decision,) = [span for span in spans if span.name == "decide OrderRequested"]
    assert dict(decision.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "decide",
        "messaging.destination.name": "equipment.g1",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 2,
        "filrouge.lane": 0,
        "filrouge.aggregate": "order",
        "filrouge.events_said": 1,
    }


async def test_what_is_parked_is_an_error_in_the_trace_that_it_came_with(
    watched: Watched, kept: Kept
) -> None:
    records = orders(watched.world, 1, 1, quantity=toy.POISON)
    await watched.take([in_trace(record, PARTNERS) for record in records])
    failed, behind = await kept.spans("park")
    assert failed.status.description == "RuleFailed"
    assert behind.status.description == "waits behind another"
    found = read(PARTNERS)
    assert found is not None
    assert {ids(span)[0] for span in (failed, behind)} == {found.trace_id}
    assert {ids(span)[2] for span in (failed, behind)} == {found.span_id}


async def test_who_is_woken_by_the_clock_begins_a_trace(watched: Watched, kept: Kept) -> None:
    await watched.take(orders(watched.world, 1, 2))
    tick = await wake(watched, 2)
    woken = await kept.spans("decide Due")
    causes = [f"equipment_orders/control.g1/0/{tick}/order:O-{n}" for n in (1, 2)]
    assert [ids(span)[1:] for span in woken] == [(span_of(cause), 0) for cause in causes]
    before = {ids(span)[0] for span in await kept.spans("decide OrderRequested")}
    assert len(before | {ids(span)[0] for span in woken}) == 4


async def test_a_batch_has_a_trace_of_its_own_with_its_phases_and_links_to_decisions(
    watched: Watched, kept: Kept
) -> None:
    count = LINKS_AT_MOST + 2
    await watched.take(orders(watched.world, *range(count)))
    await published(watched, count)
    decisions = await kept.spans("decide")
    (batch,) = await kept.spans("batch")
    (journal,) = watched.world.broker.partitions[Partition("journal.equipment_orders.g1", 0)]
    assert ids(batch)[:2] == read(dict(journal.headers)["ce_traceparent"].decode())
    assert batch.parent is None
    assert len(decisions) == count
    linked = [link.context for link in batch.links]
    assert linked == [span.context for span in decisions[:LINKS_AT_MOST]]
    assert all([link.context for link in span.links] == [batch.context] for span in decisions)
    phases = [span for span in await kept.spans() if span.parent == batch.context]
    assert {span.name for span in phases} == {"read", "fold", "commit", "publish"}
    edges = [span.start_time for span in phases[:3]] + [phases[2].end_time]
    assert edges == sorted(edges, key=lambda ns: ns or 0)
    assert (edges[0], edges[-1]) == (batch.start_time, batch.end_time)


async def test_of_a_batch_only_what_is_kept_is_told() -> None:
    kept = Kept(ratio=0.0)
    process = Watched(kept.traces)
    await process.start()
    first, second, third = orders(process.world, 1, 2, 3)
    await process.take([first, in_trace(second, PARTNERS), in_trace(third, f"{PARTNERS}1")])
    await published(process, 3)
    names = [span.name for span in await kept.spans()]
    assert sorted(names) == [
        *("batch", "commit", "decide OrderRequested", "fold", "publish", "read"),
        "send CommitmentRequested",
    ]
    (batch,) = await kept.spans("batch")
    assert (batch.attributes or {})["messaging.batch.message_count"] == 3
    await process.take(orders(process.world, 4))
    await published(process, 4)
    assert len(await kept.spans()) == len(names)
    await process.instance.stop_lanes()


async def test_a_row_that_is_published_again_tells_the_same_spans_again() -> None:
    kept, world = Kept(), Stepwise()
    batch = world.batch(*world.hear(toy.order_requested(1), toy.order_requested(2)))
    decided = world.keep(batch)
    assert decided is not None
    told: list[set[tuple[int, int, int]]] = []

    async def cut_off(place: str) -> None:
        if place == "publish" and len(world.broker.partitions[ASKED]) == 1 and not told:
            raise PublishFailed("cut off behind the first event")

    for fails in (True, False, False):
        log = FakeLog(world.broker, cut_off)
        relay = Relay(log, Journal.of(log, world.identity), lambda: None, kept.traces)
        relay.start([outbox_row(decided)])
        await relay.drain(10)
        await relay.stop()
        assert (relay.failure is not None) is fails
        kept.exporter.clear()
        told.append({ids(span) for span in await kept.spans()})
    assert told == [set(), told[1], told[1]]
    assert len(told[1]) == 1 + 2


async def test_a_lane_that_is_rebuilt_tells_nothing_of_its_past(
    watched: Watched, kept: Kept
) -> None:
    await watched.take(orders(watched.world, 1, 2))
    await published(watched, 2)
    told = len(await kept.spans())
    watched.world.database.restore(None)
    await until(lambda: watched.value("lane_loads_total", rebuilt="true") == 1)
    await until(lambda: watched.lane.ready)
    assert len(await kept.spans()) == told


async def test_what_has_no_room_is_not_even_made_and_counted() -> None:
    kept = Kept(spans_per_second=10)
    process = Watched(kept.traces)
    await process.start()
    await process.take(orders(process.world, *range(20)))
    await published(process, 20)
    names = [span.name for span in await kept.spans()]
    assert names == ["batch", "read", "fold", "commit", *["decide OrderRequested"] * 6]
    assert kept.dropped == 14 + 1 + 20
    await process.instance.stop_lanes()
