"""How spans look: OpenTelemetry's conventions for messaging, ids from the stream, no key and no payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from filrouge_contracts.envelope import H_ID, H_SEQUENCE, H_TYPE
from filrouge_contracts.register import REGISTER
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from filrouge_chassis.decider import kind_of
from filrouge_chassis.progress import Decision
from filrouge_chassis.records import Outgoing
from filrouge_chassis.span_names import BATCH, SEND
from filrouge_chassis.trace_context import TraceContext, decision_of, read, span_of, traceparent_of

Attributes = Mapping[str, str | int]
KAFKA: Attributes = {"messaging.system": "kafka"}
POSTGRESQL: Attributes = {"db.system.name": "postgresql"}
_SCOPE = InstrumentationScope("filrouge_chassis")
_FLAGS = TraceFlags(TraceFlags.SAMPLED)


class Times(NamedTuple):
    """Unix time of begin and end."""

    start_ns: int
    end_ns: int


class Whole(NamedTuple):
    """A batch as its spans see it; its own span is the one that its journal record names."""

    lane: int
    identity: str
    context: SpanContext

    @classmethod
    def of(cls, lane: int, journal: Outgoing) -> Whole:
        context = read(traceparent_of(journal))
        assert context is not None
        return cls(lane, dict(journal.headers)[H_ID].decode(), _context(*context))


class _Process(Resource):
    """Who tells it. The encoder asks for the hash with every span, and a Resource would write JSON each
    time: a seventh of what encoding costs."""

    def __hash__(self) -> int:
        return id(self)


class Spans:
    """Makes the spans of one service."""

    def __init__(self, service: str, release: str) -> None:
        names = {"namespace": "filrouge", "name": service, "version": release}
        named = Resource.create({f"service.{name}": says for name, says in names.items()})
        self._process = _Process(named.attributes, named.schema_url)

    def decision(
        self, decision: Decision, led_to_it: TraceContext, whole: Whole, times: Times
    ) -> ReadableSpan:
        """Below the event that led to it, above those that it said; linked to its batch."""
        _service, topic, partition, offset = decision.cause.split("/")[:4]
        attributes = {
            **_messaging("process", decision.name, topic, partition),
            "messaging.kafka.offset": int(offset),
            "filrouge.lane": whole.lane,
            "filrouge.aggregate": kind_of(decision.key),
            "filrouge.events_said": decision.said,
        }
        return self._span(
            decision.name,
            _context(led_to_it.trace_id, span_of(decision.cause)),
            _context(*led_to_it) if led_to_it.span_id else None,
            times,
            attributes,
            SpanKind.CONSUMER,
            [Link(whole.context)],
            Status(StatusCode.ERROR, decision.error) if decision.error else Status(),
        )

    def event(
        self, event: Outgoing, context: TraceContext, whole: Whole, times: Times
    ) -> ReadableSpan:
        """The span that the event names. Service, lane and sequence say which one it is: its id may hold
        the key of an aggregate, which is nobody's business here."""
        headers = dict(event.headers)
        type_name = headers[H_TYPE].decode()
        entry = REGISTER.by_type.get(type_name)  # None: a release before this one had it
        name = f"{SEND.name} {entry.model.__name__ if entry else type_name}"
        attributes = {
            **_messaging(SEND.name, name, event.topic, str(event.partition)),
            "cloudevents.event_type": type_name,
            "filrouge.sequence": int(headers[H_SEQUENCE]),
            "filrouge.lane": whole.lane,
            "filrouge.aggregate": kind_of(event.key.decode()),
        }
        parent = _context(context.trace_id, decision_of(headers[H_ID].decode()))
        return self._span(name, _context(*context), parent, times, attributes, SpanKind.PRODUCER)

    def batch(
        self, whole: Whole, times: Times, attributes: Attributes, linked: Sequence[ReadableSpan]
    ) -> ReadableSpan:
        """A trace of its own, linked to decisions in it."""
        links = [Link(context) for span in linked if (context := span.get_span_context())]
        named = {"filrouge.lane": whole.lane, **attributes}
        return self._span(BATCH.name, whole.context, None, times, named, links=links)

    def phase(
        self, name: str, whole: Whole, times: Times, server: Attributes | None = None
    ) -> ReadableSpan:
        """A part of a batch; `server`: who was waited for."""
        context = _context(whole.context.trace_id, span_of(f"{whole.identity}/{name}"))
        kind = SpanKind.CLIENT if server else SpanKind.INTERNAL
        return self._span(name, context, whole.context, times, server or {}, kind)

    def _span(
        self,
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        times: Times,
        attributes: Attributes,
        kind: SpanKind = SpanKind.INTERNAL,
        links: Sequence[Link] = (),
        status: Status | None = None,
    ) -> ReadableSpan:
        return ReadableSpan(
            name,
            context,
            parent,
            self._process,
            attributes,
            links=links,
            kind=kind,
            status=status or Status(),
            start_time=times.start_ns,
            end_time=times.end_ns,
            instrumentation_scope=_SCOPE,
        )


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=_FLAGS)


def _messaging(operation: str, name: str, topic: str, partition: str) -> dict[str, str | int]:
    return {
        **KAFKA,
        "messaging.operation.type": operation,
        "messaging.operation.name": name.partition(" ")[0],
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": partition,
    }
