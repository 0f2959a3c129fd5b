"""The page of docs/telemetry.md, made of the lists that the programs themselves use."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from filrouge_chassis.catalogue import OF_PROCESS, LogEvent, Metric, Span

from filrouge.monitoring.programs import PROGRAMS

INTRODUCTION = """# What the programs tell

Made by `make generate` from the lists in the code, where every metric, line of the log and span is named once.
How to get at them: [operations](operations.md). No label holds a key, an id or anybody's words.
"""


def telemetry_page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for program in PROGRAMS:
        yield f"## {program.title}\n"
        yield f"{', '.join(program.services)}\n"
        yield from table(
            ("metric", "kind", "unit", "labels", "what it says"), _rows(program.metrics)
        )
        if program.log_events:
            yield from table(("line of the log", "level", "sentence"), _said(program.log_events))
        if program.spans:
            yield from table(("span", "what it covers"), _covered(program.spans))
    yield "## Every process\n"
    yield "Named by the client library; on Linux only.\n"
    of_process = ((f"`{name}`", says) for name, says in OF_PROCESS.items())
    yield from table(("metric", "what it says"), of_process)


def _rows(metrics: Sequence[Metric]) -> Iterator[Sequence[str]]:
    for metric in metrics:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"`{metric.exported_name}`", metric.kind, metric.unit, labels, metric.says


def _said(events: Sequence[LogEvent]) -> Iterator[Sequence[str]]:
    for event in events:
        yield f"`{event.name}`", logging.getLevelName(event.level), event.sentence


def _covered(spans: Sequence[Span]) -> Iterator[Sequence[str]]:
    for span in spans:
        yield f"`{span.name}`", span.says


def table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
