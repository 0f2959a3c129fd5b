"""`filrouge audit re-execute`: every decision again, by these rules or by others."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from filrouge.audit import shares
from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import WHOLE, Share
from filrouge.audit.shares import Part, merge, summary
from filrouge.audit.source import opener_of
from filrouge.commands.audit.options import share_of, with_share

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("re-execute")
@click.option("--source", envvar="FILROUGE_SOURCE", metavar="URL", help="What to read.")
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with a changed copy of a service's package: what would it have decided?",
)
@with_share("--lane-index")
@click.option("--processes", type=click.IntRange(1), help="At most so many; as many as cores.")
@click.option("--json", "to", type=FILE, help="Write the result as JSON.")
@click.option("--merge", "merging", is_flag=True, help="Add up PARTS that were written by --json.")
@click.argument("parts", nargs=-1, type=FILE)
def re_execute(
    source: str | None,
    rules: Path | None,
    share_index: int | None,
    of: int | None,
    processes: int | None,
    to: Path | None,
    merging: bool,
    parts: tuple[Path, ...],
) -> None:
    """Make every journalled decision again and compare it to the byte: MATCH, DIVERGED, NOT REPLAYABLE."""
    if merging:
        done = merge([Part.read(path) for path in parts])
    else:
        if parts:
            raise click.UsageError("PARTS are for --merge")
        if source is None:
            raise AuditFailed("name what to read: --source URL, or FILROUGE_SOURCE")
        done = _decide(source, share_of(share_index, of) or WHOLE, rules, processes)
    if to is not None:
        to.write_text(done.to_json())
    for line in summary(done):
        click.echo(line)
    sys.exit(0 if done.good else 1)


def _decide(source: str, share: Share, rules: Path | None, processes: int | None) -> Part:
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("lanes decided again", total=None)
        return shares.re_execute(
            opener_of(source),
            share,
            rules,
            processes,
            lambda done, of: bars.update(task, completed=done, total=of),
        )
