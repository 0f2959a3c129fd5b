"""What a soak ran on, and what it left behind there."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import psutil
from filrouge.local_archive import LocalArchive
from filrouge.stack import Stack
from filrouge_contracts.entry import SERVICES

MEGABYTE = 1024 * 1024
BLOCK_BYTES = 512
"""In which files are counted, whatever the disk's own blocks are."""


def machine() -> str:
    """No name of it: what matters for a rate."""
    memory = psutil.virtual_memory().total / 2**30
    busy = psutil.getloadavg()[0]
    return (
        f"{psutil.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB,"
        f" {platform.system()}, a load of {busy:.1f} before it began"
    )


async def sizes(stack: Stack, archive: LocalArchive) -> Mapping[str, float]:
    """Megabytes on disk, of what is ours to look at."""
    found = {"postgresql": await _databases(stack.postgres)}
    folders = {"archive": Path(archive.url)}
    if stack.own_broker is not None:
        folders["kafka"] = stack.own_broker.home / "data"
    for name, folder in folders.items():
        found[name] = await asyncio.to_thread(megabytes_of, folder)
    return found


def grown(before: Mapping[str, float], after: Mapping[str, float]) -> Mapping[str, float]:
    return {name: round(after[name] - megabytes, 1) for name, megabytes in before.items()}


async def _databases(postgres: str) -> float:
    connection = await asyncpg.connect(postgres)
    try:
        found: int = await connection.fetchval(
            "SELECT sum(pg_database_size(datname)) FROM pg_database WHERE datname = ANY($1)",
            list(SERVICES),
        )
    finally:
        await connection.close()
    return int(found) / MEGABYTE


def megabytes_of(folder: Path) -> float:
    """Blocks, not lengths: Kafka's indexes are made longer than they are filled."""
    used = 0
    for path in folder.rglob("*"):
        if _kafkas_own(path.relative_to(folder).parts[0]):
            continue
        try:
            used += path.stat().st_blocks * BLOCK_BYTES
        except FileNotFoundError:
            continue  # a file that was renamed meanwhile
    return used / MEGABYTE


def _kafkas_own(folder: str) -> bool:
    """What Kafka compacts when it likes, and topics of others that it deletes a minute after they were."""
    return folder.startswith("__") or folder.endswith("-delete")
