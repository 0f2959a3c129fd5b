"""What somebody on call can see: alerts, panels, runbooks, processes; and commands as runbooks write them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filrouge.monitoring.dashboards import BOARDS
from filrouge.stack import StackFailed
from filrouge.stack.waiting import wait_until

from tests.drill.pager import fired, told
from tests.drill.site import Site
from tests.monitoring.answers import answered

RUNBOOKS = Path(__file__).parents[2] / "docs/runbooks"
PATIENCE_SECONDS = 40.0
SERIES_SHOWN = 40
"""More than a page of the documents has: the one that matters may be the last."""


class Misunderstood(Exception):
    """The line says nothing that there is; the message says what there is."""


@dataclass
class Desk:
    """`since`: when it broke."""

    site: Site
    since: float

    def alerts(self, *_: str) -> str:
        return "\n".join(told(self.site.there.prometheus, self.since)) or "none has fired"

    def wait(self, *_: str) -> str:
        before = self._state()
        try:
            wait_until(lambda: self._state() != before, PATIENCE_SECONDS, StackFailed)
        except StackFailed as failure:
            return f"no alert has come or gone: {failure}"
        return self.alerts()

    def _state(self) -> set[tuple[str, bool]]:
        now = fired(self.site.there.prometheus, self.since)
        return {(f"{sorted(one.labels.items())}", one.over_seconds is None) for one in now}

    def panels(self, *words: str) -> str:
        boards = {board.name: board for board in BOARDS}
        if not words or words[0] not in boards:
            raise Misunderstood(f"panels of which dashboard? {', '.join(boards)}")
        wanted = " ".join(words[1:]).lower()
        chosen = [panel for panel in boards[words[0]].panels if wanted in panel.title.lower()]
        return "\n".join(
            f"{panel.title}{f' ({panel.description})' if wanted else ''}\n    "
            + answered(self.site.there.prometheus, panel, SERIES_SHOWN).replace("<br>", "\n    ")
            for panel in chosen
        )

    def runbook(self, *words: str) -> str:
        pages = {path.stem: path for path in sorted(RUNBOOKS.glob("*.md"))}
        if not words or words[0] not in pages:
            raise Misunderstood(f"which runbook? {', '.join(pages)}")
        return pages[words[0]].read_text()

    def processes(self, *_: str) -> str:
        """As a cluster knows it: a frozen one runs."""
        return "\n".join(
            f"{name:<24}{'runs' if process.child.running else 'has ended'}"
            for name, process in self.site.handled.items()
        )

    def run(self, words: Sequence[str]) -> str:
        """A program, where the folder `.stack` of runbooks is this installation's."""
        bin_folder = Path(sys.executable).parent
        done = subprocess.run(
            words,
            cwd=self.site.work,
            env={
                **os.environ,
                **self.site.settings,
                "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
                "COLUMNS": "140",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout + (f"[status {done.returncode}]" if done.returncode else "")
