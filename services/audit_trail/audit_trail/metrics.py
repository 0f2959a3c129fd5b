"""The metrics of the audit trail."""

from __future__ import annotations

import time

from filrouge_chassis.catalogue import Kind, Metric
from prometheus_client import CollectorRegistry

C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

ARCHIVED = Metric(C, "records_archived", "records", "Records taken into the archive's logs")
COMMITS = Metric(C, "archive_commits", "commits", "Commits of the manifest, by this instance")
STORE_FAILURES = Metric(
    C, "archive_store_failures", "failures", "Times that the store did not answer"
)
WITNESS_FAILURES = Metric(
    C, "archive_witness_failures", "failures", "Times that a witness did not cosign", ("witness",)
)
ERASED = Metric(C, "records_erased", "records", "Erasures carried out, repetitions included")
CUTS_LOST = Metric(
    C,
    "archive_cuts_lost",
    "times",
    "Times that something was archived without what belongs to it, so that commits were no consistent cut",
)
RECEIPTS = Metric(
    C, "receipts_asked", "requests", "Requests for receipts, by status of the answer", ("status",)
)
COMMIT_SECONDS = Metric(
    H, "archive_commit_seconds", "seconds", "Committing to what was archived, and signing it"
)
DELAY_SECONDS = Metric(
    H,
    "archive_delay_seconds",
    "seconds",
    "From a record in Kafka to the commit that proves it, oldest of the commit",
)
LAST_COMMIT = Metric(
    G, "archive_last_commit_seconds", "seconds", "Unix time of the last commit to the archive"
)
LAST_COSIGNED = Metric(
    G,
    "archive_last_cosigned_seconds",
    "seconds",
    "Unix time at which a witness last cosigned the manifest",
    ("witness",),
)
LAG_RECORDS = Metric(
    G,
    "archive_lag_records",
    "records",
    "Records in Kafka that are not committed to in the archive",
)
METRICS = (
    *(ARCHIVED, COMMITS, STORE_FAILURES, WITNESS_FAILURES, ERASED, CUTS_LOST, RECEIPTS),
    *(COMMIT_SECONDS, DELAY_SECONDS, LAST_COMMIT, LAST_COSIGNED, LAG_RECORDS),
)


class TrailMetrics:
    """Counts what the trail reports."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._archived, self._commits = ARCHIVED.counter(registry), COMMITS.counter(registry)
        self._failures = STORE_FAILURES.counter(registry)
        self._refusals = WITNESS_FAILURES.counter(registry)
        self._cuts_lost = CUTS_LOST.counter(registry)
        self._erased, self._receipts = ERASED.counter(registry), RECEIPTS.counter(registry)
        self._commit_seconds = COMMIT_SECONDS.histogram(registry)
        self._delay_seconds = DELAY_SECONDS.histogram(registry)
        self._last_commit = LAST_COMMIT.gauge(registry)
        self._last_cosigned = LAST_COSIGNED.gauge(registry)
        self.lag = LAG_RECORDS.gauge(registry)

    def archived(self, records: int) -> None:
        self._archived.inc(records)

    def committed(self, commits: int, seconds: float, oldest_ms: int | None) -> None:
        """`oldest_ms`: when the oldest record that the commits are the first to prove came to Kafka."""
        now = time.time()
        self._commits.inc(commits)
        self._commit_seconds.observe(seconds)
        self._last_commit.set(now)
        if oldest_ms is not None:
            self._delay_seconds.observe(max(0.0, now - oldest_ms / 1000))

    def store_failed(self) -> None:
        self._failures.inc()

    def witness_failed(self, witness: str) -> None:
        self._refusals.labels(witness).inc()

    def cosigned(self, witness: str) -> None:
        self._last_cosigned.labels(witness).set(time.time())

    def cut_lost(self) -> None:
        self._cuts_lost.inc()

    def erased(self, records: int) -> None:
        self._erased.inc(records)

    def asked(self, status: int) -> None:
        self._receipts.labels(status).inc()
