"""What dashboards are made of: panels that say what good looks like, on a datasource of one's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import count

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    timeseries,
)
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    GraphThresholdsStyleMode,
    VizOrientation,
)

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
GRID_COLUMNS = 24
Shown = timeseries.Panel | stat.Panel | bargauge.Panel


class Form(Enum):
    """How values are drawn: over time, the last one large, or the last ones side by side."""

    GRAPH = "graph"
    NUMBER = "number"
    BARS = "bars"

    @property
    def columns(self) -> int:
        return 4 if self is Form.NUMBER else 12

    @property
    def rows(self) -> int:
        return 4 if self is Form.NUMBER else 8


@dataclass(frozen=True, slots=True)
class Query:
    """`legend`: names the series, by labels in double braces."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """From `value` on, in this colour."""

    value: float
    color: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`good`: what it looks like when all is well; `otherwise`: what to do when it does not."""

    title: str
    good: str
    otherwise: str
    unit: str
    queries: tuple[Query, ...]
    form: Form = Form.GRAPH
    levels: tuple[Level, ...] = ()
    of_cluster: str = ""
    """Who exports the metrics, if none of our programs does."""
    columns: int = 0
    at_most: float | None = None
    start: str = "green"

    @property
    def description(self) -> str:
        needs = (
            f" Needs a cluster: its metrics come from {self.of_cluster}." if self.of_cluster else ""
        )
        return f"Good: {self.good} Otherwise: {self.otherwise}{needs}"


@dataclass(frozen=True, slots=True)
class Variable:
    """Values of a label, to choose from; all, unless somebody does."""

    name: str
    label: str
    metric: str

    @property
    def query(self) -> str:
        return f"label_values({self.metric}, {self.label})"


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Board:
    """`name`: of the file; with the prefix it is the dashboard's uid, which never changes."""

    name: str
    title: str
    says: str
    rows: Sequence[Row]
    variables: Sequence[Variable] = field(default=())
    since: str = "now-6h"

    @property
    def uid(self) -> str:
        return f"filrouge-{self.name}"

    @property
    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]

    def built(self) -> model.Dashboard:
        board = (
            dashboard.Dashboard(self.title)
            .uid(self.uid)
            .description(self.says)
            .tags(["filrouge"])
            .timezone("utc")
            .refresh("30s")
            .time(self.since, "now")
            .link(_to_the_others())
            .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
        )
        for variable in self.variables:
            board.with_variable(_choice(variable))
        board.with_variable(dashboard.AdHocVariable("filters").datasource(SOURCE))
        numbers = count(1)
        for row in self.rows:
            board.with_row(dashboard.Row(row.title).id(next(numbers)))
            for panel in row.panels:
                board.with_panel(shown(panel).id(next(numbers)))
        return board.build()


def _to_the_others() -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("Filrouge")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags(["filrouge"])
        .as_dropdown(True)
        .keep_time(True)
    )


def _choice(variable: Variable) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(variable.name)
        .datasource(SOURCE)
        .query(variable.query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
    )


def shown(panel: Panel) -> Shown:
    """The same frame for every form."""
    made = _drawn(panel)
    made.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    made.span(panel.columns or panel.form.columns).height(panel.form.rows)
    if panel.at_most is not None:
        made.min(0).max(panel.at_most)
    steps = [model.Threshold(None, panel.start)]
    steps += [model.Threshold(level.value, level.color) for level in panel.levels]
    limits = dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)
    made.thresholds(limits)
    for ref, query in zip("ABCDEFGH", panel.queries, strict=False):
        made.with_target(_asked(panel, ref, query))
    return made


def _drawn(panel: Panel) -> Shown:
    last = common.ReduceDataOptions().calcs(["lastNotNull"])
    if panel.form is Form.NUMBER:
        return stat.Panel().color_mode(BigValueColorMode.VALUE).reduce_options(last)
    if panel.form is Form.BARS:
        drawn = bargauge.Panel().orientation(VizOrientation.HORIZONTAL).reduce_options(last)
        return drawn.display_mode(BarGaugeDisplayMode.BASIC)
    style = GraphThresholdsStyleMode.DASHED if panel.levels else GraphThresholdsStyleMode.OFF
    return timeseries.Panel().thresholds_style(common.GraphThresholdsStyleConfig().mode(style))


def _asked(panel: Panel, ref: str, query: Query) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().ref_id(ref).expr(query.expression).legend_format(query.legend)
    asked.datasource(SOURCE)
    return asked.range() if panel.form is Form.GRAPH else asked.instant()
