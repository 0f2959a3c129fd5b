"""The stack as one thing: `with local_stack(folder) as stack`, then `stack.kafka`, `stack.postgres`."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filrouge.stack.janitor import Janitor
from filrouge.stack.problems import StackFailed
from filrouge.stack.secured import Entrance

if TYPE_CHECKING:
    from filrouge.stack.broker import Broker
    from filrouge.stack.database import Database

KAFKA_GIVEN, POSTGRES_GIVEN = "FILROUGE_KAFKA", "FILROUGE_POSTGRES"


@dataclass(frozen=True, slots=True)
class Stack:
    """Where Kafka and PostgreSQL are, and, if they were started here, handles to kill them."""

    kafka: str
    postgres: str
    folder: Path
    janitor: Janitor
    own_broker: Broker | None
    own_database: Database | None
    entrance: Entrance | None = None
    """How others than this machine's get in; None where the servers were given."""

    @property
    def broker(self) -> Broker:
        if self.own_broker is None:
            raise StackFailed(
                f"Kafka was not started here (see {KAFKA_GIVEN}): it cannot be killed"
            )
        return self.own_broker

    @property
    def database(self) -> Database:
        if self.own_database is None:
            raise StackFailed(
                f"PostgreSQL was not started here (see {POSTGRES_GIVEN}): it cannot be killed"
            )
        return self.own_database


@contextmanager
def local_stack(
    folder: Path, *, fresh: bool = False, entrance: Entrance | None = None
) -> Iterator[Stack]:
    """Kafka and PostgreSQL with their data in `folder`; `fresh` forgets the data of earlier runs;
    `entrance` lets in by name, too.

    What FILROUGE_KAFKA and FILROUGE_POSTGRES name is used instead of starting one.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kafka, postgres = os.environ.get(KAFKA_GIVEN), os.environ.get(POSTGRES_GIVEN)
    with _owned(folder), closing(Janitor()) as janitor, ExitStack() as started:
        broker = None if kafka else _new_broker(folder, janitor, entrance)
        database = None if postgres else _new_database(folder, janitor, entrance)
        servers = [server for server in (broker, database) if server is not None]
        for server in servers:
            server.child.kill_leftover()
            started.callback(server.stop)
            if fresh:
                shutil.rmtree(server.home, ignore_errors=True)
        with ThreadPoolExecutor(2) as threads:
            for starting in [threads.submit(server.start) for server in servers]:
                starting.result()
        yield Stack(
            kafka=kafka or (broker.address if broker else ""),
            postgres=postgres or (database.url if database else ""),
            folder=folder,
            janitor=janitor,
            own_broker=broker,
            own_database=database,
            entrance=entrance if broker and database else None,
        )


def _new_broker(folder: Path, janitor: Janitor, entrance: Entrance | None) -> Broker:
    with _may_be_missing(KAFKA_GIVEN):
        from filrouge.stack.broker import Broker
    return Broker(folder, janitor, entrance)


def _new_database(folder: Path, janitor: Janitor, entrance: Entrance | None) -> Database:
    with _may_be_missing(POSTGRES_GIVEN):
        from filrouge.stack.database import Database
    return Database(folder, janitor, entrance)


@contextmanager
def _may_be_missing(given: str) -> Iterator[None]:
    """What runs servers is the extra `local` of this package: whoever is given servers need not have it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise StackFailed(
            f"{error.name} is not installed (filrouge[local]), so no server can be started here: "
            f"set {given} to one of yours"
        ) from error


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """One run at a time: the lock is the kernel's, so that a killed run leaves none."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackFailed(
                f"another run uses {folder}: stop it, or choose another folder"
            ) from error
        yield
