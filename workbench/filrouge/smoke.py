"""One word on its way through an installation: into a partner's door, out again as a verdict and a proof.

The word is of a type that does not exist, so it is refused by design and no book knows of it. That there
is a verdict shows that the partner is registered, that the gateway has its lane, and that Kafka and
PostgreSQL take what it writes; the receipt shows that the archiver has read both and signed for them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from secrets import token_hex
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from aiokafka import TopicPartition
from filrouge_archive.errors import ArchiveError
from filrouge_archive.note import Verifier
from filrouge_archive.receipt import Receipt
from filrouge_chassis.errors import FilrougeError
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.records import Outgoing, Partition
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.topics import PARTNER_IN, VERDICTS
from filrouge_contracts.verdicts import VerdictGiven

CLIENT = "smoke"
TYPE = "fr.filrouge.smoke.word-said.v1"
REFUSED_BY = "type-unknown"
AGAIN_SECONDS, ANSWER_SECONDS = 0.5, 10.0
LATER = (404, 409, 503)
"""The verdict is not archived so far; nor is what it is on; not able to answer so far."""


class SmokeFailed(Exception):
    """Something between the door and the proof does not work: the message says how far it went."""


async def smoke(
    kafka: str, partner: str, receipts: str, verifiers: Sequence[Verifier], timeout_seconds: float
) -> AsyncIterator[str]:
    """Yields a line for each step that has worked; raises SmokeFailed at the first one that has not."""
    word = _word(partner)
    log = KafkaLog(kafka, CLIENT)
    verdicts = Partition(VERDICTS.format(partner=partner), 0)
    step = "Kafka does not take the word"
    try:
        async with asyncio.timeout(timeout_seconds):
            end = (await log.bounds([verdicts]))[verdicts][1]
            offset = await _say(log, word)
            yield f"{word.topic}/0/{offset} holds the word"
            step = "the gateway gives no verdict: does it run, is the partner registered?"
            verdict = await _verdict(log, verdicts, end, word)
            yield f"{verdicts} has the verdict: {verdict.outcome} by {verdict.rule}"
            step = f"{receipts} gives no receipt"
            receipt = await _receipt(receipts, word)
    except TimeoutError:
        raise SmokeFailed(f"{step} ({timeout_seconds:g} seconds)") from None
    except FilrougeError as error:
        raise SmokeFailed(f"{step}: {error}") from error
    _check(receipt, word, offset, verifiers)
    yield f"the receipt proves it, signed by {verifiers[0].name}"


def _word(partner: str) -> Outgoing:
    envelope = Envelope(
        id=f"smoke-{token_hex(8)}",
        source=f"urn:filrouge:partner:{partner}",
        type=TYPE,
        time=datetime.now(UTC),
        subject="smoke",
    )
    name = PARTNER_IN.format(partner=partner)
    return Outgoing(name, 0, b"smoke", b"{}", tuple(envelope.to_headers()))


async def _say(log: KafkaLog, word: Outgoing) -> int:
    publisher = await log.publisher()
    try:
        (offset,) = await publisher.publish([word])
    finally:
        await publisher.close()
    return offset


async def _verdict(log: KafkaLog, place: Partition, end: int, word: Outgoing) -> VerdictGiven:
    """The verdict on the word, which comes at `end` or later. Raises SmokeFailed if it is another one."""
    identity = dict(word.headers)["ce_id"].decode()
    async with log.reader() as consumer:
        where = TopicPartition(*place)
        consumer.assign([where])
        consumer.seek(where, end)
        while True:
            for record in (await consumer.getmany(where, timeout_ms=500)).get(where, ()):
                verdict = VerdictGiven.from_json(record.value or b"")
                if verdict.event_id == identity:
                    return _as_expected(verdict)


def _as_expected(verdict: VerdictGiven) -> VerdictGiven:
    if (verdict.outcome, verdict.rule) != ("refused", REFUSED_BY):
        raise SmokeFailed(
            f"the verdict is {verdict.outcome} by {verdict.rule}, not refused by {REFUSED_BY}"
        )
    return verdict


async def _receipt(url: str, word: Outgoing) -> Receipt:
    said = {name: value.decode() for name, value in word.headers}
    query = urlencode({"source": said["ce_source"], "id": said["ce_id"]})
    while True:
        found = await asyncio.to_thread(_asked, f"{url.rstrip('/')}/receipts?{query}")
        if found is not None:
            return found
        await asyncio.sleep(AGAIN_SECONDS)


def _asked(url: str) -> Receipt | None:
    """None if it is too early. Raises SmokeFailed."""
    request = Request(url, headers={"X-Forwarded-User": CLIENT})
    try:
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:
            found = json.load(answer)
    except HTTPError as error:
        with error:
            if error.code in LATER:
                return None
            raise SmokeFailed(f"{url}: {error.code}: {error.read().decode()}") from error
    except (URLError, TimeoutError):
        return None
    return Receipt(found["record"], found["commit"])


def _check(receipt: Receipt, word: Outgoing, offset: int, verifiers: Sequence[Verifier]) -> None:
    try:
        record = receipt.verify(list(verifiers))
    except ArchiveError as error:
        raise SmokeFailed(f"the receipt does not hold: {error}") from error
    if (record.topic, record.offset, record.value, record.headers) != (
        word.topic,
        offset,
        word.value,
        word.headers,
    ):
        raise SmokeFailed(f"the receipt is of {record.topic}/0/{record.offset}, or of other bytes")
