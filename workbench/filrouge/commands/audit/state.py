"""`filrouge audit state` and `diff`: what an aggregate was, and what made the difference."""

from __future__ import annotations

import asyncio
import json

import click
from filrouge_contracts.entry import SERVICES

from filrouge.audit.past_state import Life, changes, life_of
from filrouge.audit.source import Opener
from filrouge.commands.audit.options import from_source

SERVICE = click.Choice(SERVICES)
MOMENT = "A time, or the id or place of one of its events."
by_record_time = click.option(
    "--record-time", is_flag=True, help="Times are the broker's and not those of the events."
)


@click.command()
@click.argument("service", type=SERVICE)
@click.argument("key")
@click.option("--at", "moment", metavar="MOMENT", help=f"{MOMENT} Without it: as it is now.")
@by_record_time
@from_source
def state(opener: Opener, service: str, key: str, moment: str | None, record_time: bool) -> None:
    """Print what KEY of SERVICE was at a moment, as JSON: its own events folded."""
    life = asyncio.run(_life(opener, service, key))
    click.echo(json.dumps(life.at(moment, record_time), indent=2, ensure_ascii=False))


@click.command()
@click.argument("service", type=SERVICE)
@click.argument("key")
@click.option("--from", "first", required=True, metavar="MOMENT", help=MOMENT)
@click.option("--to", "last", required=True, metavar="MOMENT", help=MOMENT)
@by_record_time
@from_source
def diff(opener: Opener, service: str, key: str, first: str, last: str, record_time: bool) -> None:
    """Name the fields of KEY of SERVICE that differ between two moments, and the events that made it so."""
    found = changes(asyncio.run(_life(opener, service, key)), first, last, record_time)
    for changed in found:
        then, now = (json.dumps(value, ensure_ascii=False) for value in (changed.then, changed.now))
        click.echo(f"{changed.field}: {then} -> {now}")
        for one in changed.events:
            click.echo(f"    {one.time} {one.name} {one.id}")
    if not found:
        click.echo("nothing differs")


async def _life(opener: Opener, service: str, key: str) -> Life:
    return await life_of(await opener(), service, key)
