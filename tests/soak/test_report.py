"""The report says what is wrong, and the document shows the run that it says it shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from filrouge.invariants import Report as Stream
from filrouge_contracts.entry import GATEWAY, ORDERS

from tests.soak.replicas import Change, Deed
from tests.soak.report import Report, Wanted
from tests.soak.sampling import Sample
from tests.soak.surroundings import megabytes_of
from tests.soak.tables import DOCUMENT, MEASURED, shown_in

ADDED = Change(Deed.ADD, ORDERS, 2)
MINUTES = 10


def _sample(at: int, megabytes: float) -> Sample:
    sample = Sample(float(at), events=500 * at, memory_mb={(ORDERS, 7): megabytes})
    sample.ages = Counter({0.1: 9, 0.25: 10, float("inf"): 10})
    return sample


def _report(grows_by: float = 0.0) -> Report:
    wanted = Wanted(500, 60 * MINUTES, 4, (ADDED,), 1.0, 10_000, 2_000, megabytes_per_hour=60)
    report = Report(wanted, samples=[], done=[(10.0, ADDED)], late_ms=[1.0], partner_records=3)
    seconds = range(60 * MINUTES)
    report.samples = [_sample(at, 80 + grows_by * at / 3600) for at in seconds]
    report.stream = Stream({}, outcomes={"accepted": 2, "refused": 1})
    return report


def _lost(report: Report) -> None:
    report.partner_records += 1


def _behind(report: Report) -> None:
    report.lag_left = {f"{GATEWAY}/3": 12}


def _unowned(report: Report) -> None:
    report.unowned_left = 4


def _never_quiet(report: Report) -> None:
    report.not_quiet = f"after 300 seconds: {ORDERS} has 2 outbox rows to publish"


def _ended(report: Report) -> None:
    report.missing = [f"{ORDERS}-2"]


def _not_changed(report: Report) -> None:
    report.done = []


def _differs(report: Report) -> None:
    report.differences = ["O-000001: paid_cents 100 expected, 0 found"]


def _parked(report: Report) -> None:
    report.stream.parked = 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (_lost, "4 records were said, and 3 got a verdict"),
        (_behind, "partner_gateway/3 still has 12 records to read"),
        (_unowned, "4 lanes have no instance"),
        (_never_quiet, "lag did not return to zero: after 300 seconds"),
        (_ended, "equipment_orders-2 ended by itself"),
        (_not_changed, "0 of 1 changes of replicas were begun"),
        (_differs, "O-000001: paid_cents 100 expected, 0 found"),
        (_parked, "1 records were parked"),
    ],
)
def test_what_is_wrong_is_said(what: Callable[[Report], None], said: str) -> None:
    report = _report()
    before = list(report.problems())
    what(report)
    (problem,) = set(report.problems()) - set(before)
    assert said in problem


@pytest.mark.parametrize(("grows_by", "problems"), [(0, 0), (55, 0), (65, 1), (-200, 0)])
def test_memory_may_grow_no_faster_than_is_allowed(grows_by: float, problems: int) -> None:
    found = [problem for problem in _report(grows_by).problems() if "MB an hour" in problem]
    assert len(found) == problems


def test_a_process_that_was_not_seen_for_long_is_not_judged() -> None:
    report = _report(grows_by=1_000)
    report.samples = report.samples[:200]
    (of_orders,) = report.memory().values()
    assert of_orders["megabytes_per_hour"] is None


def test_all_is_well_again_when_every_lane_works_and_little_waits() -> None:
    report = _report()
    report.samples[12].unowned = 2
    report.samples[15].lag = {f"{ORDERS}/1": 900.0}
    (change,) = report.changes()
    assert change == {
        "at": 10,
        "change": "equipment_orders 2 added",
        "lag_records": 900,
        "back_after_seconds": 6.0,
    }


def test_figures_are_those_of_the_samples() -> None:
    report = _report()
    assert report.throughput() == {"mean": 500, "median": 500}
    assert report.booked_seconds() == {"p50": 0.056, "p90": 0.1, "p99": 0.235}


def test_the_document_shows_the_run_that_was_kept() -> None:
    text = DOCUMENT.read_text()
    assert shown_in(text, json.loads(MEASURED.read_text())) == text


def test_what_kafka_does_with_its_own_files_is_no_growth(tmp_path: Path) -> None:
    for folder in ("budget.g1-0", "__consumer_offsets-3", "other-0.0123abcd-delete"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0.log").write_bytes(bytes(1024 * 1024))
    assert megabytes_of(tmp_path) == pytest.approx(1, rel=0.1)
