"""What the demo asks of the archive: that it has everything, a receipt that holds, words that are erased."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from filrouge_archive.archive import Archive
from filrouge_archive.errors import Erased, NotYet
from filrouge_archive.receipt import Receipt
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.records import Partition
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.topics import VERDICTS
from filrouge_contracts.verdicts import Position, VerdictGiven

from filrouge.local_archive import LocalArchive
from filrouge.stream import our_partitions

PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 60.0
READER = "demo"
Erase = Callable[[RecordErased], Awaitable[None]]
GROUND = "GDPR, article 17(1): invented for the demo"


class NotArchived(Exception):
    """Something did not come to the archive in time."""


async def wait_until_archived(kafka: str, archive: LocalArchive) -> Archive:
    """Returns it as it is when every partition is archived as far as Kafka has it now."""
    partitions = await our_partitions(kafka)
    places = [Partition(name, n) for name, count in partitions.items() for n in range(count)]
    bounds = await KafkaLog(kafka, "workbench").bounds(places)

    def complete() -> Archive | None:
        opened = Archive.open(archive.url, archive.verifiers())
        behind = [place for place in places if opened.bounds(place)[1] < bounds[place][1]]
        return None if behind else opened

    return await _eventually(complete, "every partition is archived")


def ask(port: int, source: str, event_id: str) -> Receipt:
    """The receipt of what a partner said, over HTTP, as whoever has a proxy in front would."""
    query = urlencode({"source": source, "id": event_id})
    url = f"http://127.0.0.1:{port}/receipts?{query}"
    with urlopen(Request(url, headers={"X-Forwarded-User": READER})) as answer:
        found: dict[str, Any] = json.load(answer)
    return Receipt(found["record"], found["commit"])


def verdicts(archive: Archive) -> Iterator[VerdictGiven]:
    """All of them, partner by partner."""
    prefix, _, suffix = VERDICTS.partition("{partner}")
    for place in sorted(archive.partitions):
        if place.topic.startswith(prefix) and place.topic.endswith(suffix):
            for chunk in archive.read(place, *archive.bounds(place)):
                for record in chunk:
                    yield VerdictGiven.from_json(record.value or b"")


async def erase(say: Erase, archive: LocalArchive, words: Position) -> None:
    """Returns when the words are gone, and what proves that they were there is not."""
    place = Partition(words.topic, words.partition)
    said = RecordErased(
        erased_by=READER,
        ground=GROUND,
        **words.model_dump(),
        erased_at=datetime.now(UTC),
    )
    await say(said)

    def gone() -> Archive | None:
        opened = Archive.open(archive.url, archive.verifiers())
        try:
            opened.receipt(place, words.offset)
        except Erased:
            return opened
        return None

    opened = await _eventually(gone, f"the words of {place}/{words.offset} are erased")
    opened.verify(place)


async def _eventually(look: Callable[[], Archive | None], what: str) -> Archive:
    """Looks again and again; an archive that is being begun is not there yet."""
    why = ""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    if found := await asyncio.to_thread(look):
                        return found
                except NotYet as error:
                    why = f": {error}"
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as error:
        seconds = f"{PATIENCE_SECONDS:g} seconds"
        raise NotArchived(f"not so within {seconds}: {what}{why}") from error
