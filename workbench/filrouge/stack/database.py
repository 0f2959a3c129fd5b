"""PostgreSQL, with the settings of production where durability is concerned."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from filrouge.stack.child import Child, Command
from filrouge.stack.janitor import Janitor
from filrouge.stack.postgres_programs import programs
from filrouge.stack.problems import StackFailed
from filrouge.stack.secured import Entrance
from filrouge.stack.waiting import free_port, run_coroutine, wait_until

READY_SECONDS = 60.0
UNPRIVILEGED = "nobody"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",  # tests kill it with -9 and count what is left
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "jit": "off",
}
ACCESS_BY_NAME = """\
host all postgres 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(slots=True)
class Database:
    """The server, which keeps its port and its data over `kill`, `stop` and `start`."""

    folder: Path  # of the stack
    janitor: Janitor
    entrance: Entrance | None = None
    """Who gets in by name, besides everybody on this machine who calls itself postgres."""
    port: int = field(default_factory=free_port)
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        # SIGINT is its fast shutdown; SIGTERM would wait for the clients
        self.child = Child("postgres", self.folder, self.janitor, stop_signal=signal.SIGINT)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def home(self) -> Path:
        return self.folder / "postgres"

    def start(self) -> None:
        """Returns when the server answers `SELECT 1`."""
        self.child.kill_leftover()
        self._initialise_once()
        (self.home / "data" / "postmaster.pid").unlink(missing_ok=True)  # its process is gone
        settings = [f"-c{name}={value}" for name, value in self._settings().items()]
        data = str(self.home / "data")
        self.child.start(self._command("postgres", "-D", data, "-p", str(self.port), *settings))
        failed = self.child.explained
        wait_until(self._answers, READY_SECONDS, lambda why: failed(f"PostgreSQL: {why}"))

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def freeze(self) -> None:
        self.child.freeze()

    def wake(self) -> None:
        self.child.wake()

    def _initialise_once(self) -> None:
        """A folder whose initialisation was cut off is made anew; a finished one is kept."""
        done = self.home / "initialised"
        if done.exists():
            return
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.home, UNPRIVILEGED)
        command = self._command(
            "initdb",
            *("--pgdata", str(self.home / "data"), "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--locale=C", "--no-sync", "--no-instructions"),
        )
        self.child.run(command, "PostgreSQL's folder could not be made")
        done.touch()

    def _settings(self) -> Mapping[str, str]:
        if self.entrance is None:
            return SETTINGS
        files = {
            "hba_file": ACCESS_BY_NAME.encode(),
            "ssl_cert_file": self.entrance.certificate,
            "ssl_key_file": self.entrance.key,
        }
        return {
            **SETTINGS,
            "ssl": "on",
            **{name: self._own(name, it) for name, it in files.items()},
        }

    def _own(self, name: str, content: bytes) -> str:
        """A file that the server alone may read: of a key it demands that."""
        path = self.home / name
        path.unlink(missing_ok=True)
        path.touch(0o600)
        path.write_bytes(content)
        if os.geteuid() == 0:
            shutil.chown(path, UNPRIVILEGED)
        return str(path)

    def _command(self, program: str, *arguments: str) -> Command:
        path = programs() / program
        prefix, user = _lowered(path, self.home)
        return Command(
            argv=(*prefix, str(path), *arguments),
            environment={"PATH": os.defpath, "LANG": "C", "HOME": str(self.home), "TZ": "UTC"},
            folder=self.home,
            user=user,
        )

    def _answers(self) -> bool:
        if not self.child.running:
            raise self.child.explained("PostgreSQL ended while it started")
        return run_coroutine(self._selects)

    async def _selects(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            return bool(await connection.fetchval("SELECT 1") == 1)
        finally:
            await connection.close()


def _lowered(program: Path, home: Path) -> tuple[tuple[str, ...], str | None]:
    """How a program that refuses to be root is started by root: as `nobody`.

    Where `nobody` may not enter (a checkout below /root, a temporary folder of root's), it keeps the one
    capability that lets it through, if util-linux is there to hand it over.
    """
    if os.geteuid() != 0:
        return (), None
    if _anybody_may_enter(program.parent) and _anybody_may_enter(home):
        return (), UNPRIVILEGED
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackFailed(
            f"PostgreSQL refuses to run as root and {UNPRIVILEGED} may not enter {program.parent} or "
            f"{home}: work as another user, or put the checkout where everybody may enter."
        )
    lowered = (setpriv, f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups")
    return (*lowered, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"), None


def _anybody_may_enter(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in folder.resolve().parents)
