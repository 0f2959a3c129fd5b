"""`filrouge smoke`: whether an installation works, from a partner's door to a proof."""

from __future__ import annotations

import asyncio

import click
from filrouge_archive.note import Verifier

from filrouge.commands.audit.options import with_verifiers
from filrouge.commands.options import of_kafka
from filrouge.smoke import SmokeFailed
from filrouge.smoke import smoke as smoke_it


@click.command()
@click.option("--partner", default="smoke", show_default=True, help="A registered one.")
@click.option("--receipts", required=True, metavar="URL", help="Where audit_trail answers.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds for all of it.")
@with_verifiers
@of_kafka
def smoke(
    partner: str, receipts: str, timeout: float, verifiers: list[Verifier], kafka: str
) -> None:
    """Say one harmless word, wait for its verdict, and check the proof that it was archived."""
    if not verifiers:
        raise SmokeFailed("whose signature is to be believed: --verifier KEY, or a file of keys")
    asyncio.run(_smoke(kafka, partner, receipts, verifiers, timeout))


async def _smoke(
    kafka: str, partner: str, receipts: str, verifiers: list[Verifier], timeout_seconds: float
) -> None:
    async for line in smoke_it(kafka, partner, receipts, verifiers, timeout_seconds):
        click.echo(line)
