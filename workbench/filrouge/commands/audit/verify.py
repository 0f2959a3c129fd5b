"""`filrouge audit verify`: an archive, recomputed from its bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from filrouge_archive.note import Verifier
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.memory import memory_folder
from filrouge.audit.verify import verify as verify_it
from filrouge.commands.audit.options import parsed_keys, with_verifiers

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("archive", envvar="FILROUGE_SOURCE")
@click.option("--against", multiple=True, type=FILE, help="A signed checkpoint, from anybody.")
@with_verifiers
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    callback=parsed_keys,
    metavar="KEY|FILE",
    help="Show what this witness has cosigned; that it has not is a finding.",
)
@click.option("--memory", type=FOLDER, help="Also FILROUGE_MEMORY; else ~/.filrouge/checkpoints.")
@click.option("--all", "everything", is_flag=True, help="Read what was verified earlier as well.")
@click.option("--processes", type=click.IntRange(1), help="Else as many as are worth it.")
def verify(
    archive: str,
    against: tuple[Path, ...],
    verifiers: list[Verifier],
    witnesses: list[Verifier],
    memory: Path | None,
    everything: bool,
    processes: int | None,
) -> None:
    """Recompute ARCHIVE from its bytes: entries, tiles, roots, commits, signatures, numbers; and hold it to
    every checkpoint that was seen before. Each damage is named, and the exit status is 1."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("leaves", total=None)
        done = verify_it(
            archive,
            memory_folder(memory),
            verifiers,
            against,
            everything,
            processes,
            lambda read, of: bars.update(task, completed=read, total=of),
            witnesses,
        )
    for line in done.lines():
        click.echo(line)
    sys.exit(0 if done.good else 1)
