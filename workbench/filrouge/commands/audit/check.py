"""`filrouge audit check` and `report`: whether everything holds, and a day in numbers."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.check import Checked
from filrouge.audit.check import check as check_it
from filrouge.audit.report import daily_report
from filrouge.audit.source import Opener
from filrouge.commands.audit.options import from_source
from filrouge.stream import Progress as Heard

FILE = click.Path(dir_okay=False, path_type=Path)


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


@click.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="In UTC.")
@click.option("--out", type=FILE, help="Write it there and not to the screen.")
@from_source
def report(opener: Opener, day: datetime, out: Path | None) -> None:
    """The day in numbers as canonical JSON: the same bytes for everybody who has the same record."""
    said = asyncio.run(_report(opener, day))
    if out is None:
        click.echo(said, nl=False)
    else:
        out.write_bytes(said)


async def _check(opener: Opener, progress: Heard) -> Checked:
    return await check_it(await opener(), progress)


async def _report(opener: Opener, day: datetime) -> bytes:
    return await daily_report(await opener(), day.date())
