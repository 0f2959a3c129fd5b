"""Replicas of the services that decide come and go while they work, politely or not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from filrouge.stack import StackFailed
from filrouge.supervisor import ServiceProcess, Supervisor
from filrouge_contracts.entry import (
    BUDGET_ACCOUNTING,
    DELIVERIES,
    GATEWAY,
    ORDERS,
    TUTORING,
)


class Deed(StrEnum):
    """What is done to an instance."""

    ADD = "added"
    STOP = "stopped (SIGTERM)"
    KILL = "killed (SIGKILL)"


@dataclass(frozen=True, slots=True)
class Change:
    """One deed to one instance of a service."""

    deed: Deed
    service: str
    instance: int

    def __str__(self) -> str:
        return f"{self.service} {self.instance} {self.deed}"


EVERYTHING = (
    Change(Deed.ADD, ORDERS, 2),
    Change(Deed.STOP, ORDERS, 1),
    Change(Deed.ADD, GATEWAY, 2),
    Change(Deed.STOP, GATEWAY, 2),
    Change(Deed.ADD, DELIVERIES, 2),
    Change(Deed.ADD, DELIVERIES, 3),
    Change(Deed.STOP, DELIVERIES, 2),
    Change(Deed.STOP, DELIVERIES, 3),
    Change(Deed.ADD, TUTORING, 2),
    Change(Deed.STOP, TUTORING, 1),
    Change(Deed.ADD, TUTORING, 1),
    Change(Deed.STOP, TUTORING, 2),
    Change(Deed.ADD, BUDGET_ACCOUNTING, 2),
    Change(Deed.KILL, BUDGET_ACCOUNTING, 1),
    Change(Deed.ADD, BUDGET_ACCOUNTING, 1),
)
"""Every service gets another instance and loses one again; some lose the one that they began with."""
A_FEW = (
    Change(Deed.ADD, ORDERS, 2),
    Change(Deed.STOP, ORDERS, 1),
    Change(Deed.ADD, BUDGET_ACCOUNTING, 2),
    Change(Deed.KILL, BUDGET_ACCOUNTING, 1),
)


@dataclass
class Fleet:
    """The instances that should run, whatever really does."""

    supervisor: Supervisor
    done: list[tuple[float, Change]] = field(default_factory=list)
    """Second → what was begun then."""
    missing: list[str] = field(default_factory=list)
    """Instances that ended and should not have."""
    _leaving: set[str] = field(default_factory=set)

    def running(self) -> list[tuple[ServiceProcess, int]]:
        """With their pids; one that is just being ended is there or not."""
        found = []
        for process in self.supervisor.processes.values():
            with suppress(StackFailed):
                if process.running:
                    found.append((process, process.child.pid))
        return found

    async def carry_out(self, change: Change, now: float) -> None:
        """Returns when a new instance is ready, or one that shall go is gone."""
        self.done.append((now, change))
        place = (change.service, change.instance)
        if change.deed is Deed.ADD:
            if place in self.supervisor.processes:
                self.supervisor.processes[place].start()
            else:
                self.supervisor.start(*place)
            self._leaving.discard(self.supervisor.processes[place].child.name)
            await asyncio.to_thread(self.supervisor.processes[place].wait_ready)
        else:
            process = self.supervisor.processes[place]
            self._leaving.add(process.child.name)
            await asyncio.to_thread(process.stop if change.deed is Deed.STOP else process.kill)

    def look(self) -> None:
        """Notices what has ended by itself."""
        for process in self.supervisor.processes.values():
            name = process.child.name
            if process.child.exit_status is not None and name not in self._leaving:
                self.missing.append(name)
                self._leaving.add(name)
