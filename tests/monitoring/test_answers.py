"""The page of what the dashboards show: every panel is on it, in words that Grafana would use."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from filrouge.monitoring.dashboards import BOARDS
from filrouge.monitoring.dashboards.panels import Form, Panel, Query

from tests.monitoring.answers import PAGE, answered, drawn, legend, shown

Labels = Mapping[str, str]


class Asked:
    """A Prometheus that knows two lanes, one of which has nothing to say."""

    def samples(self, expression: str) -> list[tuple[Labels, float]]:
        return [({"lane": "1"}, 1234.5), ({"lane": "2"}, math.nan)]

    def ranges(
        self, expression: str, seconds: float, points: int
    ) -> list[tuple[Labels, list[float]]]:
        return [({"lane": str(lane)}, [lane, 2.0 * lane]) for lane in range(8)]


def panel(form: Form, of_cluster: str = "") -> Panel:
    metric = "cnpg_collector_up" if of_cluster else "filrouge_lane_stopped"
    query = Query(metric, "lane {{lane}}")
    return Panel("title", "good.", "otherwise.", "s", (query,), form, of_cluster=of_cluster)


def test_the_page_has_every_panel_that_there_is() -> None:
    text = PAGE.read_text()
    missing = [p.title for board in BOARDS for p in board.panels if f"| {p.title} |" not in text]
    assert missing == [], "run `make monitoring-answers`"


def test_a_panel_says_its_legend_and_its_last_value_in_its_unit() -> None:
    assert answered(Asked(), panel(Form.NUMBER)) == "`lane 1` 1.23e+03 s"
    line = answered(Asked(), panel(Form.GRAPH))
    assert line.startswith("`lane 0` ▁▁ 0 s<br>`lane 1` ▁█ 2 s<br>")
    assert line.endswith("<br>and 2 more")
    assert answered(Asked(), panel(Form.NUMBER, "somebody")) == "not asked: needs somebody"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.25, "percentunit", "25.0%"),
        (1234.5, "currencyEUR", "1,234.50 €"),
        (1_588_291_200_000, "dateTimeAsIso", "2020-05-01 00:00"),
        (12_345, "short", "12,345"),
    ],
)
def test_units_are_those_of_grafana(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_every_unit_of_a_panel_can_be_shown() -> None:
    for board in BOARDS:
        for one in board.panels:
            assert shown(1.0, one.unit)


def test_a_line_goes_from_its_least_to_its_greatest() -> None:
    assert drawn([5, 5]) == "▁▁"
    assert drawn([0, 7, 14]) == "▁▅█"
    assert legend(Query("x"), {}) == ""
