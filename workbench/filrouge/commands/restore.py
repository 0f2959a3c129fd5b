"""`filrouge restore`: a Kafka that has lost its topics, put back from the archive."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from aiokafka.errors import KafkaError
from filrouge_archive.archive import Archive
from filrouge_archive.errors import ArchiveError
from filrouge_archive.note import Verifier
from filrouge_chassis.errors import LogLost, Transient
from filrouge_chassis.testing.failpoints import install_from
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from filrouge.audit.archived import open_archive
from filrouge.commands.audit.options import with_verifiers
from filrouge.commands.options import of_kafka
from filrouge.restoring.check import check as check_it
from filrouge.restoring.problems import RestoreRefused
from filrouge.restoring.restore import Restored, Restoring
from filrouge.stream import Progress as ShowProgress


@click.command()
@click.argument("archive", envvar="FILROUGE_SOURCE")
@of_kafka
@with_verifiers
@click.option("--make-topics", is_flag=True, help="Make those that are missing.")
@click.option(
    "--lanes",
    type=click.IntRange(1),
    help="If more than the archive has records of: how many every service has.",
)
@click.option(
    "--by", default="operator", show_default=True, help="An office; it stands in the event."
)
@click.option("--loose-ends", is_flag=True, help="Even if lanes will not be able to go on.")
@click.option("--check", is_flag=True, help="Change nothing; compare every record.")
def restore(
    archive: str,
    kafka: str,
    verifiers: list[Verifier],
    make_topics: bool,
    lanes: int | None,
    by: str,
    loose_ends: bool,
    check: bool,
) -> None:
    """Put what Kafka has lost back from ARCHIVE: every record at its offset, with its time. Stop all services
    first. What does not verify is not put back. Run it again if it was cut off: it goes on."""
    install_from(os.environ.get("FILROUGE_FAILPOINTS", ""))
    opened = open_archive(archive, verifiers)
    with _shown() as progress:
        if check:
            compared = asyncio.run(check_it(opened, kafka, progress))
            said: str | Table = f"{compared:,} records are in Kafka as they are in the archive"
        else:
            restoring = Restoring(opened, kafka, by, progress)
            said = _table(opened, asyncio.run(restoring.run(make_topics, lanes, loose_ends)))
    Console(highlight=False).print(said)


@contextmanager
def _shown() -> Iterator[ShowProgress]:
    """How far it is. Raises RestoreRefused, in a sentence, for whatever is known to go wrong."""
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("records", total=None)
        try:
            yield lambda done, total: shown.update(task, completed=done, total=total)
        except* (ArchiveError, KafkaError, LogLost, RestoreRefused, Transient) as errors:
            first: BaseException = errors
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            raise RestoreRefused(str(first)) from first


def _table(archive: Archive, found: Restored) -> Table:
    rate = found.put_back / max(found.seconds, 0.001)
    table = Table(show_header=False)
    for name, value in (
        ("archive", f"{archive.name}, {archive.commits:,} commits"),
        ("topics, partitions", f"{found.topics:,}, {found.partitions:,}"),
        ("records", f"{found.records:,}"),
        ("put back now", f"{found.put_back:,} in {found.seconds:.1f} s ({rate:,.0f} a second)"),
        ("of these erased", f"{found.erased:,}"),
    ):
        table.add_row(name, value)
    return table
