"""What an operator sees of a lane at work, behind, failing or stopped; never whom it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition
from filrouge_chassis.errors import LaneLost, PublishFailed
from filrouge_chassis.metrics import LaneMetrics
from filrouge_chassis.progress import Counts
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise
from filrouge_chassis.testing.watched import HEARD, Watched, orders, until
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest

LABELS = {"lane", "type", "error", "rebuilt", "le"}


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    process = Watched()
    await process.start()
    yield process
    await process.instance.stop_lanes()


async def test_a_lane_at_work_is_counted(watched: Watched) -> None:
    first = orders(watched.world, 1, 2, 3)
    said_at = {**dict(first[0].headers), "ce_receivedms": b"1588579200000"}
    first[0] = replace(first[0], headers=tuple(said_at.items()))
    strange = {**dict(first[0].headers), "ce_type": b"com.example", "ce_source": b"elsewhere/0"}
    unheard = replace(first[0], offset=4, headers=tuple(strange.items()))
    await watched.take(first)
    await watched.take([replace(first[0], offset=3), unheard])
    (poison,) = orders(watched.world, 13, quantity=toy.POISON)
    await watched.take([replace(poison, offset=5)])
    assert watched.value("records_taken_total", lane="0") == 6
    assert watched.value("duplicates_dropped_total") == 1
    assert watched.value("records_ignored_total") == 1
    assert watched.value("records_parked_total", lane="0") == 1
    asked, parked = "budget.commitment-requested", "parking.record-parked"
    assert watched.value("decisions_total", type=f"fr.filrouge.{asked}.v1") == 3
    assert watched.value("decisions_total", type=f"fr.filrouge.{parked}.v1") is None
    assert watched.value("lane_loads_total", rebuilt="false") == 1
    assert watched.value("rebalances_total") == 1
    # a batch that decided nothing is no transaction
    assert watched.value("batch_records_count") == watched.value("batch_seconds_count") == 2
    assert watched.value("batch_records_sum") == 4
    assert watched.value("age_seconds_count") == 1
    assert (watched.value("last_commit_seconds") or 0) > 0


def test_the_age_of_the_oldest_record_leads_to_its_trace_if_that_is_kept() -> None:
    registry = CollectorRegistry()
    metrics = LaneMetrics(registry)
    kept, later = f"00-{'a' * 32}-{'b' * 16}-01", f"00-{'c' * 32}-{'d' * 16}-01"
    counts = Counts()
    counts.waited(1_588_579_200_000, kept)
    counts.waited(1_588_579_200_000, later)
    counts.waited(1_588_579_300_000, later)
    metrics.decided(0, counts, 0.1, committed=True)
    text = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    told = [line for line in text.splitlines() if " # " in line]
    assert len(told) == 1
    assert told[0].startswith("filrouge_age_seconds_bucket")
    assert f'trace_id="{"a" * 32}"' in told[0]
    counts.waited(1_588_579_100_000, None)  # older, and of a trace that is not kept
    assert counts.oldest_trace is None


async def test_how_far_a_lane_is_behind_is_told_when_asked(watched: Watched) -> None:
    assert watched.value("lane_lag_records", lane="0") == 0
    await watched.take(orders(watched.world, 1, 2))
    watched.consumer.ends = {TopicPartition(*HEARD): 5, TopicPartition("budget.g1", 0): 7}
    assert watched.value("lane_lag_records", lane="0") == 3 + 7
    assert (watched.value("lane_lag_seconds", lane="0") or 0) > 0
    watched.consumer.places.remove(TopicPartition("budget.g1", 0))  # taken away meanwhile
    assert watched.value("lane_lag_records", lane="0") == 3
    watched.consumer.ends = {TopicPartition(*HEARD): 1}  # told before the lane read on
    assert watched.value("lane_lag_records", lane="0") == 0
    assert watched.value("lane_lag_seconds", lane="0") == 0


async def test_closed_keys_and_what_is_unpublished_are_told_per_lane(watched: Watched) -> None:
    await watched.take(orders(watched.world, 1, 2, 1, quantity=toy.POISON))
    assert watched.value("closed_keys", lane="0") == 2
    await until(lambda: watched.value("outbox_age_seconds", lane="0") == 0)
    assert watched.value("lane_stopped", lane="0") == 0
    assert watched.value("lane_unloaded_seconds", lane="0") == 0


async def test_what_waits_for_kafka_grows_older_over_all_loads_until_kafka_takes_it() -> None:
    """Each load gives up before it is as old as an alert waits for."""
    away = True

    async def turn(place: str) -> None:
        await asyncio.sleep(0)
        if away and place == "publish":
            raise PublishFailed("too few copies are in sync")

    process = Watched(log_turn=turn)
    await process.start()

    def waited() -> float:
        return process.value("outbox_age_seconds", lane="0") or 0

    process.instance.deliver(orders(process.world, 1))
    await until(lambda: waited() > 0)
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    await until(lambda: (process.value("lane_failures_total", error="PublishFailed") or 0) > 3)
    assert waited() >= loop.time() - began > 0
    away = False
    await until(lambda: waited() == 0)
    await process.instance.stop_lanes()


async def test_a_lane_that_refuses_to_go_on_is_told_with_its_reason(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    (record,) = orders(watched.world, 1)
    hole = dict(record.headers) | {"ce_prev": b"1"}
    watched.instance.deliver([replace(record, headers=tuple(hole.items()))])
    await until(lambda: watched.lane.stopped is not None)
    assert watched.value("lane_stopped", lane="0") == 1
    assert (watched.value("lane_unloaded_seconds", lane="0") or 0) > 0
    assert watched.value("lane_failures_total", error="SequenceHole") == 1
    assert watched.instance.stopped == [watched.lane]
    (line,) = [said for said in caplog.records if said.levelname == "ERROR"]
    assert (
        "equipment_orders/0 has stopped: equipment.g1/0: partner_gateway/0 sent 2" in line.message
    )


async def test_a_lane_that_another_instance_took_is_loaded_again(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    other = Stepwise(broker=watched.world.broker, database=watched.world.database)
    records = orders(watched.world, 1, 2)
    await other.open()
    other.publish(await other.commit(other.batch(records[0])))
    watched.instance.deliver(records)
    await until(lambda: watched.value("lane_loads_total", rebuilt="false") == 2)
    assert watched.value("commit_conflicts_total") == 1
    assert watched.value("lane_failures_total", error="LaneLost") == 1
    assert "equipment_orders/0 is loaded again: lane 0: another instance owns it" in caplog.text


@pytest.mark.parametrize(
    ("error", "conflicts"), [(LaneLost("a"), 1), (PublishFailed("b"), 0), (ValueError("c"), 0)]
)
def test_failures_are_told_by_the_name_of_their_error(error: Exception, conflicts: int) -> None:
    registry = CollectorRegistry()
    LaneMetrics(registry).failed(3, error)
    found = registry.get_sample_value(
        "filrouge_lane_failures_total", {"error": type(error).__name__}
    )
    assert found == 1
    assert registry.get_sample_value("filrouge_commit_conflicts_total") == conflicts


def test_a_rebuilt_lane_and_woken_timers_are_counted() -> None:
    registry = CollectorRegistry()
    metrics = LaneMetrics(registry)
    metrics.loaded(1, rebuilt=True)
    metrics.decided(1, Counts(woken=7), 0.1, committed=False)
    assert registry.get_sample_value("filrouge_lane_loads_total", {"rebuilt": "true"}) == 1
    assert registry.get_sample_value("filrouge_timers_woken_total") == 7
    assert registry.get_sample_value("filrouge_batch_records_count") == 0


async def test_every_metric_has_a_sentence_and_none_tells_whom_it_is_about(
    watched: Watched,
) -> None:
    await watched.take(orders(watched.world, 1, 2, 13))
    await watched.take(orders(watched.world, 13, quantity=toy.POISON))
    for metric in watched.registry.collect():
        assert metric.name.startswith("filrouge_")
        assert len(metric.documentation.split()) >= 3
        for sample in metric.samples:
            assert set(sample.labels) <= LABELS
            assert not any("order:" in value or "O-1" in value for value in sample.labels.values())
