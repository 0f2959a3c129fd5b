"""Partners' records made sense of: what cannot be understood is answered, and nothing raises.

`read` looks only at what the aggregate's key needs; `understand` does the rest when a rule asks for
it, because the chassis reads a record more than once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from filrouge_chassis.errors import Malformed
from filrouge_chassis.records import Record
from filrouge_contracts.entry import PARTNER_KINDS, Entry
from filrouge_contracts.envelope import (
    H_ID,
    H_SOURCE,
    H_TRACEPARENT,
    H_TYPE,
    MAX_ATTRIBUTE_CHARACTERS,
    Envelope,
    EnvelopeError,
)
from filrouge_contracts.event import Event
from filrouge_contracts.problems import Problem, problems_of, shown
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN
from pydantic import ValidationError

from partner_gateway.strict_json import problem_in

VALUE_AT_MOST_BYTES = 64 * 1024
HEADERS_AT_MOST_BYTES = 8 * 1024
SHOWN_PROBLEMS = 5

_TOPIC = re.compile(re.escape(PARTNER_IN).replace(r"\{partner\}", "([a-z0-9][a-z0-9-]{0,39})"))
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Saying:
    """A partner's record; of `source`, `id` and `type` what could be read, else nothing."""

    partner: str
    topic: str
    partition: int
    offset: int
    source: str
    id: str
    type: str
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None

    @property
    def own_source(self) -> str:
        return f"urn:filrouge:partner:{self.partner}"


@dataclass(frozen=True, slots=True)
class Understood:
    """An event that is what it says it is; whether this partner may say it is another question."""

    entry: Entry
    event: Event


def read(record: Record) -> tuple[str, Saying, str | None]:
    """Key of the aggregate that remembers this event, the saying, and the partner's trace."""
    partner = _partner_of(record.topic)
    headers: dict[str, bytes | None] = dict(record.headers)
    saying = Saying(
        partner,
        record.topic,
        record.partition,
        record.offset,
        _text(headers.get(H_SOURCE)),
        _text(headers.get(H_ID)),
        _text(headers.get(H_TYPE)),
        record.headers,
        record.value,
    )
    trace = headers.get(H_TRACEPARENT)
    traceparent = trace.decode() if trace and _TRACEPARENT.fullmatch(trace) else None
    if saying.id and saying.source == saying.own_source:
        return f"said:{saying.source}/{saying.id}", saying, traceparent
    return f"said:{partner}/unreadable-{record.offset}", saying, traceparent


def understand(saying: Saying) -> Understood | Problem:
    """The event, or the first thing that keeps it from being one."""
    value = saying.value
    if not value:
        return Problem("", "value", "has no value.", "Send the event's data as the value.")
    if len(value) > VALUE_AT_MOST_BYTES:
        detail = f"has {len(value)} bytes; {VALUE_AT_MOST_BYTES} are allowed."
        return Problem("", "value-size", detail, "Say it in several events.")
    try:
        envelope = Envelope.from_headers(_readable(saying.headers))
    except EnvelopeError as error:
        return Problem(error.where, error.rule, error.detail, error.remedy)
    if (problem := problem_in(value)) is not None:
        return problem
    entry = REGISTER.by_type.get(envelope.type)
    if entry is None or not PARTNER_KINDS.intersection(entry.said_by):
        return _unknown_type(envelope.type, entry)
    try:
        event = entry.model.__pydantic_validator__.validate_json(value, extra="forbid")
    except ValidationError as error:
        return _summary([_told(problem) for problem in problems_of(error)])
    return Understood(entry, event)


@lru_cache(maxsize=65_536)
def _partner_of(topic: str) -> str:
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise Malformed(f"{topic} is not a partner's topic: the gateway must not read it")
    return found[1]


def _text(raw: bytes | None) -> str:
    """An attribute as text; nothing if no rule could take it for one."""
    try:
        text = (raw or b"").decode()
    except UnicodeDecodeError:
        return ""
    return text if len(text) <= MAX_ATTRIBUTE_CHARACTERS and text.isprintable() else ""


def _readable(headers: Sequence[tuple[str, bytes | None]]) -> list[tuple[str, bytes]]:
    """Headers without null values; raises EnvelopeError if there is more than attributes need."""
    readable = [(name, value or b"") for name, value in headers]
    size = sum(len(name) + len(value) for name, value in readable)
    if size > HEADERS_AT_MOST_BYTES:
        detail = f"have {size} bytes; {HEADERS_AT_MOST_BYTES} are allowed."
        raise EnvelopeError("headers", "headers-size", detail, "Send the attributes only.")
    return readable


def _unknown_type(name: str, entry: Entry | None) -> Problem:
    if entry is not None:
        detail = f"{shown(name)} is said by {', '.join(entry.said_by)}, never by a partner."
        return Problem(H_TYPE, "type-not-for-partners", detail, "Send an event of your own.")
    remedy = "Send one of the types in the table of events, with its version."
    return Problem(H_TYPE, "type-unknown", f"{shown(name)} is not an event.", remedy)


def _told(problem: Problem) -> Problem:
    """A contract's problem in words for partners; names of unknown fields may be anything."""
    where = problem.where if problem.where.isprintable() else shown(problem.where)
    where = where if len(where) <= 80 else shown(where)
    if problem.rule != "extra-forbidden":
        return Problem(where, problem.rule, problem.detail, problem.remedy)
    remedy = "Leave it out: what is not in the schema may be somebody's personal data."
    return Problem(where, "unknown-field", "is not a field of this event.", remedy)


def _summary(problems: list[Problem]) -> Problem:
    """Several problems as one: the rule of the first, the details of the first few."""
    first = problems[0]
    if len(problems) == 1:
        return first
    details = [f"{first.detail}"]
    details += [f"{other.where}: {other.detail}" for other in problems[1:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        details.append(f"And {len(problems) - SHOWN_PROBLEMS} more.")
    remedies = dict.fromkeys(problem.remedy for problem in problems[:SHOWN_PROBLEMS])
    return Problem(first.where, first.rule, " ".join(details), " ".join(remedies))
