"""Whether everything is archived, proven, witnessed, and right."""

from __future__ import annotations

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row

PROVEN_SECONDS = 5


def _quantiles(metric: str) -> tuple[Query, ...]:
    rate = f"sum by (le) (rate({metric}_bucket[$__rate_interval]))"
    return tuple(Query(f"histogram_quantile({q}, {rate})", f"p{q * 100:.0f}") for q in (0.5, 0.99))


NOW = Row(
    "Now",
    (
        Panel(
            "Breaches of an invariant",
            "0, always.",
            "runbook invariant-broken.",
            "short",
            (Query("sum(filrouge_invariant_breaches_total)"),),
            Form.NUMBER,
            (Level(1, "red"),),
        ),
        Panel(
            "Age of the manifest",
            "below a minute, since each tick of the clock is archived too.",
            "runbook archive-behind.",
            "s",
            (Query("time() - max(max_over_time(filrouge_archive_last_commit_seconds[6h]))"),),
            Form.NUMBER,
            (Level(90, "orange"), Level(300, "red")),
        ),
        Panel(
            "Records without a proof",
            "a second's worth.",
            "runbook archive-behind.",
            "short",
            (Query("max(filrouge_archive_lag_records)"),),
            Form.NUMBER,
            (Level(10_000, "orange"),),
        ),
        Panel(
            "Not checked by the watch yet",
            "near 0.",
            "runbook watch-behind.",
            "short",
            (Query("max(filrouge_watch_lag_records)"),),
            Form.NUMBER,
            (Level(10_000, "orange"),),
        ),
        Panel(
            "Since each witness cosigned",
            "seconds to minutes; nothing is shown if there are no witnesses.",
            "runbook witness-silent.",
            "s",
            (
                Query(
                    "time() - max by (witness) (filrouge_archive_last_cosigned_seconds)",
                    "{{witness}}",
                ),
            ),
            Form.BARS,
            (Level(600, "yellow"), Level(3600, "red")),
            columns=8,
        ),
    ),
)

ARCHIVE = Row(
    "The archive",
    (
        Panel(
            "Seconds until a record is proven",
            f"one or two; the objective is {PROVEN_SECONDS}.",
            "runbook error-budget: the store or the archiver is slow.",
            "s",
            _quantiles("filrouge_archive_delay_seconds"),
            levels=(Level(PROVEN_SECONDS, "red"),),
        ),
        Panel(
            "Seconds for one commit",
            "tenths of a second.",
            "above a second the store is slow: its own monitoring says why.",
            "s",
            _quantiles("filrouge_archive_commit_seconds"),
            levels=(Level(1, "orange"),),
        ),
        Panel(
            "Records archived",
            "all that is said, within a second or two.",
            "0 while decisions are made: runbook archive-behind.",
            "eps",
            (
                Query(
                    "sum by (instance) (rate(filrouge_records_archived_total[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            "Commits",
            "up to one a second; of two instances, whoever was first.",
            "0 while records are archived: runbook archive-behind.",
            "cps",
            (
                Query(
                    "sum by (instance) (rate(filrouge_archive_commits_total[$__rate_interval]))",
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            "The store or a witness did not answer, or a cut was lost",
            "none.",
            "the store: archive-behind. A witness: witness-silent. A cut: the line cut_lost says where.",
            "short",
            (
                Query("sum(filrouge_archive_store_failures_total)", "store"),
                Query("sum by (witness) (filrouge_archive_witness_failures_total)", "{{witness}}"),
                Query("sum(filrouge_archive_cuts_lost_total)", "cuts lost"),
            ),
        ),
        Panel(
            "Receipts asked for, by status",
            "200, and some 409 which are asked again.",
            "500: `filrouge audit verify` names what is damaged. 503: Kafka or the store is away.",
            "short",
            (Query("sum by (status) (filrouge_receipts_asked_total)", "{{status}}"),),
        ),
        Panel(
            "Erasures carried out",
            "a step for each `filrouge erase`, and again when an instance reads from the start.",
            "a step that nobody ordered: the topic `audit` says by whom and on which ground.",
            "short",
            (Query("sum by (instance) (filrouge_records_erased_total)", "{{instance}}"),),
        ),
    ),
)

RIGHT = Row(
    "Is it right?",
    (
        Panel(
            "Breaches by rule",
            "every line at 0.",
            "runbook invariant-broken.",
            "short",
            (Query("max by (rule) (filrouge_invariant_breaches_total)", "{{rule}}"),),
            levels=(Level(1, "red"),),
        ),
        Panel(
            "Facts checked",
            "it grows as events are said.",
            "flat while decisions are made: runbook watch-behind.",
            "short",
            (Query("max(filrouge_invariants_checked_total)", "facts"),),
        ),
    ),
)

AUDIT = Board(
    "audit",
    "Filrouge: audit",
    "Whether everything is archived, proven, witnessed, and right.",
    (NOW, ARCHIVE, RIGHT),
)
