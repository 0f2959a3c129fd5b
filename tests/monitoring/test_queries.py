"""What dashboards and alerts ask for is what the programs export: a metric that is renamed fails here."""

from __future__ import annotations

import json

import promql_parser as promql
import pytest
from filrouge.monitoring.dashboards import BOARDS, board_text
from filrouge.monitoring.dashboards.panels import GRID_COLUMNS, Board
from filrouge.monitoring.programs import PROGRAMS

from tests.monitoring.asked import OF_CLUSTER, Asked, of_panels, of_rules, of_variables
from tests.monitoring.known import SERIES, unknown

EVERYTHING = [*of_panels(), *of_rules(), *of_variables()]
each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)


def test_every_query_is_promql_and_every_name_in_it_is_exported() -> None:
    found = {asked.where: names for asked in EVERYTHING if (names := unknown(asked))}
    assert found == {}
    assert len(EVERYTHING) > 100


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("sum by (lane) (filrouge_lane_lag)", ["filrouge_lane_lag", "by (lane)"]),
        ('filrouge_lane_stopped{partner="x"}', ["filrouge_lane_stopped{partner}"]),
        ("sum by (colour) (up)", ["by (colour)"]),
        ("up and on (colour) up", ["by (colour)"]),
        ("rate(filrouge_age_seconds[5m])", ["filrouge_age_seconds"]),
        ("max_over_time(up[1h:1m]) / absent(down)", ["down"]),
    ],
)
def test_a_name_that_nobody_exports_is_found(expression: str, names: list[str]) -> None:
    assert unknown(Asked("here", expression)) == names
    assert unknown(Asked("here", "up", "{{colour}}")) == ["legend colour"]


def test_what_is_no_promql_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unexpected|unclosed|invalid"):
        promql.parse("sum by (job (up)")


def test_every_metric_of_ours_is_shown_on_some_dashboard() -> None:
    text = " ".join(asked.expression for asked in of_panels())
    ours = {metric.exported_name for program in PROGRAMS for metric in program.metrics}
    assert {name for name in ours if name not in text} == set()


@each_board
def test_every_panel_says_what_is_good_and_what_to_do(board: Board) -> None:
    panels = [panel for panel in json.loads(board_text(board))["panels"] if panel["type"] != "row"]
    assert [panel["title"] for panel in panels] == [panel.title for panel in board.panels]
    for panel in panels:
        assert panel["description"].startswith("Good: ")
        assert " Otherwise: " in panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["targets"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= GRID_COLUMNS


@each_board
def test_panels_do_not_lie_on_one_another(board: Board) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(board_text(board))["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


@each_board
def test_a_dashboard_is_the_same_everywhere(board: Board) -> None:
    made = json.loads(board_text(board))
    assert made["uid"] == f"filrouge-{board.name}"
    assert made["time"]["from"].startswith("now-")
    assert made["time"]["to"] == "now"
    numbers = [panel["id"] for panel in made["panels"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert made["templating"]["list"][0]["type"] == "datasource"


def test_panels_that_need_a_cluster_say_so_and_no_others() -> None:
    for board in BOARDS:
        for panel in board.panels:
            of_others = [
                name for query in panel.queries for name in OF_CLUSTER if name in query.expression
            ]
            assert bool(panel.of_cluster) == bool(of_others), panel.title
    assert OF_CLUSTER.keys() <= SERIES.keys()
