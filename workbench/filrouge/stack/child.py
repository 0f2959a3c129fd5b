"""A child process with a log, a pid file and an end: how everything of the stack is run."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import psutil

from filrouge.stack.janitor import Janitor
from filrouge.stack.problems import StackFailed
from filrouge.stack.waiting import wait_until

KILL_SECONDS = 10.0
LOG_TAIL_LINES = 20
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Command:
    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    user: str | None = None  # PostgreSQL refuses to be root


@dataclass(slots=True)
class Child:
    """One process that can be started, stopped, killed, frozen and started again."""

    name: str
    folder: Path  # logs/ and run/ are below
    janitor: Janitor
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.folder / "run" / f"{self.name}.pid"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise StackFailed(f"{self.name} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """Of a process that has ended by itself; negative if a signal ended it."""
        return None if self._process is None else self._process.poll()

    def start(self, command: Command) -> None:
        if self.running:
            raise StackFailed(f"{self.name} is running already, as process {self.pid}")
        self._forget()  # if it ended by itself
        self.kill_leftover()
        for file in (self.log, self.pid_file):
            file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(command.argv),
                env=dict(command.environment),
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(command.user),
            )
        self.janitor.watch(self.pid)
        self.pid_file.write_text(json.dumps({"pid": self.pid, "is": identity(self.pid)}))

    def run(self, command: Command, failed: str) -> None:
        """Start a program that ends by itself, and wait for that."""
        self.start(command)
        process = self._process
        status = process.wait() if process is not None else 0
        self._forget()
        if status:
            raise self.explained(failed)

    def stop(self) -> None:
        """Ask it to end, and end it if it does not; frozen ones are woken first."""
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(self.stop_signal)
        try:
            self._process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self._forget()

    def kill(self) -> None:
        """kill -9, it and what it started, and wait until all of them are gone."""
        if self._process is not None:
            _kill_family(self.pid)
            self._process.wait(KILL_SECONDS)
            self._forget()

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def kill_leftover(self) -> None:
        """End the process of an earlier run that was killed, if it is really that process."""
        try:
            left = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        if left["is"] is not None and identity(left["pid"]) == left["is"]:
            _kill_family(left["pid"])
        self.pid_file.unlink(missing_ok=True)

    def explained(self, what: str) -> StackFailed:
        """The sentence, and the end of the log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return StackFailed("\n".join([f"{what}; the end of {self.log}:", *lines[-LOG_TAIL_LINES:]]))

    def _forget(self) -> None:
        if self._process is not None:
            self.janitor.forget(self._process.pid)
            self._process = None
        self.pid_file.unlink(missing_ok=True)


def identity(pid: int) -> str | None:
    """Tells a process from a later one with its pid; None if there is none.

    On Linux the boot and the ticks since it: wall-clock start times move with the clock.
    """
    try:
        if not _BOOT_ID.exists():
            return str(psutil.Process(pid).create_time())
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else f"{_BOOT_ID.read_text().strip()}/{fields[19]}"
    except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
        return None


def _kill_family(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        known = {process.pid: identity(process.pid) for process in family}
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        wait_until(
            lambda: all(identity(one) != was for one, was in known.items() if was is not None),
            KILL_SECONDS,
            lambda why: StackFailed(f"process {pid} and its children were killed: {why}"),
        )


class Account(TypedDict, total=False):
    """Options of subprocess that make a process somebody else's."""

    user: int
    group: int
    extra_groups: list[int]


def as_user(name: str | None) -> Account:
    if name is None or os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
