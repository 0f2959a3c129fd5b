"""What the audit trail counts, each named once, with a sentence."""

from __future__ import annotations

import time

from filrouge_chassis.catalogue import SECONDS
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class TrailMetrics:
    """Neither keys nor ids are ever labels."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(f"filrouge_{name}", says, labels, registry=registry)

        self._archived = counter("records_archived", "Records taken into the archive's logs")
        self._commits = counter("archive_commits", "Commits of the manifest, by this instance")
        self._failures = counter("archive_store_failures", "Times that the store did not answer")
        self._refusals = counter(
            "archive_witness_failures", "Times that a witness did not cosign", ("witness",)
        )
        self._erased = counter("records_erased", "Erasures carried out, repetitions included")
        self._receipts = counter(
            "receipts_asked", "Requests for receipts, by status of the answer", ("status",)
        )
        self._commit_seconds = Histogram(
            "filrouge_archive_commit_seconds",
            "Committing to what was archived, and signing it",
            buckets=SECONDS,
            registry=registry,
        )
        self._last_commit = Gauge(
            "filrouge_archive_last_commit_seconds",
            "Unix time of the last commit to the archive",
            registry=registry,
        )
        self.lag = Gauge(
            "filrouge_archive_lag_records",
            "Records in Kafka that are not committed to in the archive",
            registry=registry,
        )

    def archived(self, records: int) -> None:
        self._archived.inc(records)

    def committed(self, commits: int, seconds: float) -> None:
        self._commits.inc(commits)
        self._commit_seconds.observe(seconds)
        self._last_commit.set(time.time())

    def store_failed(self) -> None:
        self._failures.inc()

    def witness_failed(self, witness: str) -> None:
        self._refusals.labels(witness).inc()

    def erased(self, records: int) -> None:
        self._erased.inc(records)

    def asked(self, status: int) -> None:
        self._receipts.labels(status).inc()
