"""Runs the services as processes of their own, and can do to them what a bad day does."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from filrouge_contracts.entry import SERVICES

from filrouge.stack import Stack
from filrouge.stack.child import Child, Command
from filrouge.stack.waiting import free_port, wait_until

READY_SECONDS = 60.0
PROBE_SECONDS = 2.0
REVIVALS_AT_MOST = 5


@dataclass(slots=True)
class ServiceProcess:
    """One instance of a service. It keeps its port for health and metrics over restarts."""

    name: str
    instance: int
    child: Child
    environment: Mapping[str, str]
    module: str
    http_port: int = field(default_factory=free_port)
    revivals: int = field(default=0, init=False)

    def start(self) -> None:
        environment = {**self.environment, "FILROUGE_HTTP_PORT": str(self.http_port)}
        argv = (sys.executable, "-m", self.module)
        self.child.start(Command(argv, environment, self.child.folder))

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def restart(self) -> None:
        """As a new release would come: asked to end, then started again."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """As long as it lasts it is a zombie: it holds its lanes, and does not know what happens."""
        self.child.freeze()

    def wake(self) -> None:
        self.child.wake()

    @property
    def running(self) -> bool:
        return self.child.running

    def running_and_ready(self) -> bool:
        """Raises StackFailed if it has ended."""
        if not self.running:
            raise self.child.explained(f"{self.child.name} ended while it started")
        return self.ready()

    def ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, PROBE_SECONDS)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait_ready(self, seconds: float = READY_SECONDS) -> Self:
        failed = self.child.explained
        wait_until(self.running_and_ready, seconds, lambda why: failed(f"{self.child.name}: {why}"))
        return self


@dataclass(slots=True)
class Supervisor:
    """The services of one stack; `with supervised(stack) as supervisor` ends them in any case."""

    stack: Stack
    lanes: int = 4
    environment: Mapping[str, str] = field(default_factory=dict)
    processes: dict[tuple[str, int], ServiceProcess] = field(default_factory=dict, init=False)

    def start(
        self,
        name: str,
        instance: int = 1,
        environment: Mapping[str, str] | None = None,
        module: str = "",
    ) -> ServiceProcess:
        """Start one instance; the second of the same name shares the first one's lanes.

        `module`: what is run, if it is not called as the service is.
        """
        label = name if instance == 1 else f"{name}-{instance}"
        process = ServiceProcess(
            name=name,
            instance=instance,
            child=Child(label, self.stack.folder, self.stack.janitor),
            environment={**self._environment(), **(environment or {})},
            module=module or name,
        )
        self.processes[name, instance] = process
        process.start()
        return process

    def start_all(self, names: Iterable[str] = SERVICES) -> None:
        """Start together, then wait for each: none needs another one to be ready."""
        for process in [self.start(name) for name in names]:
            process.wait_ready()

    def __getitem__(self, name: str) -> ServiceProcess:
        return self.processes[name, 1]

    def revive(self) -> Iterator[ServiceProcess]:
        """Start again what ended by itself; what does so again and again is reported with its log."""
        for process in self.processes.values():
            if process.running:
                continue
            if process.revivals == REVIVALS_AT_MOST:
                raise process.child.explained(f"{process.child.name} ended again and again")
            process.revivals += 1
            process.start()
            yield process

    def stop_all(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("FILROUGE_", "OTEL_")) or name in {"PATH", "HOME", "LANG"}
        }
        return {
            **inherited,
            "PYTHONUNBUFFERED": "1",
            "FILROUGE_KAFKA": self.stack.kafka,
            "FILROUGE_POSTGRES": self.stack.postgres,
            "FILROUGE_LANES": str(self.lanes),
            **self.environment,
        }


@contextmanager
def supervised(
    stack: Stack, lanes: int = 4, environment: Mapping[str, str] | None = None
) -> Iterator[Supervisor]:
    supervisor = Supervisor(stack, lanes, environment or {})
    try:
        yield supervisor
    finally:
        supervisor.stop_all()
