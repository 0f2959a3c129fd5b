"""Who is on call is called by alerts: which have fired since a moment, after how long, and what they say."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filrouge.monitoring.alerts import alerts

from tests.monitoring.prometheus import Prometheus

FIRING = 'timestamp(ALERTS{alertstate="firing"})'
EARLIER_SECONDS = 3
"""So much is looked at besides, to see what fired already."""
STILL_SECONDS = 2.5
"""So old may the last sample be of what fires now."""
NOT_SHOWN = {"alertname", "alertstate", "windows"}
RUNBOOKS = {alert.name: alert.runbook for alert in alerts()}
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fired:
    """Seconds are counted from the moment that was asked about; `over` is None while it fires."""

    labels: Labels
    after_seconds: float
    over_seconds: float | None

    @property
    def name(self) -> str:
        return self.labels["alertname"]

    @property
    def before(self) -> bool:
        """It fired already when the moment came."""
        return self.after_seconds < 0

    def line(self) -> str:
        shown = (f"{name}={self.labels[name]}" for name in sorted(self.labels.keys() - NOT_SHOWN))
        since = "before" if self.before else f"after {self.after_seconds:.0f} s"
        end = "fires" if self.over_seconds is None else f"over after {self.over_seconds:.0f} s"
        return f"{self.name}  {since}, {end}  {' '.join(shown)}"


def fired(prometheus: Prometheus, since: float) -> list[Fired]:
    """In the order in which they began. The past is Prometheus' own: nobody had to look all the time."""
    now = time.time()
    over = now - STILL_SECONDS
    past = f"{FIRING}[{math.ceil(now - since) + EARLIER_SECONDS}s:1s]"
    first = _by_labels(prometheus, f"min_over_time({past})")
    last = _by_labels(prometheus, f"max_over_time({past})")
    found = [
        Fired(
            dict(labels),
            begun - since,
            None if last[labels] > over else last[labels] - since,
        )
        for labels, begun in first.items()
        if last.get(labels, 0.0)
        > min(since, over)  # the window has moved on since the first question
    ]
    return sorted(found, key=lambda one: one.after_seconds)


def told(prometheus: Prometheus, since: float) -> Iterator[str]:
    """As a page or a ticket would be read."""
    said = {
        frozenset(one["labels"].items()): one["annotations"]
        for one in prometheus.ask("alerts")["alerts"]
    }
    for one in fired(prometheus, since):
        yield one.line()
        labels = {name: it for name, it in one.labels.items() if name != "alertstate"}
        notes = said.get(frozenset(labels.items()))
        if one.over_seconds is None and notes is not None:
            yield f"    {notes['summary']} {notes['description']}"
        yield f"    runbook {RUNBOOKS[one.name]}"


def _by_labels(prometheus: Prometheus, expression: str) -> dict[frozenset[tuple[str, str]], float]:
    return {frozenset(labels.items()): value for labels, value in prometheus.samples(expression)}
