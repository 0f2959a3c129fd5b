"""`filrouge audit check`: whether everything holds."""

from __future__ import annotations

import asyncio
import json
import sys

import click
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.check import Checked
from filrouge.audit.check import check as check_it
from filrouge.audit.source import Opener
from filrouge.commands.audit.options import from_source
from filrouge.stream import Progress as Heard


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@from_source
def check(opener: Opener, as_json: bool) -> None:
    """Hold every invariant against all that was recorded; each breach with its events and amounts."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("records", total=None)
        found = asyncio.run(
            _check(opener, lambda done, of: bars.update(task, completed=done, total=of))
        )
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        for line in found.lines():
            click.echo(line)
    sys.exit(0 if found.good else 1)


async def _check(opener: Opener, progress: Heard) -> Checked:
    return await check_it(await opener(), progress)
