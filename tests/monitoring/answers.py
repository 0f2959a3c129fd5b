"""`make monitoring-answers`: what every panel shows after a small play, asked of a real Prometheus, as a page.

Grafana's own drawing is not in it: a line over time is drawn in characters, from the same range query.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from filrouge.monitoring.alerts import rules
from filrouge.monitoring.dashboards import BOARDS
from filrouge.monitoring.dashboards.panels import Board, Form, Panel, Query
from filrouge.monitoring.page import table
from filrouge.stack import local_stack

from tests.monitoring.asked import filled_in
from tests.monitoring.installation import DAYS, LANES, SCALE, SEED, installation
from tests.monitoring.known import needs_cluster
from tests.monitoring.programs import found

PAGE = Path(__file__).parents[2] / "docs/dashboards.md"
SERIES_SHOWN = 6
POINTS, BARS = 30, "▁▂▃▄▅▆▇█"
OVER_SECONDS = 120
UNITS = {
    "s": "{:.3g} s",
    "ms": "{:.3g} ms",
    "bytes": "{:,.0f} B",
    "Bps": "{:,.0f} B/s",
    "eps": "{:.3g} a second",
    "cps": "{:.3g} a second",
    "percentunit": "{:.1%}",
    "currencyEUR": "{:,.2f} €",
    "short": "{:,.6g}",
}
Labels = Mapping[str, str]


class Answering(Protocol):
    """What the page asks of Prometheus."""

    def samples(self, expression: str) -> list[tuple[Labels, float]]: ...

    def ranges(
        self, expression: str, seconds: float, points: int
    ) -> list[tuple[Labels, list[float]]]: ...


def page(prometheus: Answering, introduction: str) -> str:
    lines = [introduction]
    for board in BOARDS:
        lines += [f"## {board.title}\n", f"{board.says}\n", *_of_board(prometheus, board)]
    return "\n".join(lines).rstrip() + "\n"


def _of_board(prometheus: Answering, board: Board) -> Iterator[str]:
    for row in board.rows:
        yield f"### {row.title}\n"
        rows = ((panel.title, answered(prometheus, panel)) for panel in row.panels)
        yield from table(("panel", "what it answered"), rows)


def answered(prometheus: Answering, panel: Panel, at_most: int = SERIES_SHOWN) -> str:
    told = [
        one
        for query in panel.queries
        if not needs_cluster(filled_in(query.expression))
        for one in _told(prometheus, panel, query)
    ]
    if told:
        more = f"and {len(told) - at_most} more" if len(told) > at_most else ""
        return "<br>".join([*told[:at_most], *filter(None, [more])])
    if panel.of_cluster:
        return f"not asked: needs {panel.of_cluster}"
    return "nothing: it did not happen in this play"


def _told(prometheus: Answering, panel: Panel, query: Query) -> Iterator[str]:
    asked = filled_in(query.expression)
    if panel.form is Form.GRAPH:
        for labels, values in prometheus.ranges(asked, OVER_SECONDS, POINTS):
            known = [value for value in values if not math.isnan(value)]
            if known:
                yield f"{legend(query, labels)}{drawn(known)} {shown(known[-1], panel.unit)}"
        return
    for labels, value in prometheus.samples(asked):
        if not math.isnan(value):
            yield f"{legend(query, labels)}{shown(value, panel.unit)}"


def legend(query: Query, labels: Labels) -> str:
    """As Grafana fills it in."""
    text = re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""), query.legend)
    return f"`{text}` " if text else ""


def shown(value: float, unit: str) -> str:
    if unit == "dateTimeAsIso":
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M}"
    return UNITS[unit].format(value)


def drawn(values: Sequence[float]) -> str:
    """From its least to its greatest value; flat at the bottom if all are equal."""
    least, span = min(values), max(values) - min(values)
    steps = [
        0 if span == 0 else round((value - least) / span * (len(BARS) - 1)) for value in values
    ]
    return "".join(BARS[step] for step in steps)


def introduction() -> str:
    python = ".".join(map(str, sys.version_info[:2]))
    return f"""# What the dashboards show

Made by `make monitoring-answers` on {datetime.now(UTC):%Y-%m-%d}: every query of every panel, as Grafana would
ask it, answered by a real Prometheus that scraped a real installation each second: the services, an archiver
with a witness, and `filrouge watch` on one Kafka and one PostgreSQL, {os.cpu_count()} processors,
Python {python}, {LANES} lanes, after {DAYS} days of a play (scale {SCALE}, seed {SEED}) in which nothing broke.

Lines over time are drawn over the last {OVER_SECONDS} seconds, each from its own least to its own greatest
value; the number is the last one. What the panels mean, and what is good: their descriptions in Grafana;
[monitoring](monitoring.md) has the alerts. Panels of brokers are asked of a real broker in
[a test](../tests/monitoring/test_kafka_exporter.py); others that need a cluster say so.
"""


async def main() -> None:
    with TemporaryDirectory() as work, local_stack(Path(work) / "stack") as stack:
        async with installation(stack, Path(work) / "archive", rules()) as there:
            text = await asyncio.to_thread(page, there.prometheus, introduction())
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if found("prometheus") is None:
        raise SystemExit(
            "there is no prometheus: `make setup` unpacks Debian's where there is apt-get"
        )
    asyncio.run(main())
