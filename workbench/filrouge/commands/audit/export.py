"""`filrouge audit export`: all events as columns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import Share
from filrouge.audit.source import opener_of
from filrouge.commands.audit.options import share_of, with_share
from filrouge.stream import Progress as Heard

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--source", envvar="FILROUGE_SOURCE", metavar="URL", help="What to read.")
@click.option("--to", "folder", type=FOLDER, help="A new or empty folder; of shares, the same one.")
@with_share()
@click.option("--merge", "merging", type=FOLDER, help="Check that FOLDER has every share.")
def export(
    source: str | None,
    folder: Path | None,
    share_index: int | None,
    of: int | None,
    merging: Path | None,
) -> None:
    """Write every event as Parquet, a file per type, with the columns of its contract. A share writes only its
    partitions, as a part in a folder per type."""
    # pyarrow is large: only this command loads it
    from filrouge.audit.export_files import merge

    share = share_of(share_index, of)
    if merging is not None:
        if folder or share:
            raise click.UsageError("--merge only looks: it has no --to and no share")
        folder, counts = merging, merge(merging)
    elif source is None or folder is None:
        raise AuditFailed("name what to read (--source URL, or FILROUGE_SOURCE) and where --to")
    else:
        counts = _exported(source, folder, share)
    files = sum(1 for count in counts.values() if count)
    click.echo(f"{sum(counts.values()):,} events of {files} types in {folder}")


def _exported(source: str, folder: Path, share: Share | None) -> Mapping[str, int]:
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("records", total=None)
        return asyncio.run(
            _export(
                source, folder, share, lambda done, of: bars.update(task, completed=done, total=of)
            )
        )


async def _export(
    source: str, folder: Path, share: Share | None, progress: Heard
) -> Mapping[str, int]:
    from filrouge.audit.export import export as export_to

    return await export_to(await opener_of(source)(), folder, progress, share=share)
