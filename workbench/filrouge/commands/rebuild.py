"""`filrouge rebuild SERVICE`: forget its database; its running lanes make it anew out of Kafka."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import click
from filrouge_contracts.entry import SERVICES
from rich.console import Console

from filrouge.operator import Operator
from filrouge.rebuilding import drop_database, states_of, wait_for_lanes
from filrouge.running import Running, of_a_running_installation
from filrouge.services import lanes_of


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option(
    "--tick/--no-tick",
    default=True,
    show_default=True,
    help="Move the clock by a second: idle lanes notice only then. Not while another operator ticks.",
)
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait for the lanes.")
@click.confirmation_option(
    prompt="This drops the service's database. Kafka holds everything. Go on?"
)
@of_a_running_installation
def rebuild(running: Running, service: str, tick: bool, timeout: float) -> None:
    """Drop the database of SERVICE while it runs, and wait until its lanes have rebuilt it."""
    with Console(stderr=True).status(f"{service} is rebuilt from its stream"):
        started = time.monotonic()
        lanes, states = asyncio.run(_rebuild(running, service, tick, timeout))
    seconds = time.monotonic() - started
    click.echo(f"{service}: {lanes} lanes with {states:,} aggregates rebuilt in {seconds:.1f} s")


async def _rebuild(
    running: Running, service: str, tick: bool, timeout_seconds: float
) -> tuple[int, int]:
    async with Operator(running.kafka, running.lanes) as operator:
        lanes = len(list(lanes_of(service, running.lanes, operator.control)))
        await drop_database(running.postgres, service)
        if tick:
            await operator.tick(operator.control.now + timedelta(seconds=1))
    await wait_for_lanes(running.postgres, {service: lanes}, timeout_seconds)
    return lanes, len((await states_of(running.postgres, service)).rows)
