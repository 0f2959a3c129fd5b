"""Folds every record into the metrics, once, in the order of its partition.

Of the invariants, those are held live that one partition's order shows at once; those that need the whole
stream, or a quiet one, are the daily report's business.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from filrouge.checks.bookings import Bookings
from filrouge.checks.fact import Breach, Check, Data, Fact
from filrouge.checks.figures import Figures
from filrouge.checks.numbering import Numbering
from filrouge.targets import TARGETS
from filrouge.watch import metrics
from filrouge.watch.parked import Parked

REMEMBERED = 100_000
"""Numbers of each lane, and ids: what is said again was said minutes ago, by an instance that ended."""
FROM, TO = PARTNER_IN.split("{partner}")
IN_VAIN = frozenset({"unknown_in_time", "no_answer_in_time", "not_ordered_in_time", "lapsed"})
TACIT, LATE, JOURNAL = "admission-recorded", "late-interest-recorded", "batch-decided"
VERDICT, TICK = "verdict-given", "tick-passed"
REFUSED = frozenset(
    entry.type.split(".")[-2]
    for entry in REGISTER
    for field in (entry.model.model_fields.get("reason"),)
    if field is not None
    and getattr(field.annotation, "__name__", "").endswith(("Refusal", "Dispute"))
)
"""Events that say no, and for which reason."""
WANTED = REFUSED | {TACIT, LATE, JOURNAL, VERDICT, TICK}


class Watch(Collector):
    """Give it every record; Prometheus asks it for the rest."""

    def __init__(self, registry: CollectorRegistry, partitions: Mapping[str, int]) -> None:
        self.figures, self._bookings, self._parked = Figures(), Bookings(), Parked()
        self._numbering = Numbering(partitions, REMEMBERED)
        self._checks: tuple[Check, ...] = (self.figures, self._bookings)
        self._wants = WANTED.union(*(check.wants for check in self._checks))
        self._records = metrics.PARTNER_RECORDS.counter(registry)
        self._at_door = metrics.PARTNER_REFUSALS.counter(registry)
        self._last = metrics.PARTNER_LAST.gauge(registry)
        self._refusals = metrics.REFUSALS.counter(registry)
        self._deadlines = metrics.DEADLINES.counter(registry)
        self._checked = metrics.CHECKED.counter(registry)
        self._breaches = metrics.BREACHES.counter(registry)
        self._clock = metrics.CLOCK.gauge(registry)
        self.lag = metrics.LAG.gauge(registry)
        for rule in (*self._numbering.checked, *self._bookings.checked):
            self._breaches.labels(rule)  # 0 is said, too
        for deadline in ("answer", "admission", "payment"):
            self._deadlines.labels(deadline)
        registry.register(self)

    def take(self, record: Any) -> None:
        self._judge(self._numbering.offset(record))
        topic: str = record.topic
        if topic.startswith(FROM) and topic.endswith(TO):
            self._last.labels(topic[len(FROM) : -len(TO)]).set(record.timestamp / 1000)
            return
        if ".redrive." in topic or topic.startswith("redrive."):
            return
        found: list[Breach] = []
        fact = self._numbering.read(record, self._wants, found)
        self._judge(found)
        if fact is None:
            return
        self._checked.inc()
        for check in self._checks:
            self._judge(check.take(fact))
        self._count(fact, record.timestamp / 1000)

    def _judge(self, breaches: Iterable[Breach]) -> None:
        for breach in breaches:
            self._breaches.labels(breach.rule).inc()

    def _count(self, fact: Fact, at_seconds: float) -> None:
        if fact.name == VERDICT:
            self._answered(fact.data)
        elif fact.name == JOURNAL:
            self._parked.take(fact.data, at_seconds)
        elif fact.name == TICK:
            self._clock.set(fact.data["at"].timestamp())
        elif fact.name == LATE:
            self._deadlines.labels("payment").inc()
        elif fact.name == TACIT and fact.data["tacit"]:
            self._deadlines.labels("admission").inc()
        elif fact.name in REFUSED:
            reason = str(fact.data["reason"])
            self._refusals.labels(fact.kind, reason).inc()
            if reason in IN_VAIN:
                self._deadlines.labels("answer").inc()

    def _answered(self, verdict: Data) -> None:
        partner, outcome = verdict["partner"], verdict["outcome"]
        self._records.labels(partner, outcome).inc()
        if outcome == "refused":
            self._at_door.labels(partner, verdict["rule"]).inc()

    # --- when Prometheus asks ----------------------------------------------------------------------

    def collect(self) -> Iterable[GaugeMetricFamily]:
        figure, target = metrics.FIGURE.read_when_asked(), metrics.TARGET.read_when_asked()
        for name, value in self.figures.as_json().items():
            figure.add_metric([name], value)
        for name, value in TARGETS.items():
            target.add_metric([name], value)
        ledger = metrics.LEDGER.read_when_asked()
        for account, cents in sorted(self._bookings.balances.items()):
            ledger.add_metric([account], cents)
        parked, age = metrics.PARKED.read_when_asked(), metrics.PARKED_AGE.read_when_asked()
        for service, waiting in self._parked.waiting():
            parked.add_metric([service], waiting.records)
            since = waiting.since_seconds
            age.add_metric([service], 0 if since is None else max(0.0, time.time() - since))
        return (figure, target, ledger, parked, age)
