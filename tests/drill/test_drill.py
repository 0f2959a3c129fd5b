"""A drill breaks what it was told to, shows it, lets it be mended, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.monitoring.programs import needs_prometheus

pytestmark = [pytest.mark.stack, pytest.mark.faults, needs_prometheus]
ROOT = Path(__file__).parents[2]
SCRIPT = """\
panels infrastructure instances
tail -n 3 .stack/logs/watch.log
filrouge status
nonsense
reveal
restart watch
wait
wait
end
"""


@pytest.fixture
def drill() -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "tests.drill", "--fault", "watch-killed"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, text=True, stdin=pipe, stdout=pipe) as process:
        yield process
        process.kill()


def test_a_drill_breaks_shows_is_mended_and_ends(drill: subprocess.Popen[str]) -> None:
    """By an interruption, which is the hardest of its ends."""
    assert drill.stdin is not None
    assert drill.stdout is not None
    drill.stdin.write(SCRIPT)
    drill.stdin.flush()
    said = []
    for line in drill.stdout:
        said.append(line)
        if re.match("FilrougeWatchDown .* over", line):
            drill.send_signal(signal.SIGINT)
    text = "".join(said)
    assert drill.wait() == 0
    before, _, after = text.partition("drill> reveal")
    assert re.search(r"FilrougeWatchDown  after \d+ s, fires  job=watch severity=ticket", before)
    assert "runbook service-down" in before
    assert re.search(r"`watch` 0$", before, re.MULTILINE)
    assert "Clock: 20" in before
    assert "there is no `nonsense`" in before
    assert "watch-killed" not in before
    assert "watch-killed: The watch was killed." in after
    folder = re.findall(r"^Folder +(\S+):", text, re.MULTILINE)
    assert len(folder) == 1
    assert not Path(folder[0]).exists()
    assert [one for one in psutil.process_iter() if folder[0] in " ".join(_argv(one))] == []


def _argv(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
