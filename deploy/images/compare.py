"""Has each image the distributions of its list, and no other? `python deploy/images/compare.py [TAG]`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from filrouge.deployment.generate import ROOT
from filrouge.deployment.images import PROGRAMS, WORKBENCH, Workspace

ASKED = """
import json
from importlib.metadata import distributions
print(json.dumps({one.name.lower().replace("_", "-"): one.version for one in distributions()}))
"""


def installed(image: str) -> dict[str, str]:
    docker = os.environ.get("DOCKER", "docker")
    confined = (
        "--read-only",
        "--cap-drop=ALL",
        "--network=none",
        "--entrypoint=/opt/filrouge/bin/python",
    )
    command = [docker, "run", "--rm", *confined, image, "-I", "-c", ASKED]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, str] = json.loads(told)
    return found


def main(tag: str | None) -> int:
    """1 if there is a difference, which is said."""
    workspace, different = Workspace(ROOT), 0
    tag = tag or workspace.version(workspace.named(WORKBENCH))
    for program in PROGRAMS:
        parts = workspace.parts(program)
        said = {
            name: workspace.version(name)
            if name in workspace.members
            else workspace.lock[name].version
            for name in parts.asks
        }
        there = installed(f"{parts.image}:{tag}")
        odd = sorted(said.items() ^ there.items())
        different += bool(odd)
        sys.stdout.write(
            f"{parts.image}:{tag} {odd or f'is as listed, {len(there)} distributions'}\n"
        )
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else None))
