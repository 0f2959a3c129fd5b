"""Faults of partners, of the clock and of the watch: each is told, and is over when it is mended."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from filrouge.monitoring.alerts import MISSED_PER_DAY
from filrouge.monitoring.programs import WATCH_JOB
from filrouge.simulator.words import tick_of

from tests.monitoring.faults.troubles import throttled
from tests.monitoring.installation import DAYS, Installation
from tests.monitoring.programs import needs_prometheus

pytestmark = [
    pytest.mark.stack,
    pytest.mark.faults,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="package"),
]
A_MONTH = timedelta(days=30)
MANY_WORDS = 12_000
"""With their verdicts, more than twice what the watch may be behind by."""


async def test_a_partner_that_spoke_and_falls_silent_is_named(there: Installation) -> None:
    ministry = there.plan.cast.ministry.id
    spoke = f'changes(filrouge_partner_last_record_seconds{{partner="{ministry}"}}[35s]) >= 8'
    await there.until(
        lambda: bool(there.prometheus.samples(spoke)), "the ministry is heard", speaking=True
    )
    await there.is_over("FilrougePartnerSilent", speaking=True)
    await there.fires("FilrougePartnerSilent")
    await there.is_over("FilrougePartnerSilent", speaking=True)


async def test_deadlines_that_pass_are_counted_and_a_day_later_are_no_news(
    there: Installation,
) -> None:
    await there.withdraw_from_unknown_lines(MISSED_PER_DAY + 5)
    held = 'sum(filrouge_decisions_total{type=~".*event-held.*"})'
    await there.until(
        lambda: [value for _, value in there.prometheus.samples(held)] > [MISSED_PER_DAY],
        "all of them wait",
    )
    await there.tick(tick_of(DAYS) + A_MONTH)
    await there.fires("FilrougeDeadlinesMissed", deadline="answer")
    await there.is_over("FilrougeDeadlinesMissed", deadline="answer")


async def test_a_clock_that_stands_still_is_told(there: Installation) -> None:
    """The play's clock shows 2020."""
    await there.fires("FilrougeClockNotTicking")
    await there.tick()
    await there.is_over("FilrougeClockNotTicking")
    await there.fires("FilrougeClockNotTicking")


async def test_a_watch_that_is_killed_is_missed(there: Installation) -> None:
    await asyncio.to_thread(there.watch.child.kill)
    await there.fires("FilrougeWatchDown", job=WATCH_JOB)
    there.watch.start()
    await there.is_over("FilrougeWatchDown", job=WATCH_JOB)


async def test_a_watch_that_begins_again_with_too_little_processor_is_behind(
    there: Installation,
) -> None:
    await there.speak(times=MANY_WORDS)
    await asyncio.to_thread(there.watch.child.stop)
    there.watch.start()
    await asyncio.to_thread(there.watch.wait_ready)
    with throttled(there.watch.child):
        await there.fires("FilrougeWatchBehind")
    await there.is_over("FilrougeWatchBehind")
