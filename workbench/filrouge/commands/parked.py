"""`filrouge parked`: what a defect of ours holds up, and sending it back once the defect is mended."""

from __future__ import annotations

import asyncio
import getpass
import sys
from base64 import b64decode

import click
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.parking import RecordParked
from rich.console import Console
from rich.progress import track
from rich.table import Table

from filrouge.parked import Closed, closed_keys, redrive
from filrouge.running import Running, of_a_running_installation

SHOWN_BYTES = 4000
SERVICE = click.Choice(SERVICES)


@click.group()
def parked() -> None:
    """Records that wait for a defect to be mended: list, show, redrive."""


@parked.command("list")
@of_a_running_installation
def list_parked(running: Running) -> None:
    """Every key that is closed, with the first of its records."""
    found = asyncio.run(closed_keys(running.kafka, running.postgres))
    if not found:
        click.echo("Nothing is parked.")
        return
    table = Table("service", "lane", "key", "records", "error", "reason")
    for closed in found:
        first = closed.first
        row = (closed.service, str(closed.lane), closed.key, str(len(closed.waiting)))
        table.add_row(*row, first.error, first.reason)
    Console().print(table)


@parked.command()
@click.argument("service", type=SERVICE)
@click.argument("key")
@of_a_running_installation
def show(running: Running, service: str, key: str) -> None:
    """The records of one key, in their order, with their bytes."""
    for record in _one(running, service, key).waiting:
        click.echo(f"{record.index}  {record.topic}/{record.partition}/{record.offset}")
        click.echo(f"   {record.error or 'behind'}: {record.reason}")
        click.echo(f"   {record.remedy}")
        for name, value in record.headers:
            click.echo(f"   {name}: {_text(value)}")
        click.echo(f"   {_value(record)}")


@parked.command("redrive")
@click.argument("service", type=SERVICE)
@click.argument("key", required=False)
@click.option("--all", "every", is_flag=True, help="Every closed key of the service.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait for each record.")
@of_a_running_installation
def redrive_parked(
    running: Running, service: str, key: str | None, every: bool, timeout: float
) -> None:
    """Send the records of KEY, or with --all of every key, back to their lane, in their order."""
    if (key is None) != every:
        raise click.UsageError("name a KEY, or say --all")
    chosen = _of(running, service) if key is None else [_one(running, service, key)]
    if not chosen:
        click.echo("Nothing is parked.")
    bar = track(chosen, description=service, console=Console(stderr=True), transient=True)
    for closed in bar:
        asyncio.run(
            redrive(
                running.kafka,
                running.postgres,
                closed,
                by=getpass.getuser(),
                timeout_seconds=timeout,
            )
        )
        click.echo(f"{closed.key}: {len(closed.waiting)} records were taken again")


def _of(running: Running, service: str) -> list[Closed]:
    return asyncio.run(closed_keys(running.kafka, running.postgres, [service]))


def _one(running: Running, service: str, key: str) -> Closed:
    found = next((closed for closed in _of(running, service) if closed.key == key), None)
    if found is None:
        sys.exit(f"filrouge: {key} of {service} is not closed: nothing of it is parked")
    return found


def _text(base64: str) -> str:
    return b64decode(base64).decode(errors="backslashreplace")


def _value(record: RecordParked) -> str:
    if record.due_us is not None:
        return "(a timer)"
    if record.value_base64 is None:
        return "(no value, or one that is too large: it still stands in its topic)"
    return _text(record.value_base64)[:SHOWN_BYTES]
