"""`filrouge audit receipt`: proof of one record, in files; and the check of such files, offline."""

from __future__ import annotations

from pathlib import Path

import click
from filrouge_archive.note import Verifier

from filrouge.audit.archived import open_archive
from filrouge.audit.errors import AuditFailed
from filrouge.audit.receipt import (
    KEYS,
    check_receipt,
    place_of,
    receipt_of,
    write_receipt,
)
from filrouge.audit.told import Place
from filrouge.commands.audit.options import parsed_keys, with_verifiers

HOW = """\
To check them, offline: filrouge audit receipt --check {folder} --verifier KEY
By hand, or with other people's tools for C2SP tlog-proof: the record's leaf leads to its log's root, a head of
commit.json says this root, and the commit's leaf leads to the manifest's root; both checkpoints are signed."""


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="EVENT_ID|TOPIC/PARTITION/OFFSET")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to; else a folder of the place's name.",
)
@click.option("--check", "checking", is_flag=True, help="WHAT are the files, or their folder.")
@click.option("--source", envvar="FILROUGE_SOURCE", metavar="URL", help="The archive.")
@with_verifiers
def receipt(
    what: tuple[str, ...],
    folder: Path | None,
    checking: bool,
    source: str | None,
    verifiers: list[Verifier],
) -> None:
    """Write the receipt of a record: the two .tlog-proof files, the commit and the keys."""
    if checking:
        _check([Path(one) for one in what], verifiers)
        return
    if source is None or len(what) != 1:
        raise AuditFailed("name one record, and the archive: --source URL, or FILROUGE_SOURCE")
    archive = open_archive(source, verifiers)
    place = place_of(archive, what[0])
    to = folder or Path(str(place).replace("/", "-"))
    for path in write_receipt(receipt_of(archive, place), archive.verifiers, to):
        click.echo(path)
    click.echo(HOW.format(folder=to))


def _check(files: list[Path], verifiers: list[Verifier]) -> None:
    """The keys that lie beside the files say nothing of who signed."""
    beside = [one / KEYS for one in files if (one / KEYS).is_file()]
    keys = verifiers or parsed_keys(None, None, tuple(str(one) for one in beside[:1]))
    if not keys:
        raise AuditFailed("whose signature is to be believed: --verifier KEY, or a file of keys")
    record = check_receipt(files, keys)
    place = Place(record.topic, record.partition, record.offset)
    click.echo(f"{place} is in {keys[0].name}: {len(record.value or b'')} bytes of value")
    if not verifiers:
        click.echo("by the keys that lie beside it; give --verifier to prove who signed")
