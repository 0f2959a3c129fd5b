"""Every program counts what its list says, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from audit_trail.metrics import TrailMetrics
from filrouge.monitoring.page import telemetry_page
from filrouge.monitoring.programs import DECIDERS, PROGRAMS, TRAIL, WATCH, Program
from filrouge.watch.watch import Watch
from filrouge_chassis.catalogue import Kind
from filrouge_chassis.control import ControlLog
from filrouge_chassis.instance import ConsumerFeed, Instance
from filrouge_chassis.layout import FactLayout
from filrouge_chassis.metrics import LagCollector, LaneMetrics
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from prometheus_client import CollectorRegistry

ROOT = Path(__file__).parents[2]
LABELS = {
    *("lane", "type", "error", "rebuilt", "witness", "status"),
    *("figure", "account", "partner", "outcome", "rule", "reason", "deadline", "service"),
}


def deciders() -> CollectorRegistry:
    registry = CollectorRegistry()
    LaneMetrics(registry)
    nobody = Instance(
        FactLayout(BUDGET_ACCOUNTING), ControlLog(), ConsumerFeed(), lambda _: pytest.fail("a lane")
    )
    registry.register(LagCollector(nobody))
    return registry


def trail() -> CollectorRegistry:
    registry = CollectorRegistry()
    TrailMetrics(registry)
    return registry


def watch() -> CollectorRegistry:
    registry = CollectorRegistry()
    Watch(registry, {})
    return registry


@pytest.mark.parametrize(
    ("program", "exported"),
    [(DECIDERS, deciders()), (TRAIL, trail()), (WATCH, watch())],
    ids=["deciders", "trail", "watch"],
)
def test_what_is_exported_is_what_the_list_says(
    program: Program, exported: CollectorRegistry
) -> None:
    found = {
        (f"{one.name}_total" if one.type == "counter" else one.name, one.type, one.documentation)
        for one in exported.collect()
    }
    assert found == {(one.exported_name, one.kind, one.says) for one in program.metrics}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.title)
def test_names_are_told_once_with_units_and_labels_that_name_nobody(program: Program) -> None:
    assert len({one.name for one in program.metrics}) == len(program.metrics)
    assert len({one.name for one in program.log_events}) == len(program.log_events)
    for metric in program.metrics:
        assert set(metric.labels) <= LABELS
        assert (
            metric.kind is Kind.COUNTER
            or metric.name.endswith(metric.unit)
            or metric.unit
            in {
                "keys",
                "lanes",
            }
        )
        assert len(metric.says.split()) >= 3


def test_nobody_writes_to_the_log_but_by_the_lists() -> None:
    """The loggers of libraries may be made quieter."""
    said = []
    for folder in ("chassis/filrouge_chassis", "archive/filrouge_archive", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            if "tests" in path.parts or path.name == "catalogue.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    name, on = node.func.attr, ast.unparse(node.func.value)
                    levels = {"debug", "info", "warning", "error", "exception", "critical", "log"}
                    if name in levels and on in {"logger", "logging", "log"}:
                        said.append(f"{path}: {ast.unparse(node)}")
    assert said == []


def test_the_page_has_all_of_it() -> None:
    page = telemetry_page()
    for program in PROGRAMS:
        names = [metric.exported_name for metric in program.metrics]
        names += [event.name for event in program.log_events]
        names += [span.name for span in program.spans]
        assert [name for name in names if f"| `{name}` |" not in page] == []
