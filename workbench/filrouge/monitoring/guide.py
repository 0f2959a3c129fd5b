"""The page of docs/monitoring.md: dashboards, objectives and alerts, from the code that makes them."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.monitoring.alerts import alerts
from filrouge.monitoring.dashboards import BOARDS
from filrouge.monitoring.faults import FAULTS
from filrouge.monitoring.objectives import BURNS, OBJECTIVES
from filrouge.monitoring.page import table
from filrouge.monitoring.programs import JOBS
from filrouge.monitoring.scale import duration

INTRODUCTION = f"""# Watching an installation

Made by `make generate`, as are the [dashboards](../deploy/grafana) and the [alerts](../deploy/prometheus).
Behind them: [telemetry](telemetry.md); where it is made: [monitoring](../workbench/filrouge/monitoring).

In a cluster the chart `filrouge` brings all of it, for a Prometheus operator and for a Grafana whose sidecar
looks for ConfigMaps; the chart `platform` turns on the exporters of Kafka, and has PostgreSQL's scraped too.
Elsewhere: give the alerts to Prometheus as `rule_files`, scrape each process's `/metrics`
under the job that is its name ({", ".join(f"`{job}`" for job in JOBS)};
the last is `filrouge watch`, one per installation), and import the dashboards (Dashboards, New, Import), which
ask for a datasource. Several installations are told apart by the label `namespace`: filter by it at the top of
each dashboard. `runbook_url` is a path in this repository.
"""
ON_CALL = """## On call

An alert names its `job` and `lane`, and its runbook; a runbook names dashboards, panels, lines of the log
and commands. On Kubernetes `SERVICE` in them is the alert's `job` with dashes (`budget-accounting`); the
namespace and both releases are called as in [kubernetes](kubernetes.md). On one machine logs lie in the
data folder of `filrouge up` (`.stack/logs`). Lines are JSON, and `event` is the name that runbooks say.

`filrouge status`, `filrouge parked` and `filrouge rebuild` ask Kafka and PostgreSQL: run them where both
can be reached, with `FILROUGE_KAFKA` and `FILROUGE_POSTGRES` set, as a user who may. No pod of the charts
is made for that.

Several alerts at once have one cause more often than not, and the lowest is it: Kafka and PostgreSQL are
under services, services under the archive, the clock and the watch, and all of these under promises. No
alert is called "Kafka is away": an installation at work says so by lanes that fail and are stuck
(`FilrougeLaneFailing`, `FilrougeLaneStuck`), an idle one by the clock alone (`FilrougeClockNotTicking`),
after six minutes. Their runbooks lead there.

`FILROUGE_SOURCE` says what `filrouge audit` reads; `--verifier KEY` of `filrouge smoke` is the archive's public
key.

### Drills

`make drill` starts everything on one machine, lets partners speak, and breaks something without saying what
(`SEED=` repeats an order, `FAULT=` is for whoever wants to know). Its prompt has what somebody on call has:
`alerts`, `panels flow`, `runbook lane-stuck`, commands of runbooks as they are written for one machine, and in
place of the cluster `restart`, `rollback`, `platform`, `processor`, `call`. `reveal` says what it was, `next`
breaks something else, `end` (or Ctrl-C) ends what was started. Lines may come from a file; minutes of alerts
are seconds.

What each of them looks like, and what ends it:
"""
LIMITS = """## What is tested, and what is not

Every query is read as PromQL, and every metric and label in it is held against the lists that the programs
count by; promtool lets each alert fire under its fault, and keep quiet otherwise; a real Prometheus asks
every query of real services (tests/monitoring), and [dashboards](dashboards.md) has what they answered.
Each alert, with shortened windows, is fired by its real fault, and is over when that is mended
(`make test-faults`; [which](../tests/monitoring/faults)); two tickets need several brokers or a kubelet,
and are promtool's alone. Runbooks name only panels, metrics, lines and commands that there are. Panels of
brokers are asked of a real broker with the rules that the chart `platform` gives to Strimzi. Tests that need
Prometheus are skipped where `make setup` cannot get it, and say so.

Not tested: how Grafana draws a panel; panels of PostgreSQL, of pods and of Kafka's groups, whose exporters
need a cluster; they say so in their description.
"""


def monitoring_page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield "## Dashboards\n"
    rows = ((board.title, f"`{board.uid}`", board.says, f"{len(board.panels)}") for board in BOARDS)
    yield from table(("dashboard", "uid", "what it is for", "panels"), rows)
    yield "## Objectives\n"
    for objective in OBJECTIVES:
        yield f"- **{objective.name}**: {objective.says} {objective.because}"
    yield "- **nothing lost**: no invariant is ever broken. There is no budget for it: one breach pages."
    yield (
        "\nWho does nothing measures nothing: a service or an archiver that is away, or a lane that cannot"
        " work, is not in these shares, and pages by an alert of its own."
    )
    yield "\nHow fast a budget of 30 days may burn, in both windows, before somebody is called:\n"
    burns = (
        (f"{burn.rate:g} ×", duration(burn.long), duration(burn.short), burn.severity)
        for burn in BURNS
    )
    yield from table(("rate", "long window", "short window", "severity"), burns)
    yield "## Alerts\n"
    yield "`page`: somebody outside waits, or a promise is broken: now. `ticket`: within a working day.\n"
    rows_of_alerts = (
        (
            f"[{alert.name}](runbooks/{alert.runbook}.md)",
            alert.severity,
            alert.holds_for,
            alert.summary,
        )
        for alert in alerts()
    )
    yield from table(("alert", "severity", "after", "what it means"), rows_of_alerts)
    yield ON_CALL
    rows_of_faults = (
        (fault.happened, fault.alerts[0], fault.seen, fault.ended) for fault in FAULTS.values()
    )
    yield from table(
        ("what happened", "first alert", "where one sees it", "what ends it"), rows_of_faults
    )
    yield LIMITS.rstrip()
