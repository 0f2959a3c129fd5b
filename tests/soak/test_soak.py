"""The soak in short: nothing is lost while replicas come and go, and the report has all its figures.

How fast it was is not asked here: that is measured on a quiet machine, by `make soak`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from filrouge.stack import Stack
from filrouge.testing.emptied import empty
from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, ORDERS, SERVICES

from tests.soak.course import Course
from tests.soak.load import EVENTS_PER_STORY
from tests.soak.replicas import A_FEW
from tests.soak.report import Wanted
from tests.soak.tables import console_text

pytestmark = pytest.mark.stack
IN_SHORT = Wanted(
    events_per_second=60,
    seconds=25,
    lanes=2,
    changes=A_FEW,
    cast_scale=0.01,
    session_timeout_ms=2_000,
    cached_states=100,
    megabytes_per_hour=60,
)
MEAN_WITHIN = 0.05


@pytest.fixture(scope="module")
def found(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    asyncio.run(empty(stack))
    lines: list[str] = []
    course = Course(stack, tmp_path_factory.mktemp("soak"), IN_SHORT, lines.append)
    yield course.run().as_json()
    asyncio.run(empty(stack))


def test_nothing_is_lost_while_replicas_come_and_go(found: dict[str, Any]) -> None:
    assert found["problems"] == []
    assert found["good"]
    assert console_text(found).endswith("Nothing is lost.")


def test_every_record_of_a_partner_has_one_verdict_of_its_kind(found: dict[str, Any]) -> None:
    assert sum(found["outcomes"].values()) == found["partner_records"]
    assert found["outcomes"].keys() == {"accepted", "duplicate", "conflict", "refused"}
    assert found["audit"]["re_executed"] > found["partner_records"]


def test_the_changes_of_replicas_have_happened(found: dict[str, Any]) -> None:
    assert [one["change"] for one in found["changes"]] == [str(change) for change in A_FEW]
    ran = {name.rpartition(" ")[0] for name in found["memory_mb"]}
    assert {ORDERS, BUDGET_ACCOUNTING, AUDIT_TRAIL, "watch", "kafka", "postgresql"} <= ran


def test_a_story_is_worth_the_events_by_which_the_rate_is_kept(found: dict[str, Any]) -> None:
    assert found["events_per_story"] == pytest.approx(EVENTS_PER_STORY, rel=MEAN_WITHIN)


def test_the_report_has_every_figure(found: dict[str, Any]) -> None:
    assert found["events"] > 0
    assert found["booked_seconds"]["p50"] <= found["booked_seconds"]["p99"]
    assert found["lag_records"]["p50"] <= found["lag_records"]["max"]
    assert found["processors"].keys() == {*SERVICES, AUDIT_TRAIL, "watch", "kafka", "postgresql"}
    assert all(one["events_per_processor_second"] > 0 for one in found["processors"].values())
    assert min(found["megabytes"].values()) > 0
