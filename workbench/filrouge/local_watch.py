"""The watch of an installation on this machine, run beside its services."""

from __future__ import annotations

from filrouge.monitoring.programs import WATCH_JOB
from filrouge.supervisor import ServiceProcess, Supervisor


def start_watch(supervisor: Supervisor) -> ServiceProcess:
    """When the topics are there: it reads all of them from their first record on."""
    return supervisor.start(WATCH_JOB, module="filrouge.watch")
