"""Prometheus' own promtool evaluates the alerts: each fires under its fault, and keeps quiet otherwise."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from filrouge.monitoring.alerts import PAGE, TICKET, alerts, rules
from filrouge.monitoring.objectives import OBJECTIVES
from filrouge.monitoring.scale import Scale

from tests.monitoring.cases import FIRES, KEEPS_QUIET, Case
from tests.monitoring.programs import found, needs_prometheus

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/filrouge.yaml"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [found("promtool") or "promtool", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def asked(case: Case, fires: bool) -> dict[str, Any]:
    labels = f'alertname="{case.alert}", severity="{case.severity}", alertstate="firing"'
    question = {
        "expr": f"count(ALERTS{{{labels}}})",
        "eval_time": case.at,
        "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
    }
    series = [{"series": name, "values": values} for name, values in case.series.items()]
    test = {"interval": case.interval, "input_series": series, "promql_expr_test": [question]}
    return {"rule_files": ["rules.yaml"], "evaluation_interval": case.interval, "tests": [test]}


def concerned(case: Case) -> dict[str, Any]:
    """The rule, and what is recorded for it; the others would take minutes."""
    named = [objective.name for objective in OBJECTIVES if objective.alert == case.alert]
    found = []
    for group in rules()["groups"]:
        kept = [rule for rule in group["rules"] if _is_of(rule, case, named)]
        found.append({"name": group["name"], "rules": kept})
    return {"groups": found}


def _is_of(rule: dict[str, Any], case: Case, objectives: list[str]) -> bool:
    if "alert" in rule:
        return bool(rule["alert"] == case.alert and rule["labels"]["severity"] == case.severity)
    return bool(objectives) and rule.get("labels", {}).get("objective") in (None, *objectives)


def judged(case: Case, fires: bool, folder: Path) -> str:
    """What promtool says; empty if it is as it should be."""
    (folder / "rules.yaml").write_text(yaml.safe_dump(concerned(case)))
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(asked(case, fires)))
    done = promtool("test", "rules", str(path))
    return "" if done.returncode == 0 else done.stdout + done.stderr


@needs_prometheus
@pytest.mark.parametrize("case", FIRES, ids=str)
def test_an_alert_fires_when(case: Case, tmp_path: Path) -> None:
    assert judged(case, True, tmp_path) == ""


@needs_prometheus
@pytest.mark.parametrize("case", KEEPS_QUIET, ids=str)
def test_an_alert_keeps_quiet_when(case: Case, tmp_path: Path) -> None:
    assert judged(case, False, tmp_path) == ""


@needs_prometheus
def test_the_rules_are_sound_for_prometheus() -> None:
    done = promtool("check", "rules", str(RULES))
    assert "SUCCESS" in done.stdout, done.stdout + done.stderr


def test_every_alert_has_a_story_of_both_kinds() -> None:
    named = {(alert.name, alert.severity) for alert in alerts()}
    assert {(case.alert, case.severity) for case in FIRES} == named
    assert {(case.alert, case.severity) for case in KEEPS_QUIET} == named
    assert len(named) == len(alerts())


def test_every_alert_says_whom_it_calls_and_what_to_do() -> None:
    pages = set()
    for alert in alerts():
        assert alert.severity in {PAGE, TICKET}
        assert alert.summary.endswith(".")
        assert "{{" in alert.description
        assert (ROOT / alert.rule()["annotations"]["runbook_url"]).is_file(), alert.runbook
        pages.add(alert.runbook)
    assert pages == {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")}


def test_shortened_windows_never_end_before_a_few_scrapes() -> None:
    short = Scale(1 / 3600, 5)
    assert (short.window(3600), short.window(6 * 3600), short.wait(120)) == ("5s", "6s", "33ms")
    assert (short.limit(30), Scale().limit(30), Scale().window(86_400)) == ("5", "30", "1d")
    assert Scale(0.5).window(3) == "1500ms"
