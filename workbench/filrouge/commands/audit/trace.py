"""`filrouge audit trace`: everything that belongs together, back and forth."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from filrouge.audit.picture import picture
from filrouge.audit.source import Opener
from filrouge.audit.trace import Thread
from filrouge.audit.trace import trace as trace_of
from filrouge.commands.audit.options import from_source


@click.command()
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="With all data, for programs.")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw it as well: a column per stage from need to handover.",
)
@from_source
def trace(opener: Opener, what: str, as_json: bool, svg: Path | None) -> None:
    """Follow WHAT (an event's id or place, an order, programme, need, delivery note, invoice, payment or
    IMEI) from the first word to the last payment and handover."""
    thread = asyncio.run(_trace(opener, what))
    if svg is not None:
        svg.write_text(picture(thread))
    if as_json:
        click.echo(json.dumps(thread.as_json(), indent=2, ensure_ascii=False))
        return
    for line in thread.lines():
        click.echo(line)


async def _trace(opener: Opener, what: str) -> Thread:
    return await trace_of(await opener(), what)
