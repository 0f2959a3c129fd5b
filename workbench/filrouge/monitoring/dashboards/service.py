"""One service, or several: how much it does, what goes wrong, how long it takes, and its lanes."""

from __future__ import annotations

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row, Variable

SERVICE = Variable("service", "job", "filrouge_last_commit_seconds")
CHOSEN = '{job=~"$service"}'
WINDOW = f"{CHOSEN}[$__rate_interval]"
PER_SECOND = "eps"


def _rate(metric: str, by: str, legend: str = "") -> Query:
    return Query(f"sum by ({by}) (rate({metric}{WINDOW}))", legend or f"{{{{{by}}}}}")


def _batch(quantile: float) -> Query:
    buckets = f"sum by (job, le) (rate(filrouge_batch_seconds_bucket{WINDOW}))"
    return Query(f"histogram_quantile({quantile}, {buckets})", f"p{quantile * 100:.0f} {{{{job}}}}")


NOW = Row(
    "Now",
    (
        Panel(
            "Instances that answer",
            "as many as are wanted.",
            "runbook service-down.",
            "short",
            (Query(f"sum(up{CHOSEN})"),),
            Form.NUMBER,
            (Level(1, "green"),),
            start="red",
        ),
        Panel(
            "Lanes that have stopped",
            "0.",
            "runbook lane-stopped: the log says what is wrong.",
            "short",
            (Query(f"sum(filrouge_lane_stopped{CHOSEN})"),),
            Form.NUMBER,
            (Level(1, "red"),),
        ),
        Panel(
            "Closed keys",
            "0.",
            "runbook records-parked.",
            "short",
            (Query(f"sum(filrouge_closed_keys{CHOSEN})"),),
            Form.NUMBER,
            (Level(1, "orange"),),
        ),
        Panel(
            "Since the last commit",
            "below a minute, since the clock ticks once a minute.",
            "runbook lane-stuck, or clock-not-ticking if all services are silent.",
            "s",
            (Query(f"time() - max(filrouge_last_commit_seconds{CHOSEN})"),),
            Form.NUMBER,
            (Level(120, "orange"),),
        ),
        Panel(
            "Lanes of each instance",
            "shared out evenly, each lane once.",
            "an instance without lanes is one too many; a lane held by nobody: runbook lane-stuck.",
            "short",
            (Query(f"count by (instance) (filrouge_lane_stopped{CHOSEN})", "{{instance}}"),),
            Form.BARS,
            columns=8,
            start="blue",
        ),
    ),
)

RED = Row(
    "Rate, errors, duration",
    (
        Panel(
            "Records taken",
            "at the pace of what is said to it.",
            "0 while records wait: runbook lane-stuck.",
            PER_SECOND,
            (_rate("filrouge_records_taken_total", "job"),),
        ),
        Panel(
            "Decisions by type",
            "a mix that does not change from day to day.",
            "a type that is missing, or refusals that grow, began with a release or a partner: compare.",
            PER_SECOND,
            (_rate("filrouge_decisions_total", "type"),),
        ),
        Panel(
            "Of these refusals",
            "few beside the decisions, for reasons of business.",
            "the dashboard Partners says for which reason, and whose words were refused at the door.",
            PER_SECOND,
            (
                Query(
                    'sum by (type) (rate(filrouge_decisions_total{job=~"$service",'
                    ' type=~".*-(refused|rejected|disputed).*"}[$__rate_interval]))',
                    "{{type}}",
                ),
            ),
        ),
        Panel(
            "Records parked",
            "none: a record is parked by a defect of ours.",
            "runbook records-parked.",
            PER_SECOND,
            (_rate("filrouge_records_parked_total", "job"),),
        ),
        Panel(
            "Reasons to load a lane again",
            "none; a few when Kafka or PostgreSQL is restarted.",
            "runbook lane-failing: the name of the error says which of the two.",
            PER_SECOND,
            (_rate("filrouge_lane_failures_total", "error"),),
        ),
        Panel(
            "Seconds for one batch",
            "hundredths of a second.",
            "slow for all services: PostgreSQL (Infrastructure). For one: a span `batch` says which step.",
            "s",
            (_batch(0.5), _batch(0.99)),
            levels=(Level(1, "orange"),),
        ),
        Panel(
            "Records of one batch, on average",
            "few when there is little to do, thousands under load.",
            "always at the limit, with lag: it is at its capacity; add instances up to the number of lanes.",
            "short",
            (
                Query(
                    f"sum by (job) (rate(filrouge_batch_records_sum{WINDOW}))"
                    f" / sum by (job) (rate(filrouge_batch_records_count{WINDOW}))",
                    "{{job}}",
                ),
            ),
        ),
    ),
)

LANES = Row(
    "Lanes",
    (
        Panel(
            "Records each lane has not read",
            "near 0, all alike.",
            "runbook lane-stuck.",
            "short",
            (Query(f"max by (job, lane) (filrouge_lane_lag_records{CHOSEN})", "{{job}} {{lane}}"),),
        ),
        Panel(
            "Age of the work of each lane",
            "below 30 seconds.",
            "runbook lane-stuck.",
            "s",
            (Query(f"max by (job, lane) (filrouge_lane_lag_seconds{CHOSEN})", "{{job}} {{lane}}"),),
            levels=(Level(30, "red"),),
        ),
        Panel(
            "For how long lanes have not been able to work",
            "0, or seconds after a deployment.",
            "minutes: a rebuild of a long history, or runbook lane-stuck. Nobody can say what waits meanwhile.",
            "s",
            (
                Query(
                    f"max by (job, lane) (filrouge_lane_unloaded_seconds{CHOSEN})",
                    "{{job}} {{lane}}",
                ),
            ),
            levels=(Level(30, "red"),),
        ),
        Panel(
            "Lanes handed out, loaded, taken by somebody else",
            "steps at a deployment, flat otherwise; conflicts almost never.",
            "again and again: instances miss their heartbeats; are they short of processor (Infrastructure)?",
            "short",
            (
                Query(f"sum by (job) (filrouge_rebalances_total{CHOSEN})", "rebalances {{job}}"),
                Query(
                    f"sum by (job, rebuilt) (filrouge_lane_loads_total{CHOSEN})",
                    "loads {{job}} rebuilt={{rebuilt}}",
                ),
                Query(
                    f"sum by (job) (filrouge_commit_conflicts_total{CHOSEN})", "conflicts {{job}}"
                ),
            ),
        ),
        Panel(
            "Aggregates woken by the clock",
            "waves after midnight and on the hour.",
            "none for an hour: runbook clock-not-ticking.",
            PER_SECOND,
            (_rate("filrouge_timers_woken_total", "job"),),
        ),
        Panel(
            "Spans for the collector",
            "none dropped; none at all without a collector.",
            "dropped: take a smaller FILROUGE_TRACE_RATIO, or mend the collector. No decision waits for it.",
            PER_SECOND,
            (
                _rate("filrouge_spans_exported_total", "job", "exported {{job}}"),
                _rate("filrouge_spans_dropped_total", "job", "dropped {{job}}"),
            ),
        ),
    ),
)

SERVICE_BOARD = Board(
    "service",
    "Filrouge: a service",
    "Rate, errors and duration of a service that decides, and its lanes.",
    (NOW, RED, LANES),
    (SERVICE,),
)
