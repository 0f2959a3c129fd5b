"""Writes what is made of the code: pages on telemetry and monitoring, alerts, dashboards; contents of images;
and what the charts read and Helm cannot make, which is topics and access from the register, and copies.

Helm reads files inside a chart only. Symbolic links would do, with a warning at every use, and not in a
checkout on Windows; so alerts and dashboards, which are used without a chart as well, are copied.

`python -m filrouge.deployment.generate` writes; with `--check` it only names what is stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filrouge_contracts import drift
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import TopicSpec, all_topics

from filrouge.deployment import images
from filrouge.deployment.access import Grant, User, partner, users
from filrouge.monitoring.alerts import rules_text
from filrouge.monitoring.dashboards import BOARDS, board_text
from filrouge.monitoring.guide import monitoring_page
from filrouge.monitoring.page import telemetry_page
from filrouge.operator import lanes_of_gateway

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = Path("deploy/helm/platform/files")
FILROUGE = Path("deploy/helm/filrouge/files")
PROMETHEUS, GRAFANA = Path("deploy/prometheus"), Path("deploy/grafana")
COPIED = (
    (PROMETHEUS, "*.yaml", FILROUGE / "prometheus"),
    (GRAFANA, "*.json", FILROUGE / "grafana"),
)
"""From where, what, to where."""
LINE_CHARACTERS = 260
AS_MANY_AS_LANES = 1024
"""More than any topic has by itself, so that it can be told from a number."""


def register_text() -> str:
    """Topics, users and databases as the chart `platform` fills them in: for its lanes and its partners."""
    said = {
        "topics": [_topic(spec) for spec in all_topics(AS_MANY_AS_LANES, SERVICES, ("{partner}",))],
        "users": [_user(user) for user in users()],
        "partner": _user(partner()),
        "databases": list(SERVICES),
    }
    return _text(said) + "\n"


def wanted(root: Path) -> dict[Path, str]:
    """Every generated file, and what it should hold."""
    files = {
        root / PLATFORM / "register.json": register_text(),
        root / "docs/telemetry.md": telemetry_page(),
        root / "docs/monitoring.md": monitoring_page(),
    }
    files |= {root / path: text for path, text in _monitoring()}
    return files | images.files(root)


def _monitoring() -> Iterator[tuple[Path, str]]:
    """Each file where it is used without a chart, and its copy."""
    texts = {PROMETHEUS / "filrouge.yaml": rules_text()}
    texts |= {GRAFANA / f"{board.name}.json": board_text(board) for board in BOARDS}
    for path, text in texts.items():
        yield path, text
        yield from ((to / path.name, text) for source, _, to in COPIED if source == path.parent)


def stale(root: Path) -> list[Path]:
    """Files that are not as they should be, and those that nobody makes any more."""
    files = wanted(root)
    made = {
        path
        for source, pattern, to in COPIED
        for folder in (source, to)
        for path in (root / folder).glob(pattern)
    } | set(root.glob("deploy/images/*/*.txt"))
    return sorted(drift.differing(files)) + sorted(made - files.keys())


def write(root: Path) -> None:
    """Writes what is stale, and removes what nobody makes any more."""
    files = wanted(root)
    for path in stale(root):
        if path in files:
            drift.put(path, files[path])
        else:
            path.unlink()


def _topic(spec: TopicSpec) -> Mapping[str, Any]:
    partitions = "lanes" if spec.partitions == AS_MANY_AS_LANES else "one"
    if spec.name in lanes_of_gateway():
        partitions = "doors"
    return {"name": spec.name, "partitions": partitions, "config": dict(spec.config)}


def _user(user: User) -> Mapping[str, Any]:
    return {"name": user.name, "acls": [_acl(grant) for grant in user.grants]}


def _acl(grant: Grant) -> Mapping[str, Any]:
    resource = {"type": grant.kind, "name": grant.name, "patternType": "literal"}
    return {"resource": resource, "operations": list(grant.operations)}


def _text(value: Any, indent: str = "") -> str:
    """JSON with a line for each topic and each access, so that a change shows as one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= LINE_CHARACTERS or not isinstance(value, dict | list):
        return flat
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {_text(part, inner)}" for name, part in value.items()]
    else:
        parts = [_text(part, inner) for part in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return f"{begin}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{end}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is up to date (now), 1 with the names of what is not."""
    return drift.run("python -m filrouge.deployment.generate", ROOT, write, stale, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
