"""Whoever is on call reads a runbook at night: whatever it names is there, under this very name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import click
import pytest
from filrouge.cli import filrouge
from filrouge.monitoring.alerts import alerts
from filrouge.monitoring.dashboards import BOARDS
from filrouge.monitoring.faults import FAULTS
from filrouge.monitoring.programs import JOBS, PROGRAMS
from filrouge.watch.watch import IN_VAIN
from filrouge_chassis import errors
from filrouge_chassis.errors import FilrougeError
from filrouge_contracts.register import REGISTER

from tests.deployment.objects import objects
from tests.monitoring.known import SERIES

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))
SECTIONS = ("## See it", "## Do", "## Over when")
PANELS = {board.name.capitalize(): {panel.title for panel in board.panels} for board in BOARDS}
LOG_EVENTS = {event.name for program in PROGRAMS for event in program.log_events}
ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type)}
LOGS = {*JOBS, "kafka", "postgres"}
FOR_THE_READER = {"SERVICE", "POD"}
"""What the alert's labels say: to be filled in, with dashes where it is a name in Kubernetes."""
OF_KUBERNETES = {"pods", "persistentvolumeclaim"}
WORDS = {
    *(name for _, names in SERIES.items() for name in names),
    *("job", "severity", "topic", "error", "control", "services.<name>.enabled: false"),
    *("answer", "admission", "payment", "booked", "proof"),
    *("kafka.nodePools", "postgres.storage.size", "platform", "/metrics", "Kafka is read again"),
    "Unable connect to node",
    "KafkaTopic",
    *JOBS,
    "audit-trail",
    "deploy/helm/platform/files/register.json",
}
each_runbook = pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)


def prose(runbook: Path) -> str:
    """Without the blocks of commands, in one line."""
    return " ".join(re.sub(r"```\n.*?```", "", runbook.read_text(), flags=re.DOTALL).split())


def commands(runbook: Path) -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", runbook.read_text(), flags=re.DOTALL)
    inline = re.findall(r"`((?:filrouge|kubectl|helm) [^`]+)`", runbook.read_text())
    return [line for block in blocks for line in block.splitlines()] + inline


def unknown_panels(text: str, panels: dict[str, set[str]]) -> Iterator[str]:
    """Titles in quotation marks belong to the dashboard that was named last, or to any if none was."""
    board, known = "", set[str]().union(*panels.values())
    for name, title in re.findall(rf'\b({"|".join(panels)})\b|"([^"]+)"', text):
        if name:
            board = name
        elif title not in (panels[board] if board else known):
            yield f"{board or 'any'}: {title}"


def wrong_with(command: str, things: set[str]) -> str | None:
    words = shlex.split(command)
    if words[0] == "filrouge":
        return wrong_with_ours(words)
    if words[0] in {"tail", "grep"}:
        name = Path(words[-1]).stem
        if words[0] == "grep" and words[1] not in LOG_EVENTS:
            return f"no line of the log is {words[1]}"
        return None if name in LOGS and words[-1] == f".stack/logs/{name}.log" else words[-1]
    if words[:3] == ["kubectl", "-n", "filrouge"]:
        if "--" in words:
            ours = words.index("--")
            return wrong_with_ours(words[ours + 1 :]) or wrong_with_things(words[3:ours], things)
        return wrong_with_things(words[3:], things)
    if words[:3] == ["helm", "-n", "filrouge"]:
        known = {"history", "rollback", "test", "upgrade"}
        folders = [word for word in words if word.startswith("deploy/")]
        there = all((ROOT / folder).is_dir() for folder in folders)
        return (
            None
            if words[3] in known and words[4] in {"filrouge", "platform"} and there
            else command
        )
    return f"{words[0]} is no command of ours"


def wrong_with_ours(words: Sequence[str]) -> str | None:
    """Follows the words through the groups of the command, and looks for each option."""
    here: click.Command = filrouge
    rest = list(words[1:])
    while isinstance(here, click.Group) and rest:
        found = here.commands.get(rest.pop(0))
        if found is None:
            return f"there is no {' '.join(words)}"
        here = found
    options = {option for parameter in here.params for option in parameter.opts}
    strange = {word for word in rest if word.startswith("--")} - options
    return f"{here.name} has no {strange}" if strange else None


def wrong_with_things(words: Sequence[str], things: set[str]) -> str | None:
    """Objects that no chart makes, and kinds that there are none of; labels are not looked up."""
    for word in (word for word in words if "=" not in word):
        kind, _, name = word.rpartition("/")
        if kind and f"{kind}/{name}" not in things and name not in FOR_THE_READER:
            return f"there is no {word}"
    if words[0] == "get" and "/" not in words[1]:
        kinds = {thing.partition("/")[0] for thing in things} | OF_KUBERNETES
        strange = set(words[1].split(",")) - kinds
        return f"there is no kind {strange}" if strange else None
    return None


@cache
def in_production() -> set[str]:
    """As kubectl names what the charts make: of a kind that has two owners, with its group."""
    found = set()
    for one in objects("production"):
        kind = one["kind"].lower()
        kind = f"{kind}.postgresql.cnpg.io" if kind == "cluster" else kind
        found.add(f"{kind}/{one['metadata']['name']}")
    return found


@each_runbook
def test_a_runbook_says_what_is_hurt_where_to_see_it_what_to_do_and_until_when(
    runbook: Path,
) -> None:
    text = runbook.read_text()
    places = [text.index(section) for section in SECTIONS]
    assert places == sorted(places)
    title, names, hurt, *_ = text.split("\n\n")
    assert title.startswith("# ")
    assert set(re.findall(r"`(\w+)`", names)) == {
        a.name for a in alerts() if a.runbook == runbook.stem
    }
    said = set(re.findall(r"page|ticket", names))
    assert said == {a.severity for a in alerts() if a.runbook == runbook.stem}
    assert hurt.endswith(".")
    assert '"' in text[places[0] : places[1]], "name the panel"


@each_runbook
def test_every_panel_that_it_names_is_on_that_dashboard(runbook: Path) -> None:
    assert list(unknown_panels(prose(runbook), PANELS)) == []


def test_a_panel_of_another_dashboard_is_found() -> None:
    panels = {"Plan": {"Money"}, "Flow": {"Age"}}
    text = 'Plan, "Money", then "Age"; Flow, "Age" and "Nothing".'
    assert list(unknown_panels(text, panels)) == ["Plan: Age", "Flow: Nothing"]


@each_runbook
def test_every_name_in_it_is_exported_logged_set_or_raised(runbook: Path) -> None:
    settings = set(re.findall(r"FILROUGE_\w+", OPERATIONS))
    events = IN_VAIN | {entry.model.__name__ for entry in REGISTER}
    known = SERIES.keys() | LOG_EVENTS | settings | ERRORS | WORDS | {a.name for a in alerts()}
    known |= events
    named = re.findall(r"`([^`\n]+)`", prose(runbook))
    ours = [name for name in named if not name.startswith(("filrouge ", "kubectl ", "helm "))]
    assert [name for name in ours if name not in known] == []


@each_runbook
def test_every_command_in_it_can_be_run(runbook: Path) -> None:
    things = in_production()
    found = {command: wrong_with(command, things) for command in commands(runbook)}
    assert {command: wrong for command, wrong in found.items() if wrong} == {}
    assert found


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("filrouge parked lst", "there is no filrouge parked lst"),
        ("filrouge status --lane", "status has no {'--lane'}"),
        ("grep lane_stoped .stack/logs/watch.log", "no line of the log is lane_stoped"),
        ("tail .stack/logs/wach.log", ".stack/logs/wach.log"),
        ("kubectl -n filrouge logs deployment/wach", "there is no deployment/wach"),
        ("kubectl -n filrouge get kafkatopics", "there is no kind {'kafkatopics'}"),
        ("kubectl -n filrouge exec deployment/watch -- filrouge adit", "there is no filrouge adit"),
        ("rm -rf .", "rm is no command of ours"),
    ],
)
def test_a_command_that_is_not_there_is_found(command: str, wrong: str) -> None:
    assert wrong_with(command, in_production()) == wrong


def test_panels_and_commands_that_the_table_of_drills_names_are_there() -> None:
    for name, fault in FAULTS.items():
        assert list(unknown_panels(fault.seen, PANELS)) == [], name
        for command in re.findall(r"`(filrouge [^`]+)`", fault.seen + fault.ended):
            assert wrong_with(command, set()) is None, name


def test_errors_that_runbooks_name_are_those_of_the_chassis() -> None:
    assert {"LaneLost", "SequenceHole"} <= ERRORS
    assert issubclass(errors.LaneLost, FilrougeError)
