"""`filrouge status`: how far every service is, what waits, and what is parked."""

from __future__ import annotations

import asyncio
import sys

import click
from rich.console import Console
from rich.table import Table

from filrouge.overview import Overview, overview
from filrouge.running import Running, of_a_running_installation


@click.command()
@click.option("--lanes", "detailed", is_flag=True, help="A row for every lane.")
@of_a_running_installation
def status(running: Running, detailed: bool) -> None:
    """Records unread, rows unpublished, aggregates waiting for the clock, keys closed."""
    console = Console()
    with Console(stderr=True).status("asking Kafka and PostgreSQL"):
        found = asyncio.run(overview(running))
    console.print(_table(found, detailed))
    now = "never" if found.now is None else f"{found.now:%Y-%m-%d %H:%M:%S} UTC"
    console.print(f"Clock: {now}. Partners: {found.partners}. Events: {found.events:,}.")
    for problem in found.problems:
        console.print(f"[red]✗[/red] {problem}", highlight=False)
    sys.exit(1 if found.problems else 0)


def _table(found: Overview, detailed: bool) -> Table:
    columns = ("decided", "unread", "unpublished", "aggregates", "waiting", "closed keys")
    table = Table("service", "lanes")
    for column in columns:
        table.add_column(column, justify="right")
    for service in found.services:
        numbers = (f"{getattr(service, name.replace(' ', '_')):,}" for name in columns)
        table.add_row(service.name, str(len(service.lanes)), *numbers)
        for lane in service.lanes if detailed else ():
            numbers = (f"{getattr(lane, name.replace(' ', '_')):,}" for name in columns)
            table.add_row("", lane.name, *numbers, style="dim")
    return table
