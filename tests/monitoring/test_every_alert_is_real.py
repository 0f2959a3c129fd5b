"""Every alert is shown to fire by its real fault, and to be over when the fault is mended: a new one without a
fault fails here. That the faults themselves do it is in faults/ and test_real_prometheus.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from filrouge.monitoring.alerts import alerts

HERE = Path(__file__).parent
NAMES = {alert.name for alert in alerts()}
NOT_HERE = {
    "FilrougeKafkaCopiesMissing": "it takes several brokers",
    "FilrougeVolumeNearlyFull": "it takes a kubelet",
}
"""Shown by promtool alone."""
NEVER_OVER = {"FilrougeInvariantBroken": "the stream keeps a breach for ever"}


def named(path: Path, method: str) -> Iterator[str]:
    """The alerts that are waited for by this method, in the text of a test."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
            continue
        called, arguments = node.value.func, node.value.args
        if isinstance(called, ast.Attribute) and called.attr == method:
            assert isinstance(arguments[0], ast.Constant), f"{path.name}: name the alert itself"
            yield str(arguments[0].value)


def in_all_tests(method: str) -> set[str]:
    return {name for path in HERE.rglob("test_*.py") for name in named(path, method)}


def test_every_alert_is_fired_by_a_real_fault_or_it_is_said_why_not() -> None:
    assert in_all_tests("fires") == NAMES - NOT_HERE.keys()


def test_every_alert_is_over_when_its_fault_is_mended_or_it_is_said_why_not() -> None:
    assert in_all_tests("is_over") == NAMES - NOT_HERE.keys() - NEVER_OVER.keys()


def test_reasons_are_not_older_than_the_alerts() -> None:
    assert NOT_HERE.keys() | NEVER_OVER.keys() <= NAMES


def test_a_test_that_waits_for_nothing_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(
        'async def f(there):\n    await there.fires("A", job="b")\n    there.fires("B")\n'
    )
    assert list(named(path, "fires")) == ["A"]
