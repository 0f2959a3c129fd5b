"""Faults of services and of what is under them: each is told, and is over when it is mended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from filrouge.parked import closed_keys, redrive
from filrouge.testing.releases import raising, reshaped
from filrouge_contracts.entry import BUDGET_ACCOUNTING, GATEWAY

from tests.monitoring.faults.troubles import frozen, full, killed, replace_release
from tests.monitoring.installation import Installation
from tests.monitoring.programs import needs_prometheus

pytestmark = [
    pytest.mark.stack,
    pytest.mark.faults,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="package"),
]
BAD_LINE = "P147-BAD"


async def test_without_postgresql_lanes_fail_and_are_stuck(there: Installation) -> None:
    await there.is_over("FilrougeLaneStuck", job=GATEWAY)
    async with killed(there.stack.database):
        await there.fires("FilrougeLaneFailing", speaking=True, job=GATEWAY)
        await there.fires("FilrougeLaneStuck", speaking=True, job=GATEWAY)
    await there.is_over("FilrougeLaneStuck", job=GATEWAY)
    await there.is_over("FilrougeLaneFailing", job=GATEWAY)


async def test_without_kafka_the_clock_stands_still_and_all_goes_on_when_it_is_back(
    there: Installation,
) -> None:
    """Idle lanes do not notice that nothing can come: what does come, once a minute, is a tick."""
    await there.tick()
    await there.is_over("FilrougeClockNotTicking")
    async with killed(there.stack.broker):
        await there.fires("FilrougeClockNotTicking")
    assert there.trail.running
    assert there.watch.child.running
    await there.tick()
    await there.is_over("FilrougeClockNotTicking")
    await there.is_over("FilrougeArchiveBehind", speaking=True)


async def test_a_frozen_service_is_down(there: Installation) -> None:
    """With one instance, nobody else has its lanes."""
    with frozen(there.supervisor[BUDGET_ACCOUNTING]):
        await there.fires("FilrougeServiceDown", job=BUDGET_ACCOUNTING)
    await there.is_over("FilrougeServiceDown", job=BUDGET_ACCOUNTING)


async def test_what_kafka_does_not_take_is_told_of_the_service_that_says_it(
    there: Installation,
) -> None:
    async with full(there.stack, "budget.g1"):
        await there.open_credits("P147-OUTBOX")
        await there.fires("FilrougeOutboxStuck", job=GATEWAY)
    await there.is_over("FilrougeOutboxStuck", job=GATEWAY)


async def test_a_bad_release_parks_and_a_mended_one_takes_it_again(
    there: Installation, tmp_path: Path
) -> None:
    (tmp_path / "raises.py").write_text(raising(BAD_LINE))
    process, stack = there.supervisor[BUDGET_ACCOUNTING], there.stack
    process.environment = {**process.environment, "PYTHONPATH": str(tmp_path)}
    await asyncio.to_thread(replace_release, process, "raises")
    await there.open_credits(BAD_LINE)
    await there.fires("FilrougeRecordsParked", job=BUDGET_ACCOUNTING)
    await asyncio.to_thread(replace_release, process, BUDGET_ACCOUNTING)
    for key in await closed_keys(stack.kafka, stack.postgres):
        await redrive(stack.kafka, stack.postgres, key, by="test")
    await there.is_over("FilrougeRecordsParked", job=BUDGET_ACCOUNTING)


async def test_going_back_over_a_new_shape_stops_lanes_until_the_newer_release_is_there_again(
    there: Installation, tmp_path: Path
) -> None:
    (tmp_path / "reshaped.py").write_text(reshaped())
    process = there.supervisor[BUDGET_ACCOUNTING]
    process.environment = {**process.environment, "PYTHONPATH": str(tmp_path)}
    await asyncio.to_thread(replace_release, process, "reshaped")
    await asyncio.to_thread(process.wait_ready)
    await asyncio.to_thread(replace_release, process, BUDGET_ACCOUNTING)
    await there.fires("FilrougeLaneStopped", job=BUDGET_ACCOUNTING)
    await asyncio.to_thread(replace_release, process, "reshaped")
    await there.is_over("FilrougeLaneStopped", job=BUDGET_ACCOUNTING)


async def test_a_lane_that_misses_a_record_stops(there: Installation) -> None:
    """The last of all: it is not mended here."""
    assert not there.prometheus.fires("FilrougeLaneStopped")
    await there.leave_a_gap()
    await there.fires("FilrougeLaneStopped")
