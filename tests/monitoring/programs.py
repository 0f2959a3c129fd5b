"""Prometheus and its promtool: those that are installed, or what `make setup` has unpacked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

UNPACKED = Path(__file__).parents[2] / ".venv/.prometheus/usr/bin"


def found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=UNPACKED)


needs_prometheus = pytest.mark.skipif(
    found("prometheus") is None or found("promtool") is None,
    reason="there is no prometheus: `make setup` unpacks Debian's package where there is apt-get",
)
