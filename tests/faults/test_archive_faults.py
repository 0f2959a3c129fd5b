"""Archivers on a bad day: nothing is lost, nothing is signed twice, and they say why they stop."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path
from random import Random

import pytest
from filrouge.archived import wait_until_archived
from filrouge.stack import Stack
from filrouge_chassis.testing.failpoints import OF_ARCHIVERS

from tests.faults.archivers import archivers, is_frozen

pytestmark = [pytest.mark.stack, pytest.mark.faults]
FREEZES = (
    "before_stored_tail",
    "before_stored_commit",
    "after_stored_commit",
    "before_stored_manifest",
    "before_stored_checkpoint",
)
TIMES_AT_MOST = 3


async def test_killed_around_everything_that_is_durable_it_loses_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    chance = Random(1)
    async with archivers(stack, tmp_path) as on:
        await on.erase(7)
        for place in chance.sample(OF_ARCHIVERS, len(OF_ARCHIVERS)):
            once = place.endswith("_stored_erasure")
            time = 1 if once else chance.randint(1, TIMES_AT_MOST)
            process = await on.start(failpoints=f"{place}=kill@{time}")
            await on.write_until(lambda: not process.running, process)  # noqa: B023
            assert process.child.exit_status == -signal.SIGKILL, place
        process = await on.ready()
        await on.everything_is_archived()
        await asyncio.to_thread(process.stop)
        await on.a_second_archive_is_the_same()


async def test_two_archive_at_once_and_one_that_was_frozen_goes_on(
    stack: Stack, tmp_path: Path
) -> None:
    async with archivers(stack, tmp_path) as on:
        await on.ready(2)
        for place in FREEZES:
            zombie = await on.start(1, f"{place}=freeze@2")
            await on.write_until(lambda: is_frozen(zombie), zombie)  # noqa: B023
            await wait_until_archived(stack.kafka, on.archive)
            zombie.wake()
            await on.write(range(20), "after it woke")
            await asyncio.to_thread(zombie.wait_ready)
            await wait_until_archived(stack.kafka, on.archive)
            await asyncio.to_thread(zombie.stop)
        zombie = await on.ready(1)
        await on.everything_is_archived()
        for process in on.supervisor.processes.values():
            assert process.running
            await asyncio.to_thread(process.stop)
        await on.a_second_archive_is_the_same()


@pytest.mark.parametrize("running", [False, True])
async def test_a_topic_that_was_made_anew_stops_it(
    stack: Stack, tmp_path: Path, running: bool
) -> None:
    async with archivers(stack, tmp_path) as on:
        process = await on.ready()
        await wait_until_archived(stack.kafka, on.archive)
        if not running:
            await asyncio.to_thread(process.stop)
        await on.make_topics_anew()
        await on.write(range(700), "another history")
        if not running:
            await asyncio.to_thread(process.start)
        sentence = await on.stopped_because(process)
        assert "made anew" in sentence


async def test_a_topic_that_lost_its_end_stops_it(stack: Stack, tmp_path: Path) -> None:
    async with archivers(stack, tmp_path) as on:
        process = await on.ready()
        await wait_until_archived(stack.kafka, on.archive)
        await asyncio.to_thread(process.stop)
        await on.make_topics_anew()
        await on.write(range(100))
        await asyncio.to_thread(process.start)
        assert "records are archived: the topic was truncated" in await on.stopped_because(process)


@pytest.mark.parametrize("running", [False, True])
async def test_an_archive_that_was_put_back_stops_it(
    stack: Stack, tmp_path: Path, running: bool
) -> None:
    async with archivers(stack, tmp_path) as on:
        process = await on.ready()
        await wait_until_archived(stack.kafka, on.archive)
        await asyncio.to_thread(process.stop)
        old = tmp_path / "older"
        shutil.copytree(on.archive.url, old)
        await asyncio.to_thread(process.start)
        await on.write(range(50), "since then")
        await wait_until_archived(stack.kafka, on.archive)
        if not running:
            await asyncio.to_thread(process.stop)
        shutil.rmtree(on.archive.url)
        old.rename(on.archive.url)
        if running:
            await on.write(range(10), "and then")
        else:
            await asyncio.to_thread(process.start)
        sentence = await on.stopped_because(process)
        assert "was put back" in sentence
