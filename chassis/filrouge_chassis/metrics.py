"""The metrics of a service that decides."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from filrouge_chassis.catalogue import Kind, Metric
from filrouge_chassis.errors import LaneLost
from filrouge_chassis.instance import Instance
from filrouge_chassis.progress import Counts
from filrouge_chassis.surroundings import Observer

C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM
LANE = ("lane",)
SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16384)

TAKEN = Metric(C, "records_taken", "records", "Records read and taken into a batch", LANE)
IGNORED = Metric(C, "records_ignored", "records", "Records that no rule of the service takes")
DUPLICATES = Metric(C, "duplicates_dropped", "records", "Records recognised as published again")
PARKED = Metric(C, "records_parked", "records", "Records set aside with their key", LANE)
WOKEN = Metric(C, "timers_woken", "aggregates", "Aggregates woken by a tick")
DECIDED = Metric(C, "decisions", "events", "Events decided, by type", ("type",))
CONFLICTS = Metric(C, "commit_conflicts", "commits", "Lane rows found swapped by somebody else")
FAILURES = Metric(C, "lane_failures", "failures", "Reasons to load a lane again", ("error",))
LOADS = Metric(
    C, "lane_loads", "loads", "Lanes loaded, rebuilt from the stream or not", ("rebuilt",)
)
REBALANCES = Metric(
    C, "rebalances", "rebalances", "Times that the group handed out lanes to this process"
)
EXPORTED = Metric(C, "spans_exported", "spans", "Spans that the collector has taken")
DROPPED = Metric(C, "spans_dropped", "spans", "Spans that it did not take, or that were too many")
BATCH_RECORDS = Metric(H, "batch_records", "records", "Records of one batch", buckets=SIZES)
BATCH_SECONDS = Metric(H, "batch_seconds", "seconds", "Folding and committing one batch")
AGE_SECONDS = Metric(
    H,
    "age_seconds",
    "seconds",
    "From the partner's record in Kafka to the commit of this stage, oldest of the batch",
)
LAST_COMMIT = Metric(G, "last_commit_seconds", "seconds", "Unix time of the last commit")
LAG_RECORDS = Metric(
    G, "lane_lag_records", "records", "Records in Kafka that the lane has not read", LANE
)
LAG_SECONDS = Metric(
    G, "lane_lag_seconds", "seconds", "Age of the last record read while more are waiting", LANE
)
UNLOADED = Metric(
    G, "lane_unloaded_seconds", "seconds", "For how long the lane has not been able to work", LANE
)
OUTBOX_AGE = Metric(
    G, "outbox_age_seconds", "seconds", "Age of the oldest row that Kafka does not hold yet", LANE
)
CLOSED_KEYS = Metric(
    G, "closed_keys", "keys", "Keys whose records are parked until they are re-driven", LANE
)
STOPPED = Metric(
    G, "lane_stopped", "lanes", "1 if the lane refuses to go on until somebody looks", LANE
)
METRICS = (
    *(TAKEN, IGNORED, DUPLICATES, PARKED, WOKEN, DECIDED, CONFLICTS, FAILURES, LOADS, REBALANCES),
    *(EXPORTED, DROPPED, BATCH_RECORDS, BATCH_SECONDS, AGE_SECONDS, LAST_COMMIT),
    *(LAG_RECORDS, LAG_SECONDS, UNLOADED, OUTBOX_AGE, CLOSED_KEYS, STOPPED),
)


class LaneMetrics(Observer):
    """Counts what lanes report."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._taken, self._ignored = TAKEN.counter(registry), IGNORED.counter(registry)
        self._duplicates, self._parked = DUPLICATES.counter(registry), PARKED.counter(registry)
        self._woken, self._decided = WOKEN.counter(registry), DECIDED.counter(registry)
        self._conflicts, self._failures = CONFLICTS.counter(registry), FAILURES.counter(registry)
        self._loads, self._rebalances = LOADS.counter(registry), REBALANCES.counter(registry)
        self._exported, self._dropped = EXPORTED.counter(registry), DROPPED.counter(registry)
        self._batch_records = BATCH_RECORDS.histogram(registry)
        self._batch_seconds = BATCH_SECONDS.histogram(registry)
        self._age_seconds = AGE_SECONDS.histogram(registry)
        self._last_commit = LAST_COMMIT.gauge(registry)

    def rebalanced(self) -> None:
        self._rebalances.inc()

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
            trace = {"trace_id": counts.oldest_trace} if counts.oldest_trace else None
            self._age_seconds.observe(max(0.0, now - counts.oldest_ms / 1000), trace)

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
        lag, behind = LAG_RECORDS.read_when_asked(), LAG_SECONDS.read_when_asked()
        outbox, closed = OUTBOX_AGE.read_when_asked(), CLOSED_KEYS.read_when_asked()
        stopped, unloaded = STOPPED.read_when_asked(), UNLOADED.read_when_asked()
        for lane in self._instance.lanes.values():
            label = [str(lane.identity.lane)]
            records = self._instance.lag_of(lane)
            lag.add_metric(label, records)
            behind.add_metric(label, lane.behind_seconds(time.time()) if records else 0)
            unloaded.add_metric(label, lane.unloaded_seconds())
            outbox.add_metric(label, lane.outbox_age_seconds())
            closed.add_metric(label, len(lane.progress.row.closed))
            stopped.add_metric(label, lane.stopped is not None)
        return (lag, behind, unloaded, outbox, closed, stopped)
