"""`filrouge erase`: a person's words leave the archive, on a legal ground, and an event says so.

It is not with the auditors' commands, since those change nothing: who erases is the operator, for the data
protection officer, with the operator's right to write to the topic of the audit trail.
"""

from __future__ import annotations

import asyncio

import click
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.verdicts import Position

from filrouge.audit.told import Place
from filrouge.erasing import Words, shown, wait_until_gone, words_at, words_of
from filrouge.operator import Operator, OperatorRefuses
from filrouge.running import Running, of_a_running_installation
from filrouge.stream import kafka_source

FOLLOWS = """\
What follows, and cannot be taken back:
  the archive deletes the words; that a record was there, and when, it goes on proving
  filrouge audit verify says ERASED, and filrouge audit receipt gives no receipt of it any more
  filrouge audit re-execute says NOT REPLAYABLE of the lane that read it, and of no other
  Kafka keeps its own copy until the topic's generation ends"""


@click.command()
@click.argument("what", metavar="TOPIC/PARTITION/OFFSET|EVENT_ID")
@click.option("--partner", help="Whose event it is, if WHAT is the id that the partner gave it.")
@click.option("--by", required=True, help="An account or office; never a person's name.")
@click.option("--ground", required=True, help="As 'GDPR, article 17(1)(d)'.")
@click.option("--archive", metavar="URL", help="Wait until the words are gone from it.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait for that.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@of_a_running_installation
def erase(
    running: Running,
    what: str,
    partner: str | None,
    by: str,
    ground: str,
    archive: str | None,
    timeout: float,
    yes: bool,
) -> None:
    """Have the words of a partner's record erased from the archive, and of every record that repeats or
    quotes it. An event says who had it done, and on which ground."""
    words = asyncio.run(_words(running, what, partner))
    erasure, count = words.erasure(by, ground), len(words.places)
    click.echo(f"{count} {'record holds' if count == 1 else 'records hold'} these words:")
    for place in words.places:
        click.echo(f"  {shown(place)}")
    click.echo(FOLLOWS)
    if not yes:
        click.confirm("Erase them?", abort=True)
    asyncio.run(_say(running, erasure))
    click.echo("The erasure is said; audit_trail deletes the words when it archives it.")
    if archive is not None:
        asyncio.run(wait_until_gone(archive, erasure, timeout))
        click.echo(f"The words are gone from {archive}.")


async def _words(running: Running, what: str, partner: str | None) -> Words:
    source = await kafka_source(running.kafka)
    if partner is not None:
        return await words_of(source, partner, what)
    place = Place.parse(what)
    if place is None or str(place) != what:
        raise OperatorRefuses(
            f"{what!r} is no place of a record: write topic/partition/offset, or say with --partner"
            " whose event it is the id of"
        )
    return await words_at(source, Position(**place._asdict()))


async def _say(running: Running, erasure: RecordErased) -> None:
    async with Operator(running.kafka, running.lanes) as operator:
        await operator.erase(erasure)
