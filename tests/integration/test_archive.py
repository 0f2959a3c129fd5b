"""A whole play in the archive: every record as Kafka has it, receipts at once, words erased and proofs kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from filrouge.archived import wait_until_archived
from filrouge.kafka_world import kafka_world, prepare
from filrouge.local_archive import LocalArchive
from filrouge.operator import Operator, OperatorRefuses
from filrouge.simulator.client import Client
from filrouge.simulator.plan import Line, Opening
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.says import open_credits
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.stream import kafka_source
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.verification import check_installation
from filrouge_archive.archive import Archive
from filrouge_archive.entry import decode_entry
from filrouge_archive.errors import Erased
from filrouge_archive.receipt import Receipt
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import AccessRecorded, RecordErased
from filrouge_contracts.topics import AUDIT
from filrouge_contracts.verdicts import VerdictGiven

pytestmark = pytest.mark.stack
LANES = 2
SCALE, SEED = 0.002, 11
RECEIPT_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
Answer = tuple[int, Any]


@dataclass
class Installation:
    """After a play: everything still runs, the archiver too."""

    stack: Stack
    supervisor: Supervisor
    play: Play
    archive: LocalArchive
    trail: ServiceProcess

    def opened(self) -> Archive:
        """When it has all that Kafka has."""
        return asyncio.run(wait_until_archived(self.stack.kafka, self.archive))

    def ask(self, path: str, reader: str | None = None) -> Answer:
        headers = {} if reader is None else {"X-Forwarded-User": reader}
        request = Request(f"http://127.0.0.1:{self.trail.http_port}{path}", headers=headers)
        try:
            with urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, json.load(error)["error"]

    def kafka(self) -> Mapping[Partition, list[Any]]:
        return asyncio.run(_everything(self.stack.kafka))


async def _everything(kafka: str) -> Mapping[Partition, list[Any]]:
    found: dict[Partition, list[Any]] = {}
    async for record in (await kafka_source(kafka)).records():
        found.setdefault(Partition(record.topic, record.partition), []).append(record)
    return found


@pytest.fixture(scope="module")
def played(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    play = Play(plan_of(SCALE, SEED))
    archive = LocalArchive(tmp_path_factory.mktemp("archived"))
    asyncio.run(empty(stack))
    asyncio.run(prepare(stack, LANES, play.plan.cast))
    with supervised(stack, LANES) as supervisor:
        supervisor.start_all()
        trail = archive.start(supervisor).wait_ready()
        asyncio.run(_play(stack, play))
        yield Installation(stack, supervisor, play, archive, trail)
    asyncio.run(empty(stack))


async def _play(stack: Stack, play: Play) -> None:
    async with kafka_world(stack, LANES, play.plan.cast, play) as world:
        await play.run(world)


def test_every_record_is_archived_as_kafka_has_it(played: Installation) -> None:
    archive, kafka = played.opened(), played.kafka()
    assert sum(map(len, kafka.values())) > 10_000
    assert set(archive.partitions) == set(kafka)
    for place, records in kafka.items():
        found = [one for chunk in archive.read(place, 0, len(records)) for one in chunk]
        assert found == [_plain(record) for record in records]
        leaves = [leaf for _, chunk in archive.raw(place, 0, len(records)) for leaf in chunk]
        types = [decode_entry(leaf, str(place)).timestamp_type for leaf in leaves]
        assert types == [record.timestamp_type for record in records]
        archive.verify(place)
    archive.verify_manifest()


def _plain(record: Any) -> RawRecord:
    return RawRecord(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple(record.headers),
    )


def test_a_second_archiver_writes_the_same_bytes_from_scratch(
    played: Installation, tmp_path: Path
) -> None:
    first = played.opened()
    second = replace(played.archive, given_url=str(tmp_path / "second"))
    memory = {"FILROUGE_ARCHIVE_MEMORY": str(tmp_path / "memory")}
    process = played.supervisor.start("audit_trail", 2, {**second.environment(), **memory})
    process.wait_ready()
    asyncio.run(wait_until_archived(played.stack.kafka, second))
    process.stop()
    played.trail.restart()
    played.trail.wait_ready()
    ours, theirs = Store(played.archive.url), Store(second.url)
    whole = [path for path in theirs.list("log") if ".p/" not in path]
    assert len(whole) > len(first.partitions)
    assert [path for path in ours.list("log") if ".p/" not in path] == whole
    assert [path for path in whole if ours.get(path) != theirs.get(path)] == []
    assert theirs.list("beside") == ours.list("beside")


def test_a_partner_has_the_receipt_of_what_it_said_two_seconds_after_the_verdict(
    played: Installation,
) -> None:
    cast, identity = played.play.plan.cast, "for-a-receipt"
    word = open_credits(cast, Line("P147-R", "UO-1", ()), Opening(0, 100, 100), "UO-1", identity)
    query = urlencode({"source": cast.ministry.source, "id": identity})
    assert played.ask(f"/receipts?{query}")[0] == 404

    asyncio.run(_say_and_wait_for_the_verdict(played, word))
    told = time.monotonic()
    answers: list[Answer] = []

    def given() -> bool:
        answers.append(played.ask(f"/receipts?{query}", "ministry"))
        return answers[-1][0] == 200

    wait_until(given, PATIENCE_SECONDS, lambda why: AssertionError(f"{answers[-1]}: {why}"))
    delay_seconds = time.monotonic() - told
    assert delay_seconds < RECEIPT_SECONDS
    found = json.loads(answers[-1][1])
    record = Receipt(found["record"], found["commit"]).verify(played.archive.verifiers())
    assert record.value == word.value
    assert (record.topic, record.offset) == (found["topic"], found["offset"])
    path = f"/receipts/{record.topic}/{record.partition}/{record.offset}"
    files = [played.ask(f"{path}/{name}.tlog-proof")[1] for name in ("record", "commit")]
    assert Receipt(*files).verify(played.archive.verifiers()) == record
    accesses = [one for one in _said(played, AccessRecorded) if one.offset == record.offset]
    assert [one.reader for one in accesses] == ["ministry", "unnamed", "unnamed"]


async def _say_and_wait_for_the_verdict(played: Installation, word: Any) -> None:
    class Listening:
        wants = frozenset((VerdictGiven.event_type,))
        heard = False

        def take(self, _kind: str, data: Mapping[str, Any]) -> None:
            self.heard = self.heard or data["event_id"] == "for-a-receipt"

    listening = Listening()
    async with Client(played.stack.kafka, LANES, [word.partner.id], listening) as client:
        await client.read()
        await client.say([word])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not listening.heard:
                await client.read()


def _said(played: Installation, model: type[Any]) -> list[Any]:
    """What stands on the audit topic."""
    found = played.kafka()[Partition(AUDIT, 0)]
    return [
        model.from_json(record.value)
        for record in found
        if dict(record.headers)["ce_type"] == model.event_type.encode()
    ]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/receipts/budget.g1/0/999999", 404, "budget.g1/0 has no record 999999: it ends before"),
        ("/receipts/nothing.g1/0/0", 404, "nothing.g1/0 is no partition of this installation"),
        ("/receipts/budget.g1/0/first", 400, "offset is 'first', not a number"),
        ("/receipts?source=somebody&id=1", 400, "is no partner's source"),
        (
            "/receipts?source=urn:filrouge:partner:ministry&id=?",
            404,
            "has no verdict on this event",
        ),
        ("/receipts?id=1", 400, "source is missing"),
        ("/", 404, "/ is no path of this service"),
    ],
)
def test_who_asks_for_what_is_not_there_is_told_so(
    played: Installation, path: str, status: int, words: str
) -> None:
    before = len(_said(played, AccessRecorded))
    found, sentence = played.ask(path)
    assert (found, words in sentence) == (status, True), sentence
    assert len(_said(played, AccessRecorded)) == before


def test_erased_words_are_gone_and_everything_that_proves_them_stays(played: Installation) -> None:
    archive = played.opened()
    verdicts = [place for place in archive.partitions if place.topic.endswith(".verdicts.g1")]
    refused = next(
        verdict.position
        for place in verdicts
        for chunk in archive.read(place, *archive.bounds(place))
        for verdict in (VerdictGiven.from_json(record.value or b"") for record in chunk)
        if verdict.outcome == "refused"
    )
    place = Partition(refused.topic, refused.partition)
    path = f"/receipts/{place}/{refused.offset}"
    assert played.ask(path)[0] == 200
    asyncio.run(_erase(played, refused.topic, refused.offset))
    wait_until(
        lambda: played.ask(path)[0] == 410,
        PATIENCE_SECONDS,
        lambda why: AssertionError(f"the words are there: {why}"),
    )
    after = played.opened()
    after.verify(place)
    with pytest.raises(Erased):
        list(after.read(place, refused.offset, refused.offset + 1))
    played.trail.kill()  # what is written again after a restart is deleted again
    played.trail.start()
    played.trail.wait_ready()
    assert played.ask(path)[0] == 410
    report = asyncio.run(check_installation(played.stack.kafka))
    assert [str(breach) for breach in report.breaches] == []


async def _erase(played: Installation, topic: str, offset: int) -> None:
    erasure = RecordErased(
        erased_by="data-protection-office",
        ground="GDPR, article 17(1)(d)",
        topic=topic,
        partition=0,
        offset=offset,
        erased_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with Operator(played.stack.kafka, LANES) as operator:
        with pytest.raises(OperatorRefuses, match=r"budget\.g1 cannot be erased"):
            await operator.erase(erasure.model_copy(update={"topic": "budget.g1"}))
        await operator.erase(erasure)
