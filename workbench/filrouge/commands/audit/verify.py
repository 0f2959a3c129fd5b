"""`filrouge audit verify`: an archive, recomputed from its bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from filrouge_archive.note import Verifier
from rich.console import Console
from rich.progress import Progress

from filrouge.audit.errors import AuditFailed
from filrouge.audit.memory import memory_folder
from filrouge.audit.verify import verify as verify_it
from filrouge.audit.verify_share import verify_share
from filrouge.commands.audit.options import parsed_keys, share_of, with_share, with_verifiers

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
@with_share()
@click.option("--results", type=FOLDER, help="Where a share writes what came of it.")
@click.option("--merge", "merging", type=FOLDER, help="Put all shares of this folder together.")
def verify(
    archive: str,
    against: tuple[Path, ...],
    verifiers: list[Verifier],
    witnesses: list[Verifier],
    memory: Path | None,
    everything: bool,
    processes: int | None,
    share_index: int | None,
    of: int | None,
    results: Path | None,
    merging: Path | None,
) -> None:
    """Recompute ARCHIVE from its bytes: entries, tiles, roots, commits, signatures, numbers; and hold it to
    every checkpoint that was seen before. Each damage is named, and the exit status is 1."""
    share = share_of(share_index, of)
    if (share is None) != (results is None) or (share and merging):
        raise AuditFailed(
            "a share is asked for by --share-index, --of and --results; --merge is none"
        )
    if share and (against or witnesses or memory):
        raise AuditFailed(
            "--against, --witness and --memory are for --merge: a share remembers nothing"
        )
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("leaves", total=None)

        def read(leaves: int, of: int) -> None:
            bars.update(task, completed=leaves, total=of)

        if share is not None and results is not None:
            done = verify_share(archive, share, results, verifiers, processes, read)
        else:
            done = verify_it(
                archive,
                memory_folder(memory),
                verifiers,
                against,
                everything,
                processes,
                read,
                witnesses,
                merging,
            )
    for line in done.lines():
        click.echo(line)
    sys.exit(0 if done.good else 1)
