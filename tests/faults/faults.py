"""What happens to an installation on a bad day; each fault comes to an end by itself."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
from filrouge.rebuilding import drop_database
from filrouge.supervisor import ServiceProcess
from filrouge.testing.emptied import forget_group
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import SERVICES

from tests.faults.scene import Scene

DURABLE_STEPS = (
    "before_commit",
    "after_commit",
    "before_journal",
    "after_journal",
    "after_publish",
    "before_offsets",
    "after_offsets",
)
FREEZES = ("before_commit", "after_commit", "before_journal", "after_journal")
TIMES_AT_MOST = 4


def _ended(process: ServiceProcess) -> Callable[[], bool]:
    return lambda: not process.running


def _frozen(process: ServiceProcess) -> Callable[[], bool]:
    pid = process.child.pid
    return lambda: bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)


async def each_service_dies_at_each_step(scene: Scene) -> None:
    """kill -9 before and after everything that is durable."""
    await asyncio.gather(*(_deaths(scene, service) for service in SERVICES))


async def _deaths(scene: Scene, service: str) -> None:
    for place in scene.chance.sample(DURABLE_STEPS, len(DURABLE_STEPS)):
        time = scene.chance.randint(1, TIMES_AT_MOST)
        process = await scene.restart(service, f"{place}=kill@{time}")
        await scene.until(_ended(process), f"{service} dies at {place}")
    await scene.restart(service)


async def each_service_becomes_a_zombie(scene: Scene) -> None:
    """Frozen beyond its session, also in the middle of publishing, and woken when another works."""
    await asyncio.gather(*(_freezes(scene, service) for service in SERVICES))


async def _freezes(scene: Scene, service: str) -> None:
    for place in scene.chance.sample(FREEZES, len(FREEZES)):
        zombie = await scene.restart(service, f"{place}=freeze@1")
        await scene.until(_frozen(zombie), f"{service} freezes at {place}")
        heir = scene.supervisor.start(service, 2, {"FILROUGE_FAILPOINTS": ""})
        await scene.until(heir.ready, f"another {service} takes over")
        await scene.load()
        zombie.wake()
        await scene.load()
        await asyncio.to_thread(heir.stop)
    await scene.restart(service)


async def the_broker_dies(scene: Scene) -> None:
    for _ in range(3):
        await scene.load()
        await asyncio.to_thread(scene.stack.broker.kill)
        await asyncio.to_thread(scene.stack.broker.start)


async def postgresql_dies(scene: Scene) -> None:
    for _ in range(5):
        await scene.load()
        await asyncio.to_thread(scene.stack.database.kill)
        await asyncio.to_thread(scene.stack.database.start)


async def replicas_come_and_go(scene: Scene) -> None:
    """More instances than lanes at times; they leave politely or not."""
    for _ in range(2):
        for service in SERVICES:
            for instance in (2, 3):
                scene.supervisor.start(service, instance)
        for service in SERVICES:
            for instance in (2, 3):
                process = scene.supervisor.processes[service, instance]
                await scene.until(process.running_and_ready, f"{service} {instance} works")
        await scene.load()
        for service in SERVICES:
            leaving = scene.supervisor.processes[service, scene.chance.choice((1, 2, 3))]
            await asyncio.to_thread(scene.chance.choice((leaving.stop, leaving.kill)))
        await scene.load()
        for service in SERVICES:
            for instance in (2, 3):
                await asyncio.to_thread(scene.supervisor.processes[service, instance].stop)
            if not scene.supervisor[service].running:
                await scene.restart(service)


async def group_offsets_are_deleted(scene: Scene) -> None:
    async with kafka_admin(scene.stack.kafka) as admin:
        for service in SERVICES:
            await scene.load()
            await asyncio.to_thread(scene.supervisor[service].stop)
            await forget_group(admin, service)
            await scene.restart(service)


async def databases_are_dropped(scene: Scene) -> None:
    """Each service's own, while it works; and it dies around the moment when it is rebuilt."""
    for service in SERVICES:
        await scene.load()
        await drop_database(scene.stack.postgres, service)
        await scene.load()
        for place in ("before_replace", "after_replace"):
            await asyncio.to_thread(scene.supervisor[service].stop)
            await drop_database(scene.stack.postgres, service)
            process = await scene.restart(service, f"{place}=kill@1")
            await scene.until(_ended(process), f"{service} dies at {place}")
        await scene.restart(service)


async def an_older_backup_is_restored(scene: Scene) -> None:
    """The whole server from a copy of its files, under the feet of everybody."""
    database = scene.stack.database
    data, backup = database.home / "data", database.home / "backup"
    for _ in range(2):
        await scene.load()
        await asyncio.to_thread(database.kill)
        await asyncio.to_thread(_copy, data, backup)
        await asyncio.to_thread(database.start)
        for _ in range(3):
            await scene.load()
        await asyncio.to_thread(database.kill)
        await asyncio.to_thread(shutil.rmtree, data)
        await asyncio.to_thread(backup.rename, data)
        await asyncio.to_thread(database.start)


def _copy(data: Path, backup: Path) -> None:
    """With its owner, whom PostgreSQL insists on."""
    subprocess.run(["cp", "-a", str(data), str(backup)], check=True)


async def nothing_else(scene: Scene) -> None:
    """The trouble is in the line, or in what partners send."""
    await scene.load()


async def connections_are_ended(scene: Scene) -> None:
    """By the server, as an administrator would."""
    connection = await asyncpg.connect(scene.stack.postgres)
    try:
        for _ in range(10):
            await scene.load()
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = ANY($1) AND pid <> pg_backend_pid()",
                list(SERVICES),
            )
    finally:
        await connection.close()
