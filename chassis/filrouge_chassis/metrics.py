"""The metrics of a service, each named once, with a sentence."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from filrouge_chassis.errors import LaneLost
from filrouge_chassis.instance import Instance
from filrouge_chassis.progress import Counts
from filrouge_chassis.surroundings import Observer

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16384)


class LaneMetrics(Observer):
    """Counts what lanes report; lane numbers are labels, keys and ids never are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(f"filrouge_{name}", says, labels, registry=registry)

        self._taken = counter("records_taken", "Records read and taken into a batch", ("lane",))
        self._ignored = counter("records_ignored", "Records that no rule of the service takes")
        self._duplicates = counter("duplicates_dropped", "Records recognised as published again")
        self._parked = counter("records_parked", "Records set aside with their key", ("lane",))
        self._woken = counter("timers_woken", "Aggregates woken by a tick")
        self._decided = counter("decisions", "Events decided, by type", ("type",))
        self._conflicts = counter("commit_conflicts", "Lane rows found swapped by somebody else")
        self._failures = counter("lane_failures", "Reasons to load a lane again", ("error",))
        self._loads = counter(
            "lane_loads", "Lanes loaded, rebuilt from the stream or not", ("rebuilt",)
        )
        self._exported = counter("spans_exported", "Spans that the collector has taken")
        self._dropped = counter(
            "spans_dropped", "Spans that it did not take, or that were too many"
        )
        self._batch_records = Histogram(
            "filrouge_batch_records", "Records of one batch", buckets=SIZES, registry=registry
        )
        self._batch_seconds = Histogram(
            "filrouge_batch_seconds",
            "Folding and committing one batch",
            buckets=SECONDS,
            registry=registry,
        )
        self._age_seconds = Histogram(
            "filrouge_age_seconds",
            "From the partner's record in Kafka to the commit of this stage, oldest of the batch",
            buckets=SECONDS,
            registry=registry,
        )
        self._last_commit = Gauge(
            "filrouge_last_commit_seconds", "Unix time of the last commit", registry=registry
        )

    def loaded(self, lane: int, rebuilt: bool) -> None:
        self._loads.labels(str(rebuilt).lower()).inc()

    def decided(self, lane: int, counts: Counts, seconds: float, committed: bool) -> None:
        self._taken.labels(lane).inc(counts.taken)
        self._ignored.inc(counts.ignored)
        self._duplicates.inc(counts.duplicates)
        self._woken.inc(counts.woken)
        if counts.parked:
            self._parked.labels(lane).inc(counts.parked)
        for name, number in counts.decided.items():
            self._decided.labels(name).inc(number)
        if not committed:
            return
        now = time.time()
        self._batch_records.observe(counts.taken)
        self._batch_seconds.observe(seconds)
        self._last_commit.set(now)
        if counts.oldest_ms is not None:
            self._age_seconds.observe(max(0.0, now - counts.oldest_ms / 1000))

    def exported(self, spans: int, dropped: int) -> None:
        self._exported.inc(spans)
        self._dropped.inc(dropped)

    def failed(self, lane: int, error: Exception) -> None:
        self._failures.labels(type(error).__name__).inc()
        if isinstance(error, LaneLost):
            self._conflicts.inc()


class LagCollector(Collector):
    """Read when Prometheus asks: how far each lane is behind, and what waits to be published."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def collect(self) -> Iterable[GaugeMetricFamily]:
        def gauge(name: str, says: str) -> GaugeMetricFamily:
            return GaugeMetricFamily(f"filrouge_{name}", says, labels=["lane"])

        lag = gauge("lane_lag_records", "Records in Kafka that the lane has not read")
        behind = gauge("lane_lag_seconds", "Age of the last record read while more are waiting")
        outbox = gauge("outbox_age_seconds", "Age of the oldest row that Kafka does not hold yet")
        closed = gauge("closed_keys", "Keys whose records are parked until they are re-driven")
        stopped = gauge("lane_stopped", "1 if the lane refuses to go on until somebody looks")
        for lane in self._instance.lanes.values():
            label = [str(lane.identity.lane)]
            records = self._instance.lag_of(lane)
            lag.add_metric(label, records)
            behind.add_metric(label, lane.behind_seconds(time.time()) if records else 0)
            outbox.add_metric(label, lane.outbox_age_seconds())
            closed.add_metric(label, len(lane.progress.row.closed))
            stopped.add_metric(label, lane.stopped is not None)
        return (lag, behind, outbox, closed, stopped)
