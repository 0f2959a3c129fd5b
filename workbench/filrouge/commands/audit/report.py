"""`filrouge audit report`: a day in numbers, signed by whoever vouches for it; and the check of such a file."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import click
from filrouge_archive.errors import Refused
from filrouge_archive.note import Signer, Verifier

from filrouge.audit.errors import AuditFailed
from filrouge.audit.report import daily_report, key_name, made_again, opened, signed, summary
from filrouge.audit.source import opener_of
from filrouge.commands.audit.options import with_verifiers

FILE = click.Path(dir_okay=False, path_type=Path)
READ = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="In UTC.")
@click.option("--out", type=FILE, help="Write it there and not to the screen.")
@click.option(
    "--key",
    type=READ,
    envvar="FILROUGE_REPORT_KEY",
    help="Sign it with the key in this file, that of <archive>/report. Also FILROUGE_REPORT_KEY.",
)
@click.option("--check", "checked", type=READ, help="Check this signed report instead.")
@click.option(
    "--source",
    envvar="FILROUGE_SOURCE",
    metavar="URL",
    help="What to read. With --check: the report has to come out of it again, to the byte.",
)
@with_verifiers
def report(
    day: datetime | None,
    out: Path | None,
    key: Path | None,
    checked: Path | None,
    source: str | None,
    verifiers: list[Verifier],
) -> None:
    """The day in numbers as canonical JSON: the same bytes for everybody who has the same record."""
    if checked is not None:
        _check(checked, source, verifiers)
        return
    if source is None or day is None:
        raise AuditFailed("name the day and what to read: --day, --source URL or FILROUGE_SOURCE")
    signer = None if key is None else _signer(key)
    said = asyncio.run(_report(source, day, signer))
    if signer is not None:
        click.echo(f"signed; the key that checks it is {signer.verifier}", err=True)
    if out is None:
        click.echo(said, nl=False)
    else:
        out.write_bytes(said)


def _check(path: Path, source: str | None, verifiers: list[Verifier]) -> None:
    if not verifiers:
        raise AuditFailed("whose signature is to be believed: --verifier KEY")
    said, signer = opened(path.read_bytes(), verifiers)
    click.echo(f"{summary(said)}, signed by {signer.name}")
    if source is not None:
        if asyncio.run(_again(source, said)) != said:
            raise AuditFailed(
                f"{path} is not what comes out of {source}: another report was signed"
            )
        click.echo(f"the same bytes come out of {source}")


def _signer(path: Path) -> Signer:
    try:
        return Signer.parse(path.read_text().strip())
    except (Refused, OSError, UnicodeDecodeError) as error:
        raise AuditFailed(f"{path} holds no key that signs: {error}") from error


async def _report(url: str, day: datetime, signer: Signer | None) -> bytes:
    source = await opener_of(url)()
    if signer is None:
        return await daily_report(source, day.date())
    if source.name and signer.name != key_name(source.name):
        raise AuditFailed(
            f"the key is that of {signer.name}, and reports of {source.name} are signed by"
            f" {key_name(source.name)}"
        )
    return signed(await daily_report(source, day.date()), signer)


async def _again(url: str, said: bytes) -> bytes:
    return await made_again(await opener_of(url)(), said)
