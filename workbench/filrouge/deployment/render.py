"""What Helm makes of the charts in each profile, as committed in `deploy/helm/rendered`: to read, and to check.

Tests read those files, with or without Helm; where it is, one of them holds the files against the charts.
`python -m filrouge.deployment.render` writes them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from filrouge.deployment.generate import ROOT

BUILT = ROOT / ".venv" / ".go" / "helm"
CHARTS, RENDERED = ROOT / "deploy/helm", ROOT / "deploy/helm/rendered"
NAMESPACE = "filrouge"


class Profile(NamedTuple):
    """Charts that are installed together, each with its values file of this name."""

    charts: tuple[str, ...]
    settings: tuple[str, ...] = ()


PROFILES: Mapping[str, Profile] = {
    "laptop": Profile(
        ("platform", "filrouge"),
        (
            *("filrouge:audit.run=2020-q2", "filrouge:audit.command=export"),
            *("platform:kafka.restorer=true", "filrouge:restore.enabled=true"),
        ),
    ),
    "production": Profile(
        ("platform", "filrouge"), ("filrouge:audit.run=2020-q2", "filrouge:audit.command=verify")
    ),
    "existing": Profile(
        ("filrouge",), ("filrouge:audit.run=2020-q2", "filrouge:audit.source=kafka")
    ),
}


def helm() -> str | None:
    """The one that `make setup` built, else one that is installed."""
    return str(BUILT) if BUILT.is_file() else shutil.which("helm")


def run_helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Without a cluster. Raises FileNotFoundError if there is no Helm."""
    program = helm()
    if program is None:
        raise FileNotFoundError("there is no helm: `make setup` builds it if Go is installed")
    command = [program, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def values_file(chart: str, profile: str) -> Path:
    return CHARTS / chart / f"values-{profile}.yaml"


def template(chart: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`helm template` as a release that is named as its chart."""
    return run_helm("template", chart, str(CHARTS / chart), "--namespace", NAMESPACE, *arguments)


def rendered_text(name: str) -> str:
    """All charts of a profile, one after the other. Raises RuntimeError with Helm's words."""
    texts = [f"# {name}: made by `make generate`, for reading and for tests; install the charts.\n"]
    profile = PROFILES[name]
    for chart in profile.charts:
        settings = [one.split(":")[1] for one in profile.settings if one.startswith(f"{chart}:")]
        arguments = ["--values", str(values_file(chart, name))]
        for setting in settings:
            arguments += ["--set", setting]
        done = template(chart, *arguments)
        if done.returncode:
            raise RuntimeError(f"{chart}, {name}: {done.stderr}")
        texts.append(done.stdout)
    return "".join(texts)


def main() -> int:
    """Writes every profile, or says that it cannot."""
    if helm() is None:
        sys.stdout.write("There is no helm: deploy/helm/rendered stays as it is.\n")
        return 0
    RENDERED.mkdir(exist_ok=True)
    for name in PROFILES:
        (RENDERED / f"{name}.yaml").write_text(rendered_text(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
