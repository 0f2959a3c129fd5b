"""What a process can tell about itself: every metric, span and log event is named once, with a sentence.

Whoever counts or says something takes it from a list of these; the page that explains them is made of the
same lists. No label holds a key, an id or anybody's words.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily

PREFIX = "filrouge_"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Kind(StrEnum):
    """As Prometheus calls them."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit`: of one observation; a name that is not a count ends with it."""

    kind: Kind
    name: str
    unit: str
    says: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = SECONDS

    @property
    def exported_name(self) -> str:
        """What queries ask for."""
        return f"{PREFIX}{self.name}{'_total' if self.kind is Kind.COUNTER else ''}"

    def counter(self, registry: CollectorRegistry) -> Counter:
        assert self.kind is Kind.COUNTER
        return Counter(f"{PREFIX}{self.name}", self.says, self.labels, registry=registry)

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        assert self.kind is Kind.GAUGE
        return Gauge(f"{PREFIX}{self.name}", self.says, self.labels, registry=registry)

    def histogram(self, registry: CollectorRegistry) -> Histogram:
        assert self.kind is Kind.HISTOGRAM
        return Histogram(
            f"{PREFIX}{self.name}", self.says, self.labels, registry=registry, buckets=self.buckets
        )

    def read_when_asked(self) -> GaugeMetricFamily:
        """To be filled at every scrape."""
        assert self.kind is Kind.GAUGE
        return GaugeMetricFamily(f"{PREFIX}{self.name}", self.says, labels=self.labels)


OF_PROCESS = {
    "process_virtual_memory_bytes": "Memory that the process has asked for",
    "process_resident_memory_bytes": "Memory that it really has",
    "process_start_time_seconds": "Unix time at which it started",
    "process_cpu_seconds_total": "Time of processors that it has used",
    "process_open_fds": "Files and connections that it holds open",
    "process_max_fds": "How many it may hold",
}
"""Named by the client library and not by us: on Linux every process tells them."""


def registry_of_process() -> CollectorRegistry:
    """To be filled with our own; it tells of the process already."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


@dataclass(frozen=True, slots=True)
class Span:
    """A step of a trace. `name`: its first word; what follows is the type of an event."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line of the log: `name` to look for, `sentence` with the fields that it is told in braces."""

    name: str
    level: int
    sentence: str

    def is_heard(self) -> bool:
        """Whether anybody would see it; asked where the fields cost something."""
        return _logger.isEnabledFor(self.level)

    def say(
        self,
        *,
        more: Mapping[str, object] | None = None,
        exc_info: BaseException | None = None,
        **fields: object,
    ) -> None:
        """`more`: fields of the line that are not in the sentence."""
        _logger.log(
            self.level,
            self.sentence.format(**fields),
            exc_info=exc_info,
            extra={"event": self.name, **fields, **(more or {})},
        )


_logger = logging.getLogger("filrouge")
