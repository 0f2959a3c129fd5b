"""Events on their way through the services: how many, how old, and where they wait."""

from __future__ import annotations

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row

PER_SECOND = "eps"


def _age(quantile: float) -> Query:
    buckets = "sum by (job, le) (rate(filrouge_age_seconds_bucket[$__rate_interval]))"
    return Query(f"histogram_quantile({quantile}, {buckets})", f"p{quantile * 100:.0f} {{{{job}}}}")


THROUGH = Row(
    "Through the services",
    (
        Panel(
            "Decisions by service",
            "each service follows the one before it, at the pace of partners.",
            "one line at 0 while others move: the dashboard Service, with that service.",
            PER_SECOND,
            (Query("sum by (job) (rate(filrouge_decisions_total[$__rate_interval]))", "{{job}}"),),
        ),
        Panel(
            "Decisions by type of event",
            "the mix of a normal day; refusals and holds are a small part.",
            "many of one `-refused` or `-held`: Partners says for which reason.",
            PER_SECOND,
            (
                Query(
                    "topk(20, sum by (type) (rate(filrouge_decisions_total[$__rate_interval])))",
                    "{{type}}",
                ),
            ),
        ),
        Panel(
            "Records taken, by service",
            "as many as are published; none is left unread.",
            "lag below grows at the same time: too little is taken, add an instance or find what blocks.",
            PER_SECOND,
            (
                Query(
                    "sum by (job) (rate(filrouge_records_taken_total[$__rate_interval]))", "{{job}}"
                ),
            ),
        ),
        Panel(
            "Of these dropped as repetitions, or of no concern",
            "repetitions come in waves after a restart; the rest is steady.",
            "repetitions without end: somebody publishes the same again and again; Partners says who.",
            PER_SECOND,
            (
                Query(
                    "sum by (job) (rate(filrouge_duplicates_dropped_total[$__rate_interval]))",
                    "repeated {{job}}",
                ),
                Query(
                    "sum by (job) (rate(filrouge_records_ignored_total[$__rate_interval]))",
                    "ignored {{job}}",
                ),
            ),
        ),
    ),
)

WAITING = Row(
    "Where they wait",
    (
        Panel(
            "Records that no lane has read",
            "near 0; a wave of partners' words drains within seconds.",
            "one service grows: runbook lane-stuck.",
            "short",
            (Query("sum by (job) (filrouge_lane_lag_records)", "{{job}}"),),
        ),
        Panel(
            "How old the work is that lanes are at",
            "below 30 seconds, the limit of the objective.",
            "runbook lane-stuck, or error-budget if it comes and goes.",
            "s",
            (Query("max by (job) (filrouge_lane_lag_seconds)", "{{job}}"),),
            levels=(Level(30, "red"),),
        ),
        Panel(
            "The lanes with most to read",
            "all alike.",
            "one far above the others: a partner sends in bulk, or the lane is stuck (runbook lane-stuck).",
            "short",
            (
                Query(
                    "topk(10, sum by (job, lane) (filrouge_lane_lag_records))", "{{job}} {{lane}}"
                ),
            ),
            Form.BARS,
            (Level(1000, "orange"),),
        ),
        Panel(
            "Age of what waits in the outbox",
            "well below a second.",
            "runbook outbox-stuck: decided and durable, but Kafka does not take it.",
            "s",
            (Query("max by (job) (filrouge_outbox_age_seconds)", "{{job}}"),),
            levels=(Level(30, "red"),),
        ),
        Panel(
            "Records set aside, by service",
            "0.",
            "runbook records-parked.",
            "short",
            (Query("max by (service) (filrouge_parked_waiting_records)", "{{service}}"),),
            levels=(Level(1, "orange"),),
        ),
        Panel(
            "How long the oldest of them has waited",
            "nothing waits.",
            "a day is too long: the mended release has to come first, then `filrouge parked redrive`.",
            "s",
            (Query("max by (service) (filrouge_parked_age_seconds)", "{{service}}"),),
            levels=(Level(86_400, "red"),),
        ),
    ),
)

AGE = Row(
    "From the partner's word to each stage",
    (
        Panel(
            "Age at the commit, half of the batches",
            "tenths of a second for each stage.",
            "the first stage that is old is where to look: Service.",
            "s",
            (_age(0.5),),
        ),
        Panel(
            "Age at the commit, 99 of 100 batches",
            "below a second; the objective for budget_accounting is 30 seconds.",
            "runbook error-budget.",
            "s",
            (_age(0.99),),
            levels=(Level(30, "red"),),
        ),
    ),
)

FLOW = Board(
    "flow",
    "Filrouge: flow",
    "Events on their way through the services: how many, how old, and where they wait.",
    (THROUGH, WAITING, AGE),
)
