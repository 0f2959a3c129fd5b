"""`filrouge prepare` and `filrouge clock`: what an installation in a cluster is told by its operator."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import click

from filrouge.commands.options import of_kafka
from filrouge.installation import Installation, tick_for_ever
from filrouge.installation import prepare as prepare_it


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--make-topics", is_flag=True, help="Make those that are missing; else wait for them."
)
@click.option("--timeout", default=600.0, show_default=True, help="Seconds to wait for topics.")
@of_kafka
def prepare(file: Path, make_topics: bool, timeout: float, kafka: str) -> None:
    """Before services start: topics, partners, parameters and versions of rules, as FILE says; repeatable."""
    asyncio.run(_prepare(kafka, Installation.read(file), make_topics, timeout))


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Between two ticks.")
@of_kafka
def clock(seconds: float, kafka: str) -> None:
    """Say how late it is until SIGTERM: what is due is decided at the next tick. There may be one at a time."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(tick_for_ever(kafka, seconds, lambda: datetime.now(UTC)))
    except KeyboardInterrupt:
        click.echo("stopped")


async def _prepare(
    kafka: str, said: Installation, make_topics: bool, timeout_seconds: float
) -> None:
    async for line in prepare_it(kafka, said, datetime.now(UTC), make_topics, timeout_seconds):
        click.echo(line)
