"""`filrouge audit export`: all events as columns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.source import Opener
from filrouge.commands.audit.options import from_source
from filrouge.stream import Progress as Heard


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A new or empty folder.",
)
@from_source
def export(opener: Opener, folder: Path) -> None:
    """Write every event as Parquet, a file per type, with the columns of its contract."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("records", total=None)
        counts = asyncio.run(
            _export(opener, folder, lambda done, of: bars.update(task, completed=done, total=of))
        )
    files = sum(1 for count in counts.values() if count)
    click.echo(f"{sum(counts.values()):,} events of {files} types in {folder}")


async def _export(opener: Opener, folder: Path, progress: Heard) -> Mapping[str, int]:
    # pyarrow is large: only this command loads it
    from filrouge.audit.export import export as export_to

    return await export_to(await opener(), folder, progress)
