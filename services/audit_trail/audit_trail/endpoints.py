"""What is asked over HTTP: health, metrics, and receipts, each of which leaves an event before it is given."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from filrouge_archive.errors import ArchiveError, Erased, NotYet
from filrouge_chassis.errors import Transient
from filrouge_chassis.records import Partition
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import AccessRecorded

from audit_trail.metrics import TrailMetrics
from audit_trail.receipts import Found, Receipts

logger = logging.getLogger(__name__)
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


class Wrong(Exception):
    """What is asked cannot be answered, whoever asks how often."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Asked(NamedTuple):
    """A request for a receipt: by position or by a partner's event; as a whole, or one of its files."""

    position: tuple[Partition, int] | None
    event: tuple[str, str] | None
    file: str | None


class Endpoints:
    """An ASGI application. Who asks is whom the proxy in front of it says; it listens on loopback."""

    def __init__(
        self,
        receipts: Receipts,
        voice: Voice,
        metrics: TrailMetrics,
        metrics_page: Application,
        problems: Callable[[], Sequence[str]],
        exists: Callable[[Partition], bool],
    ) -> None:
        """`problems`: why it is not ready; `exists`: whether Kafka has a partition."""
        self._receipts, self._voice, self._metrics = receipts, voice, metrics
        self._metrics_page, self._problems, self._exists = metrics_page, problems, exists

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
            asked, reader = (
                parsed(scope["method"], scope["path"], scope["query_string"]),
                _reader(scope),
            )
            if asked.position and not self._exists(asked.position[0]):
                raise Wrong(404, f"{asked.position[0]} is no partition of this installation")
            found = await asyncio.to_thread(self._find, asked)
            await self._record(reader, found)
        except Wrong as wrong:
            return _error(wrong.status, str(wrong))
        except NotYet as error:
            return _error(409, str(error))
        except Erased as error:
            return _error(410, str(error))
        except Transient as error:
            return _error(503, f"{error}; ask again")
        except ArchiveError as error:
            logger.error("a receipt could not be made: %s", error)
            return _error(500, str(error))
        return _given(found, asked.file)

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
        raise Wrong(405, "receipts are read: ask with GET")
    match path.split("/"):
        case ["", "receipts", topic, partition, offset, *file] if len(file) < 2:
            return Asked(_position(topic, partition, offset), None, _file(file))
        case ["", "receipts"]:
            fields = parse_qs(query.decode("latin-1"), keep_blank_values=True)
            return Asked(None, (_once(fields, "source"), _once(fields, "id")), None)
    raise Wrong(
        404, "ask for /receipts/<topic>/<partition>/<offset> or /receipts?source=<source>&id=<id>"
    )


def _position(topic: str, partition: str, offset: str) -> tuple[Partition, int]:
    if not all(
        text.isascii() and text.isdigit() and len(text) < 19 for text in (partition, offset)
    ):
        raise Wrong(400, "partition and offset are written in digits")
    return Partition(topic, int(partition)), int(offset)


def _file(parts: Sequence[str]) -> str | None:
    name = parts[0].removesuffix(PROOF_SUFFIX) if parts else None
    if name is not None and (name not in PROOFS or not parts[0].endswith(PROOF_SUFFIX)):
        raise Wrong(404, "a receipt has the files record.tlog-proof and commit.tlog-proof")
    return name


def _once(fields: Mapping[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) != 1 or not values[0]:
        raise Wrong(400, f"say {name} once: /receipts?source=<source>&id=<id>")
    return values[0]


def _reader(scope: Any) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    named = headers.get(READER_HEADER, UNNAMED.encode()).decode("latin-1")
    if not named.isprintable() or not 0 < len(named) <= READER_CHARACTERS_AT_MOST:
        raise Wrong(
            400, f"X-Forwarded-User has 1 to {READER_CHARACTERS_AT_MOST} printable characters"
        )
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


def _error(status: int, sentence: str) -> Answer:
    return Answer(status, json.dumps({"error": sentence}, ensure_ascii=False).encode())


def _health(problems: Sequence[str]) -> Answer:
    return Answer(503 if problems else 200, "\n".join(problems or ["ok"]).encode(), b"text/plain")


async def _send(send: Any, answer: Answer) -> None:
    headers = [(b"content-type", answer.kind), (b"content-length", b"%d" % len(answer.body))]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
