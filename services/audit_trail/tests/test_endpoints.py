"""Over HTTP: a receipt that holds, for which an event is there first; health and metrics leave none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from audit_trail.endpoints import Asked, Endpoints, parsed
from audit_trail.metrics import TrailMetrics
from audit_trail.problems import Wrong
from audit_trail.receipts import Receipts
from filrouge_archive.archiver import Archiver
from filrouge_archive.receipt import Receipt
from filrouge_archive.store import Store
from filrouge_chassis.errors import PublishFailed
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import AccessRecorded
from filrouge_contracts.register import REGISTER
from filrouge_contracts.verdicts import Position, VerdictGiven
from prometheus_client import CollectorRegistry, make_asgi_app

from services.audit_trail.tests.around import AUDITED, FACTS, PARTNER, SALT, SIGNER

VERDICTS = Partition("partners.school-1.verdicts.g1", 0)
SOURCE = "urn:filrouge:partner:school-1"
WORDS = [b"accepted", b"the same again", b"another under its id", b"refused"]
OUTCOMES = [("1", "accepted"), ("1", "duplicate"), ("1", "conflict"), ("2", "refused")]


def verdict(offset: int, event_id: str, outcome: str) -> VerdictGiven:
    return VerdictGiven.model_validate(
        {
            "partner": "school-1",
            "event_source": SOURCE,
            "event_id": event_id,
            "outcome": outcome,
            "rule": outcome,
            "detail": "d",
            "remedy": "r",
            "payload_sha256": "0" * 64,
            "position": Position(topic=PARTNER.topic, partition=0, offset=offset),
        }
    )


@pytest.fixture
def archiver() -> Archiver:
    archiver = Archiver(Store("memory:"), SIGNER, SALT, "w")
    key_of = REGISTER.by_model[VerdictGiven].key_of
    said = [RawRecord(*PARTNER, n, 0, b"k", words) for n, words in enumerate(WORDS)]
    answers = []
    for offset, (event_id, outcome) in enumerate(OUTCOMES):
        event = verdict(offset, event_id, outcome)
        key = key_of(event).encode()
        answers.append(RawRecord(*VERDICTS, offset, 0, key, event.to_json()))
    for place, records in ((PARTNER, said), (VERDICTS, answers)):
        archiver.open(place)
        archiver.append(place, records)
    archiver.commit(1)
    return archiver


class Asking:
    """The endpoints, a broker that holds what they say, and what is asked of them."""

    def __init__(self, store: Store) -> None:
        self.broker, self.registry = FakeBroker(), CollectorRegistry()
        self.problems: list[str] = []
        self.endpoints = Endpoints(
            Receipts(store, [SIGNER.verifier]),
            Voice(FakeLog(self.broker, self._turn), "audit_trail"),
            TrailMetrics(self.registry),
            make_asgi_app(self.registry),
            lambda: self.problems,
            self._end_of,
        )
        self.away: Callable[[], None] = lambda: None

    async def _end_of(self, place: Partition, _beyond: int) -> int | None:
        """In Kafka is one record of the partner more than in the archive, and one fact."""
        return {PARTNER: 5, VERDICTS: 4, FACTS: 1}.get(place)

    async def _turn(self, _step: str) -> None:
        self.away()

    async def get(self, target: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        sent = await self._sent(target, method, **headers)
        body = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], body.decode()

    async def headers(self, target: str, method: str = "GET") -> dict[str, str]:
        """Of the answer."""
        sent = await self._sent(target, method)
        return {name.decode(): value.decode() for name, value in sent[0]["headers"]}

    async def _sent(self, target: str, method: str, **headers: str) -> list[dict[str, Any]]:
        path, _, query = target.partition("?")
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        }
        await self.endpoints(scope, receive, send)
        return sent

    @property
    def accesses(self) -> list[AccessRecorded]:
        records = self.broker.partitions[AUDITED]
        return [AccessRecorded.from_json(record.value or b"") for record in records]


@pytest.fixture
def asking(archiver: Archiver) -> Asking:
    return Asking(archiver._store)


async def test_a_receipt_holds_and_its_event_is_there(asking: Asking) -> None:
    before = datetime.now(UTC)
    status, body = await asking.get(f"/receipts/{PARTNER}/3", x_forwarded_user="auditor-3")
    found = json.loads(body)
    assert status == 200
    record = Receipt(found["record"], found["commit"]).verify([SIGNER.verifier])
    assert (record.topic, record.partition, record.offset) == (*PARTNER, 3)
    assert record.value == b"refused"
    (access,) = asking.accesses
    assert (access.reader, access.topic, access.offset) == ("auditor-3", PARTNER.topic, 3)
    assert before <= access.accessed_at <= datetime.now(UTC)
    files = [(await asking.get(f"/receipts/{PARTNER}/3/{name}.tlog-proof"))[1] for name in
             ("record", "commit")]  # fmt: skip
    assert Receipt(*files).verify([SIGNER.verifier]) == record
    assert [one.reader for one in asking.accesses[1:]] == ["unnamed", "unnamed"]


@pytest.mark.parametrize(("event_id", "words"), [("1", b"accepted"), ("2", b"refused")])
async def test_a_partners_event_is_the_record_that_was_decided_about(
    asking: Asking, event_id: str, words: bytes
) -> None:
    status, body = await asking.get(f"/receipts?source={SOURCE}&id={event_id}")
    assert status == 200
    found = json.loads(body)
    record = Receipt(found["record"], found["commit"]).verify([SIGNER.verifier])
    assert record.value == words


@pytest.mark.parametrize(
    ("target", "status", "rule", "where", "words"),
    [
        (f"/receipts/{PARTNER}/4", 409, "not-signed-yet", f"{PARTNER}/4", "no signed commit yet"),
        (f"/receipts/{FACTS}/0", 409, "not-signed-yet", f"{FACTS}/0", "no signed commit yet"),
        (f"/receipts/{PARTNER}/5", 404, "record-unknown", f"{PARTNER}/5", "it ends before 5"),
        ("/receipts/other.g1/0/0", 404, "partition-unknown", "other.g1/0/0", "is no partition"),
        (f"/receipts?source={SOURCE}&id=3", 404, "event-unknown", f"said:{SOURCE}/3", "no verdict"),
        (
            "/receipts?source=urn:filrouge:partner:nobody&id=1",
            404,
            "event-unknown",
            "nobody",
            "no v",
        ),
        ("/receipts?source=school-1&id=1", 400, "source", "source", "is no partner's source"),
        (f"/receipts?source={SOURCE}", 400, "parameter-once", "id", "id is missing"),
        (f"/receipts?source={SOURCE}&id=1&id=2", 400, "parameter-once", "id", "is said 2 times"),
        (f"/receipts/{PARTNER}/-1", 400, "offset-digits", "offset", "'-1', not a number"),
        (f"/receipts/{PARTNER}/²", 400, "offset-digits", "offset", "not a number"),
        (f"/receipts/{PARTNER.topic}/x/0", 400, "partition-digits", "partition", "not a number"),
        (
            f"/receipts/{PARTNER}/0/other.tlog-proof",
            404,
            "file-unknown",
            "path",
            "other.tlog-proof",
        ),
        (f"/receipts/{PARTNER}/0/record", 404, "file-unknown", "path", "has no file 'record'"),
        ("/receipts/", 404, "path-unknown", "path", "/receipts/ is no path"),
        ("/", 404, "path-unknown", "path", "/ is no path"),
    ],
)
async def test_what_cannot_be_given_is_explained_and_leaves_no_event(
    asking: Asking, target: str, status: int, rule: str, where: str, words: str
) -> None:
    found, body = await asking.get(target)
    said = json.loads(body)
    assert (found, said["rule"], where in said["where"]) == (status, rule, True), body
    assert words in said["error"], body
    assert said.keys() == {"error", "where", "rule", "remedy"}
    assert said["remedy"].endswith(".")
    assert asking.accesses == []


async def test_a_question_that_may_be_asked_again_says_when_and_a_wrong_verb_which_is_right(
    asking: Asking,
) -> None:
    assert (await asking.headers(f"/receipts/{PARTNER}/4"))["retry-after"] == "1"
    assert "retry-after" not in await asking.headers(f"/receipts/{PARTNER}/5")
    assert (await asking.headers(f"/receipts/{PARTNER}/0", "PUT"))["allow"] == "GET"
    assert (await asking.get(f"/receipts/{PARTNER}/0", "PUT"))[0] == 405


async def test_damage_is_ours_and_says_who_is_to_be_told(
    asking: Asking, archiver: Archiver
) -> None:
    (path,) = (one for one in archiver._store.list("tail") if "/0-" in one)
    archiver._store.delete([path])
    status, body = await asking.get(f"/receipts/{PARTNER}/0")
    said = json.loads(body)
    assert (status, said["rule"]) == (500, "archive-damaged")
    assert "filrouge audit verify" in said["remedy"]


@pytest.mark.parametrize("reader", ["", "x" * 201, "two\nlines"])
async def test_a_reader_has_a_name_that_can_be_written_down(asking: Asking, reader: str) -> None:
    assert (await asking.get(f"/receipts/{PARTNER}/0", x_forwarded_user=reader))[0] == 400
    assert asking.accesses == []


async def test_erased_words_are_not_given(asking: Asking, archiver: Archiver) -> None:
    assert archiver.erase(PARTNER, 1)
    status, body = await asking.get(f"/receipts/{PARTNER}/1")
    assert status == 410
    assert "was erased" in json.loads(body)["error"]
    assert (await asking.get(f"/receipts/{PARTNER}/0"))[0] == 200


async def test_nothing_is_given_while_kafka_does_not_take_the_event(asking: Asking) -> None:
    def fail() -> None:
        raise PublishFailed("Kafka is away")

    asking.away = fail
    status, body = await asking.get(f"/receipts/{PARTNER}/0")
    assert (status, "record" in json.loads(body)) == (503, False)
    asking.away = lambda: None
    assert (await asking.get(f"/receipts/{PARTNER}/0"))[0] == 200
    (record,) = asking.broker.partitions[AUDITED]
    assert dict(record.headers)["ce_sequence"] == b"1"


async def test_health_and_metrics_leave_no_event(asking: Asking) -> None:
    assert await asking.get("/livez") == (200, "ok")
    assert await asking.get("/readyz") == (200, "ok")
    asking.problems.append("partitions are being taken up")
    assert await asking.get("/readyz") == (503, "partitions are being taken up")
    await asking.get("/nowhere")
    status, page = await asking.get("/metrics")
    assert status == 200
    assert 'filrouge_receipts_asked_total{status="404"} 1.0' in page
    assert asking.accesses == []


def test_what_is_asked_is_read_in_one_way() -> None:
    assert parsed("GET", "/receipts/a.g1/0/7", b"") == Asked((Partition("a.g1", 0), 7), None, None)
    by_event = parsed("GET", "/receipts", b"source=urn%3Aa&id=x%2Fy")
    assert by_event == Asked(None, ("urn:a", "x/y"), None)
    with pytest.raises(Wrong, match="POST is not allowed"):
        parsed("POST", "/receipts/a.g1/0/7", b"")


def test_a_receipt_is_found_in_what_came_since_the_archive_was_opened(
    archiver: Archiver, tmp_path: Path
) -> None:
    receipts = Receipts(archiver._store, [SIGNER.verifier])
    assert receipts.at(PARTNER, 3).offset == 3
    archiver.append(PARTNER, [RawRecord(*PARTNER, 4, 0, b"k", b"since then")])
    archiver.commit(2)
    found = receipts.at(PARTNER, 4)
    assert found.receipt.verify([SIGNER.verifier]).value == b"since then"
