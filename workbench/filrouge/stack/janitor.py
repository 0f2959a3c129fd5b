"""Kills what a run left behind when the run itself was killed.

Started by `Janitor` as a process of its own. It reads `watch PID` and `forget PID` from standard input;
that input ends when the run is gone, however it went (kill -9 too), and then nothing watched survives.
The kernel's PR_SET_PDEATHSIG would be shorter, but it fires when the *thread* that started a process
ends, and it is Linux only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable

WATCH, FORGET = "watch", "forget"


class Janitor:
    """The run's end of the pipe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the run, not for its janitor
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def watch(self, pid: int) -> None:
        self._say(WATCH, pid)

    def forget(self, pid: int) -> None:
        self._say(FORGET, pid)

    def close(self) -> None:
        """Whatever is still watched is killed."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._process.wait()

    def _say(self, word: str, pid: int) -> None:
        stdin = self._process.stdin
        with self._lock:
            if stdin is not None and not stdin.closed:
                with contextlib.suppress(BrokenPipeError):  # it was killed: pid files are left
                    stdin.write(f"{word} {pid}\n")
                    stdin.flush()


def watch_until_end(lines: Iterable[str]) -> None:
    watched: set[int] = set()
    for line in lines:
        word, pid = line.split()
        (watched.add if word == WATCH else watched.discard)(int(pid))
    for group in watched:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    watch_until_end(sys.stdin)
