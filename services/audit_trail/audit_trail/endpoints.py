"""What is asked over HTTP: health, metrics, and receipts, each of which leaves an event before it is given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from filrouge_archive.errors import ArchiveError
from filrouge_chassis.errors import Transient
from filrouge_chassis.records import Partition
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import AccessRecorded

from audit_trail import log_events
from audit_trail.metrics import TrailMetrics
from audit_trail.problems import (
    AGAIN_SECONDS,
    HOW,
    Problem,
    Wrong,
    malformed,
    not_allowed,
    problem_of,
    unknown,
)
from audit_trail.receipts import Found, Receipts

READER_HEADER = b"x-forwarded-user"
UNNAMED = "unnamed"
READER_CHARACTERS_AT_MOST = 200
PROOFS = ("record", "commit")
PROOF_SUFFIX = ".tlog-proof"
Application = Callable[..., Awaitable[None]]


class Answer(NamedTuple):
    status: int
    body: bytes
    kind: bytes = b"application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


class Asked(NamedTuple):
    """A request for a receipt: by position or by a partner's event; as a whole, or one of its files."""

    position: tuple[Partition, int] | None
    event: tuple[str, str] | None
    file: str | None

    @property
    def where(self) -> str:
        """What it is about, in words for who asked."""
        if self.position is not None:
            return f"{self.position[0]}/{self.position[1]}"
        assert self.event is not None
        return f"source {self.event[0]}, id {self.event[1]}"


class Endpoints:
    """An ASGI application. Who asks is whom the proxy in front of it says; it listens on loopback."""

    def __init__(
        self,
        receipts: Receipts,
        voice: Voice,
        metrics: TrailMetrics,
        metrics_page: Application,
        problems: Callable[[], Sequence[str]],
        end_of: Callable[[Partition, int], Awaitable[int | None]],
    ) -> None:
        """`problems`: why it is not ready; `end_of`: how far a partition reaches in Kafka, asked with the
        offset that it has to reach beyond; None if there is no such partition."""
        self._receipts, self._voice, self._metrics = receipts, voice, metrics
        self._metrics_page, self._problems, self._end_of = metrics_page, problems, end_of

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/metrics"):
            await self._metrics_page(scope, receive, send)
        elif path == "/livez":
            await _send(send, _health(()))
        elif path == "/readyz":
            await _send(send, _health(self._problems()))
        else:
            answer = await self._receipt(scope)
            self._metrics.asked(answer.status)
            await _send(send, answer)

    async def _receipt(self, scope: Any) -> Answer:
        try:
            asked = parsed(scope["method"], scope["path"], scope["query_string"])
            reader = _reader(scope)
        except Wrong as wrong:
            return _refused(wrong.problem)
        try:
            await self._check_there(asked)
            found = await asyncio.to_thread(self._find, asked)
            await self._record(reader, found)
        except Wrong as wrong:
            return _refused(wrong.problem)
        except (Transient, ArchiveError) as error:
            problem = problem_of(error, asked.where)
            if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                log_events.RECEIPT_FAILED.say(error=error)
            return _refused(problem)
        return _given(found, asked.file)

    async def _check_there(self, asked: Asked) -> None:
        """Raises Wrong for a record that Kafka does not have."""
        if asked.position is None:
            return
        place, offset = asked.position
        end = await self._end_of(place, offset)
        if end is None:
            error = f"{place} is no partition of this installation"
            raise unknown("partition-unknown", asked.where, error, "Look the topic's name up.")
        if offset >= end:
            error = f"{place} has no record {offset}: it ends before {end}"
            remedy = (
                "Look the offset up; if it was written this very moment, ask again in a second."
            )
            raise unknown("record-unknown", asked.where, error, remedy)

    def _find(self, asked: Asked) -> Found:
        if asked.position is not None:
            return self._receipts.at(*asked.position)
        assert asked.event is not None
        return self._receipts.of_event(*asked.event)

    async def _record(self, reader: str, found: Found) -> None:
        """Nothing is given before Kafka holds that it is."""
        now = datetime.now(UTC)
        access = AccessRecorded(
            reader=reader,
            topic=found.place.topic,
            partition=found.place.number,
            offset=found.offset,
            accessed_at=now,
        )
        await self._voice.say(access, now)


def parsed(method: str, path: str, query: bytes) -> Asked:
    """Raises Wrong."""
    if method != "GET":
        raise not_allowed(method)
    match path.split("/"):
        case ["", "receipts", topic, partition, offset, *file] if len(file) < 2:
            return Asked(_position(topic, partition, offset), None, _file(file))
        case ["", "receipts"]:
            fields = parse_qs(query.decode("latin-1"), keep_blank_values=True)
            return Asked(None, (_once(fields, "source"), _once(fields, "id")), None)
    raise unknown("path-unknown", "path", f"{path} is no path of this service", HOW)


def _position(topic: str, partition: str, offset: str) -> tuple[Partition, int]:
    for name, text in (("partition", partition), ("offset", offset)):
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            error = f"{name} is {text[:40]!r}, not a number"
            raise malformed(f"{name}-digits", name, error, "Write partition and offset in digits.")
    return Partition(topic, int(partition)), int(offset)


def _file(parts: Sequence[str]) -> str | None:
    name = parts[0].removesuffix(PROOF_SUFFIX) if parts else None
    if name is not None and (name not in PROOFS or not parts[0].endswith(PROOF_SUFFIX)):
        remedy = "A receipt has the files record.tlog-proof and commit.tlog-proof."
        raise unknown("file-unknown", "path", f"a receipt has no file {parts[0][:80]!r}", remedy)
    return name


def _once(fields: Mapping[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) != 1 or not values[0]:
        error = f"{name} is said {len(values)} times" if values else f"{name} is missing"
        remedy = f"Say {name} once: /receipts?source=<source>&id=<id>."
        raise malformed("parameter-once", name, error, remedy)
    return values[0]


def _reader(scope: Any) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    named = headers.get(READER_HEADER, UNNAMED.encode()).decode("latin-1")
    if not named.isprintable() or not 0 < len(named) <= READER_CHARACTERS_AT_MOST:
        where, error = "X-Forwarded-User", "the reader's name cannot be written down"
        remedy = f"Have the proxy send 1 to {READER_CHARACTERS_AT_MOST} printable characters."
        raise malformed("reader-name", where, error, remedy)
    return named


def _given(found: Found, file: str | None) -> Answer:
    if file is not None:
        return Answer(200, getattr(found.receipt, file).encode(), b"text/plain; charset=utf-8")
    body = {
        "topic": found.place.topic,
        "partition": found.place.number,
        "offset": found.offset,
        **{name: getattr(found.receipt, name) for name in PROOFS},
    }
    return Answer(200, json.dumps(body, ensure_ascii=False).encode())


def _refused(problem: Problem) -> Answer:
    headers = []
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"GET"))
    if problem.passes:
        headers.append((b"retry-after", b"%d" % AGAIN_SECONDS))
    body = {name: getattr(problem, name) for name in ("error", "where", "rule", "remedy")}
    text = json.dumps(body, ensure_ascii=False)
    return Answer(problem.status, text.encode(), headers=headers)


def _health(problems: Sequence[str]) -> Answer:
    return Answer(503 if problems else 200, "\n".join(problems or ["ok"]).encode(), b"text/plain")


async def _send(send: Any, answer: Answer) -> None:
    size = b"%d" % len(answer.body)
    headers = [(b"content-type", answer.kind), (b"content-length", size), *answer.headers]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
