"""A real witness, litewitness, that knows one log; its key is in an ssh-agent, where it looks for it."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from filrouge.stack.waiting import free_port, wait_until
from filrouge_archive.note import COSIGNATURE, Verifier
from filrouge_archive.witness import Witness

NAME = "witness.example/w1"
NEEDED = ("ssh-agent", "ssh-add")


def missing() -> str:
    """Which program it needs besides itself is not installed."""
    return ", ".join(name for name in NEEDED if shutil.which(name) is None)


@contextmanager
def litewitness(program: str, work: Path, log: Verifier) -> Iterator[Witness]:
    """Serves for the log whose key, under its origin, is given."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    _tell_of(log, work / "db")
    agent_socket = work / "agent"
    port = free_port()
    with _running("ssh-agent", "-D", "-a", str(agent_socket)):
        wait_until(agent_socket.exists, 10, AssertionError)
        _add_key(private, work / "key", agent_socket)
        arguments = ("-db", str(work / "db"), "-ssh-agent", str(agent_socket), "-name", NAME)
        where = ("-listen", f"127.0.0.1:{port}", "-key", sha256(public).hexdigest())
        with _running(program, *arguments, *where):
            wait_until(lambda: _answers(port), 10, AssertionError)
            yield Witness(f"http://127.0.0.1:{port}", Verifier(NAME, COSIGNATURE, public))


def _tell_of(log: Verifier, database: Path) -> None:
    """What its `witnessctl add-log` and `add-key` write."""
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER, tree_hash TEXT)")
        db.execute("CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL)")
        empty = b64encode(sha256(b"").digest()).decode()
        db.execute("INSERT INTO log VALUES (?, 0, ?)", (log.name, empty))
        db.execute("INSERT INTO key VALUES (?, ?)", (log.name, str(log)))


def _add_key(private: Ed25519PrivateKey, path: Path, agent_socket: Path) -> None:
    path.touch(mode=0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    environment = {"SSH_AUTH_SOCK": str(agent_socket)}
    subprocess.run(["ssh-add", "-q", str(path)], env=environment, check=True, timeout=30)


def _answers(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _running(*command: str) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
