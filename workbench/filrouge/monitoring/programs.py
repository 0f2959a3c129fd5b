"""Which program tells what: the lists that each of them counts and speaks by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit_trail import log_events as trail_events
from audit_trail import metrics as trail_metrics
from filrouge_chassis import logs, metrics
from filrouge_chassis.catalogue import LogEvent, Metric, Span
from filrouge_chassis.span_names import SPANS
from filrouge_contracts.entry import AUDIT_TRAIL, SERVICES

from filrouge.watch import metrics as watch_metrics


@dataclass(frozen=True, slots=True)
class Program:
    """All processes of which tell the same things."""

    title: str
    services: Sequence[str]
    metrics: Sequence[Metric]
    log_events: Sequence[LogEvent] = ()
    spans: Sequence[Span] = ()


DECIDERS = Program("Services that decide", SERVICES, metrics.METRICS, logs.EVENTS, SPANS)
TRAIL = Program("The audit trail", (AUDIT_TRAIL,), trail_metrics.METRICS, trail_events.EVENTS)
WATCH_JOB = "watch"
WATCH = Program("The watch over the plan", ("filrouge watch",), watch_metrics.METRICS)
PROGRAMS = (DECIDERS, TRAIL, WATCH)
JOBS = (*SERVICES, AUDIT_TRAIL, WATCH_JOB)
"""What Prometheus calls the processes: the label `job` of whatever they tell, and of `up`."""
