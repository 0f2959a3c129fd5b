"""`filrouge audit pack`: a case in one file, to be handed to somebody who trusts nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from filrouge_archive.note import Verifier

from filrouge.audit.archived import archive_source, open_archive
from filrouge.audit.pack import case_of
from filrouge.audit.pack import pack as pack_it
from filrouge.audit.trace import Thread
from filrouge.commands.audit.options import with_verifiers


@click.command()
@click.argument("case")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The zip file that is written.",
)
@click.option("--source", envvar="FILROUGE_SOURCE", required=True, metavar="URL", help="Archive.")
@with_verifiers
def pack(case: str, to: Path, source: str, verifiers: list[Verifier]) -> None:
    """Put CASE (whatever `trace` takes, an aggregate's key or a trace id) into one zip: events, proofs, a page
    to read, and a verify.py that needs nothing of Filrouge."""
    thread = asyncio.run(_case(source, case))
    count = pack_it(open_archive(source, verifiers), thread, to)
    click.echo(f"{count:,} events with their proofs in {to}: unpack it, run verify.py --key KEY")


async def _case(source: str, case: str) -> Thread:
    return await case_of(await archive_source(source), case)
