"""What ops and ministry see of a stream is what an auditor reads in it afterwards."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import msgspec
import pytest
from filrouge.checks.fact import Check
from filrouge.checks.figures import Figures
from filrouge.stream import Source
from filrouge.targets import TARGETS
from filrouge.verification import check_source
from filrouge.watch.parked import Parked, Waiting
from filrouge.watch.watch import REFUSED, Watch
from filrouge_contracts.control import TickPassed
from filrouge_contracts.envelope import H_TYPE
from prometheus_client import CollectorRegistry


class Watched:
    """A watch that has seen some records."""

    def __init__(self, source: Source, records: list[Any]) -> None:
        self.registry = CollectorRegistry()
        watch = Watch(self.registry, source.partitions)
        for record in records:
            watch.take(record)

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """Label values, in the order of the labels' names → value."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == f"filrouge_{name}"
        }

    def sum(self, name: str) -> float:
        return sum(self.values(name).values())


@pytest.fixture(scope="module")
def records(source: Source) -> list[Any]:
    return asyncio.run(_all(source))


async def _all(source: Source) -> list[Any]:
    return [record async for record in source.records()]


@pytest.fixture(scope="module")
def watched(source: Source, records: list[Any]) -> Watched:
    return Watched(source, records)


def test_figures_verdicts_and_balances_are_those_that_an_auditor_finds(
    watched: Watched, source: Source
) -> None:
    figures: Check = Figures()
    report = asyncio.run(check_source(source, figures))
    assert isinstance(figures, Figures)
    found = watched.values("plan_figure")
    assert {name: int(value) for (name,), value in found.items()} == figures.as_json()
    assert min(found.values()) > 0
    assert watched.values("plan_target") == {(name,): value for name, value in TARGETS.items()}
    outcomes: Counter[str] = Counter()
    for (outcome, _partner), number in watched.values("partner_records_total").items():
        outcomes[outcome] += int(number)
    assert outcomes == report.outcomes
    assert watched.sum("partner_refusals_total") == outcomes["refused"]
    balances = {name: int(cents) for (name,), cents in watched.values("ledger_cents").items()}
    assert balances == report.balances
    assert sum(balances.values()) == 0


def test_in_a_sound_stream_no_invariant_is_breached_and_each_is_told(watched: Watched) -> None:
    breaches = watched.values("invariant_breaches_total")
    assert {("N1",), ("N4",), ("D2",)} <= breaches.keys()
    assert set(breaches.values()) == {0}
    assert watched.sum("invariants_checked_total") > 1000


def test_refusals_are_told_by_type_and_reason_and_some_of_them_are_missed_deadlines(
    watched: Watched,
) -> None:
    refusals = watched.values("refusals_total")
    assert refusals
    in_vain = sum(n for (reason, _type), n in refusals.items() if reason.endswith("_in_time"))
    lapsed = sum(n for (reason, _type), n in refusals.items() if reason == "lapsed")
    missed = watched.values("deadlines_missed_total")
    assert missed["answer",] == in_vain + lapsed
    assert missed["admission",] > 0
    assert missed.keys() == {("answer",), ("admission",), ("payment",)}
    assert {"order-refused", "invoice-disputed", "session-refused"} <= REFUSED
    assert "need-withdrawn" not in REFUSED


def test_each_partner_is_heard_of_with_its_last_record(watched: Watched) -> None:
    spoke = {partner for (_outcome, partner) in watched.values("partner_records_total")}
    assert {partner for (partner,) in watched.values("partner_last_record_seconds")} == spoke


def test_a_record_that_is_missing_is_a_breach_when_the_next_one_comes(
    source: Source, records: list[Any]
) -> None:
    facts = [record for record in records if record.topic == "budget.g1"]
    left_out = Watched(source, [r for r in records if r is not facts[0]])
    breaches = left_out.values("invariant_breaches_total")
    assert breaches["N1",] == 1
    assert breaches["N3",] == 1


def test_an_entry_that_does_not_balance_is_a_breach(source: Source, records: list[Any]) -> None:
    booked = next(
        n for n, record in enumerate(records) if b'"postings":[{' in (record.value or b"")
    )
    value = re.sub(rb'"amount_cents":(\d)', rb'"amount_cents":1\1', records[booked].value)
    wrong = [*records]
    wrong[booked] = msgspec.structs.replace(records[booked], value=value)
    breaches = Watched(source, wrong).values("invariant_breaches_total")
    assert breaches["N5",] == 1


def test_the_clock_is_that_of_the_last_tick(watched: Watched, records: list[Any]) -> None:
    ticks = [
        TickPassed.from_json(record.value)
        for record in records
        if dict(record.headers).get(H_TYPE) == TickPassed.event_type.encode()
    ]
    assert watched.sum("clock_seconds") == ticks[-1].at.timestamp()


def test_what_is_parked_waits_since_its_first_record_until_all_are_re_driven() -> None:
    parked = Parked()

    def note(lane: int, **closed: tuple[int, int]) -> dict[str, Any]:
        return {"service": "equipment_orders", "lane": lane, "closed": closed}

    parked.take(note(0, a=(1, 0)), 10.0)
    parked.take(note(0, a=(3, 0), b=(1, 0)), 20.0)
    parked.take(note(1, a=(1, 0)), 30.0)
    assert dict(parked.waiting()) == {"equipment_orders": Waiting(5, 10.0)}
    parked.take(note(0, a=(3, 2)), 40.0)
    assert dict(parked.waiting()) == {"equipment_orders": Waiting(3, 10.0)}
    parked.take(note(0, a=(0, 0)), 50.0)
    assert dict(parked.waiting()) == {"equipment_orders": Waiting(2, 20.0)}
    parked.take(note(0, b=(0, 0)), 60.0)
    parked.take(note(1, a=(0, 0)), 70.0)
    assert dict(parked.waiting()) == {"equipment_orders": Waiting(0, None)}
