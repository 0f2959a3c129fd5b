"""W3C trace context of events: every id is derived from the stream, so a replay says the same bytes.

A decision's span is named after its cause, an event's span after the event; an event's id is its cause
and a number, so that whoever holds an event knows its span, its parent and its trace.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

from filrouge_contracts.envelope import H_TRACEPARENT

from filrouge_chassis.records import Outgoing

PLACE = -2
"""Where an event's headers have it when this release writes them."""
_NO_SPAN = "0" * 16
_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class TraceContext(NamedTuple):
    """A traceparent read; `span_id` 0: nobody, the trace begins here."""

    trace_id: int
    span_id: int


def root_of(cause: str) -> str:
    """A trace that begins with what `cause` leads to. Not flagged: nobody upstream keeps it, and
    whether we do may not change a byte."""
    trace = blake2b(cause.encode(), digest_size=16).hexdigest()
    return f"00-{trace}-{_NO_SPAN}-00"


def child_of(traceparent: str, identity: bytes) -> bytes:
    """The same trace and flags, in a span named after `identity`."""
    span = blake2b(identity, digest_size=8).hexdigest()
    return f"{traceparent[:36]}{span}{traceparent[52:]}".encode()


def span_of(identity: str) -> int:
    """The id of that span."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest())


def decision_of(event_id: str) -> int:
    """The span of the decision that said the event."""
    return span_of(event_id.rpartition("/")[0])


def traceparent_of(record: Outgoing) -> str:
    """Its header, wherever that stands."""
    return dict(record.headers).get(H_TRACEPARENT, b"").decode()


def read(traceparent: str) -> TraceContext | None:
    """None for one that does not have the form; it may have come from anywhere."""
    found = _FORM.fullmatch(traceparent)
    return None if found is None else TraceContext(int(found[1], 16), int(found[2], 16))
