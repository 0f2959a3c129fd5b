"""`filrouge audit replay`: a part of the past on the screen, as lines of JSON, or on a sandbox's broker."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click
from filrouge_chassis.records import Partition
from filrouge_contracts.entry import SERVICES
from rich.console import Console

from filrouge.audit.errors import AuditFailed
from filrouge.audit.past_state import time_of
from filrouge.audit.replay import Chosen, choose, line
from filrouge.audit.sandbox import PREFIX, Pace, check_sandbox, send
from filrouge.audit.selection import Selection
from filrouge.audit.source import Opener
from filrouge.commands.audit.options import from_source


@click.command()
@click.option("--case", metavar="KEY|TRACE", help="An aggregate and what it led to, or a trace.")
@click.option("--partner", help="Its words, the answers, and the facts that they became.")
@click.option("--type", help="Such as OrderPlaced.")
@click.option("--service", type=click.Choice(SERVICES), help="Who said it.")
@click.option("--key", help="The aggregate that said it, or that it is about.")
@click.option("--since", metavar="TIME", help="From this moment on.")
@click.option("--until", metavar="TIME", help="Before this moment.")
@click.option("--record-time", is_flag=True, help="Times are the broker's, not the events'.")
@click.option("--on", metavar="TOPIC/N", help="Of this partition only.")
@click.option("--offsets", metavar="FIRST:END", help="With --on: from FIRST to before END.")
@click.option("--journals", is_flag=True, help="What lanes note of their batches, too.")
@click.option("--ndjson", is_flag=True, help="A line of JSON per record, with all data.")
@click.option("--to", "target", metavar="HOST:PORT", help="Send it to this sandbox's Kafka.")
@click.option(
    "--speed", type=click.FloatRange(0, min_open=True), help="With --to: 1 is as it happened."
)
@click.option("--yes", is_flag=True, help="With --to: do not ask.")
@from_source
def replay(
    opener: Opener,
    ndjson: bool,
    target: str | None,
    speed: float | None,
    yes: bool,
    **conditions: Any,
) -> None:
    """Show what was recorded, in the order in which it was; every condition that is given must hold.

    Moments are compared with the events' own time. With --to it is published on topics that begin with
    "replay.", at once or at a speed, to a broker that holds nothing of an installation.
    """
    selection = _selection(**conditions)
    if target is None:
        asyncio.run(_print(opener, selection, ndjson))
        return
    asyncio.run(check_sandbox(target))
    chosen = asyncio.run(_choose(opener, selection))
    if not chosen.count:
        raise AuditFailed("nothing that is recorded fits: there is nothing to send")
    click.echo(_announced(chosen, target, speed))
    if not yes:
        click.confirm("Send it?", abort=True)
    with Console(stderr=True).status("replaying"):
        sent = asyncio.run(send(chosen, target, Pace(speed or 0.0)))
    click.echo(f"{sent:,} records sent")


def _selection(
    since: str | None, until: str | None, on: str | None, offsets: str | None, **same: Any
) -> Selection:
    return Selection(
        since=None if since is None else time_of(since),
        until=None if until is None else time_of(until),
        on=None if on is None else _partition(on),
        offsets=None if offsets is None else _offsets(offsets),
        **same,
    )


def _partition(text: str) -> Partition:
    try:
        return Partition.parse(text)
    except ValueError as error:
        raise AuditFailed(f"{text!r} is no partition: write topic/number") from error


def _offsets(text: str) -> tuple[int, int]:
    try:
        first, end = text.split(":")
        return int(first), int(end)
    except ValueError as error:
        raise AuditFailed(f"{text!r} is no range of offsets: write FIRST:END") from error


async def _choose(opener: Opener, selection: Selection) -> Chosen:
    return await choose(await opener(), selection)


async def _print(opener: Opener, selection: Selection, ndjson: bool) -> None:
    chosen = await _choose(opener, selection)
    async for one, _record in chosen.records():
        click.echo(json.dumps(one.as_json(), ensure_ascii=False) if ndjson else line(one))


def _announced(chosen: Chosen, target: str, speed: float | None) -> str:
    seconds = (chosen.last_ms - chosen.first_ms) / 1000
    how = "at once" if speed is None else f"at speed {speed:g}, in {seconds / speed:,.0f} seconds"
    return (
        f"{chosen.count:,} records of {len(chosen.topics)} topics to {target}, on topics that begin"
        f" with {PREFIX!r}, {how}."
    )
