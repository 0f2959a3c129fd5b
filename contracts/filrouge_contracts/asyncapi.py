"""The register as an AsyncAPI 3.0 document: who sends and receives which message on which channel.

It is JSON, which is YAML too, so that the package needs no writer of YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from filrouge_contracts import envelope
from filrouge_contracts.entry import GATEWAY, PARTNER_KINDS, SERVICES, Entry
from filrouge_contracts.event import successor_name
from filrouge_contracts.parking import RecordRedriven
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import TopicSpec, all_topics
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

Object = dict[str, Any]

SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
BINDING_VERSION = "0.5.0"
LANES = 2
"""Of an installation that stands for all: topics with a partition per lane show by not having one."""
ABOUT = """\
Services of the emergency plan of April 2020 exchange CloudEvents 1.0 in binary mode over Kafka.
Partners say their events on their own topic, and read there what became of them; the gateway passes on
what it accepts, as a fact, on the topic of its domain. The key of a record names the aggregate that it
is about, and decides the partition. A published type never changes: its successor stands beside it."""
PARAMETERS: dict[str, Object] = {
    "partner": {"description": "The id that the partner was registered under."},
    "service": {"description": "The service whose topic it is.", "enum": list(SERVICES)},
}
_DIGITS = r"^[0-9]{1,18}$"
_HEADERS: dict[str, tuple[Object, str]] = {
    envelope.H_CONTENT_TYPE: ({"const": envelope.CONTENT_TYPE}, "Of the data, in UTF-8."),
    envelope.H_SPECVERSION: ({"const": envelope.SPECVERSION}, "Of CloudEvents."),
    envelope.H_ID: (
        {"minLength": 1, "maxLength": envelope.MAX_ATTRIBUTE_CHARACTERS},
        "Unique with the source.",
    ),
    envelope.H_SOURCE: (
        {"minLength": 1, "maxLength": envelope.MAX_ATTRIBUTE_CHARACTERS},
        "Who says it: service and lane, or one run of it; `operator`; `urn:filrouge:partner:<id>`.",
    ),
    envelope.H_TYPE: ({}, "The event's type with its version."),
    envelope.H_TIME: (
        {"format": "date-time"},
        "When it was said; of a service: the tick it decided at.",
    ),
    envelope.H_SUBJECT: ({}, "Key of the aggregate that decided."),
    envelope.H_SEQUENCE: ({"pattern": _DIGITS}, "The source's own counter, without gaps."),
    envelope.H_PREV: (
        {"pattern": _DIGITS},
        "The sequence that the source last sent to this partition; 0 before the first.",
    ),
    envelope.H_TRACEPARENT: ({}, "W3C trace context."),
    envelope.H_RECEIVED: (
        {"pattern": _DIGITS},
        "When Kafka took the partner's record that led here, ms since 1970; 0 if there was none.",
    ),
}
_ALWAYS = (
    envelope.H_CONTENT_TYPE,
    envelope.H_SPECVERSION,
    envelope.H_ID,
    envelope.H_SOURCE,
    envelope.H_TYPE,
    envelope.H_TIME,
)
_NUMBERED = (envelope.H_SUBJECT, envelope.H_SEQUENCE, envelope.H_PREV)
_TRACED = (envelope.H_TRACEPARENT, envelope.H_RECEIVED)


def document_text() -> str:
    """The document, byte for byte the same every time."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Object:
    """Channels are topics, messages are entries; what a partner says is a second message, its word."""
    exchanges = list(_exchanges())
    return {
        "asyncapi": "3.0.0",
        "id": "urn:filrouge",
        "info": {
            "title": "Filrouge",
            "version": version("filrouge-contracts"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": envelope.CONTENT_TYPE,
        "channels": _channels(exchanges),
        "operations": _operations(exchanges),
        "components": {
            "messages": _messages(),
            "schemas": {
                "factHeaders": _headers(_ALWAYS + _NUMBERED + _TRACED, ()),
                "wordHeaders": _headers(_ALWAYS, (*_NUMBERED, envelope.H_TRACEPARENT)),
            },
        },
    }


def channel_name(topic: str) -> str:
    """`journal.{service}.g1` → `journal.g1`: braces mean something else in references."""
    return re.sub(r"\.\{\w+\}", "", topic)


def message_name(entry: Entry) -> str:
    return entry.type.removeprefix("fr.filrouge.")


def word_name(entry: Entry) -> str:
    """Name of the message in which a partner says it, before the gateway has admitted it."""
    return f"{message_name(entry)}.word"


Exchange = tuple[str, str, str, str]  # who, send or receive, topic, message


def _exchanges() -> Iterator[Exchange]:
    """Who sends or receives what: as the register says, and at the doors of partners and operators."""
    for entry in REGISTER:
        for who in entry.written_by:
            yield who, "send", entry.topic, message_name(entry)
        for who in entry.heard_by:
            yield who, "receive", entry.topic, message_name(entry)
        for kind in PARTNER_KINDS.intersection(entry.said_by):
            yield kind, "send", PARTNER_IN, word_name(entry)
            yield GATEWAY, "receive", PARTNER_IN, word_name(entry)
    redriven = REGISTER.by_model[RecordRedriven]
    for who in redriven.said_by:
        yield who, "send", PARTNER_REDRIVE, message_name(redriven)
    yield GATEWAY, "receive", PARTNER_REDRIVE, message_name(redriven)


def _channels(exchanges: list[Exchange]) -> Object:
    channels = {}
    for spec in _topics():
        names = sorted({name for _, _, topic, name in exchanges if topic == spec.name})
        parameters = {name: PARAMETERS[name] for name in PARAMETERS if f"{{{name}}}" in spec.name}
        channels[channel_name(spec.name)] = {
            "address": spec.name,
            "messages": {name: _reference("components", "messages", name) for name in names},
            **({"parameters": parameters} if parameters else {}),
            "bindings": {"kafka": _topic_binding(spec)},
        }
    return channels


def _topics() -> list[TopicSpec]:
    """Every topic by its template: each stands for itself among the owners."""
    specs = all_topics(LANES, ["{service}"], ["{partner}"])
    return sorted(specs, key=lambda spec: spec.name)


def _topic_binding(spec: TopicSpec) -> Object:
    """How many partitions a topic has is the installation's affair, unless it is one."""
    settings = {
        name: int(value) if value.lstrip("-").isdigit() else value
        for name, value in spec.config.items()
    }
    return {
        "topic": spec.name,
        **({"partitions": 1} if spec.partitions == 1 else {}),
        "topicConfiguration": {**settings, "cleanup.policy": [spec.config["cleanup.policy"]]},
        "bindingVersion": BINDING_VERSION,
    }


def _operations(exchanges: list[Exchange]) -> Object:
    said: dict[tuple[str, str, str], set[str]] = {}
    for who, action, topic, name in exchanges:
        said.setdefault((who, action, channel_name(topic)), set()).add(name)
    return {
        f"{who}.{action}.{channel}": {
            "action": action,
            "channel": _reference("channels", channel),
            "summary": f"What {who} {'says' if action == 'send' else 'hears'} on {channel}.",
            "tags": [{"name": who}],
            "messages": [
                _reference("channels", channel, "messages", name) for name in sorted(names)
            ],
        }
        for (who, action, channel), names in sorted(said.items())
    }


def _messages() -> Object:
    messages = {}
    for entry in sorted(REGISTER, key=lambda entry: entry.type):
        decided = entry.written_by.intersection(SERVICES)
        fact = _message(entry, "factHeaders" if decided else "wordHeaders")
        messages[message_name(entry)] = fact | {"bindings": {"kafka": _key_binding(entry)}}
        if PARTNER_KINDS.intersection(entry.said_by):
            messages[word_name(entry)] = _message(entry, "wordHeaders")
    return messages


def _message(entry: Entry, headers: str) -> Object:
    reading = ""
    if entry.upcast is not None:
        reading = f" It is read as {successor_name(entry.type)}."
    return {
        "name": entry.type,
        "title": entry.model.__name__,
        "summary": entry.meaning,
        "description": f"Next: {entry.next_step}. By when: {entry.within}.{reading}",
        "tags": [{"name": entry.type.split(".")[2]}],
        "headers": {
            "type": "object",
            "allOf": [_reference("components", "schemas", headers)],
            "properties": {envelope.H_TYPE: {"const": entry.type}},
        },
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./schemas/{entry.type}.json"},
        },
    }


def _key_binding(entry: Entry) -> Object:
    return {
        "key": {"type": "string", "description": f"`{entry.key}`, of the event's own fields."},
        "bindingVersion": BINDING_VERSION,
    }


def _headers(required: tuple[str, ...], optional: tuple[str, ...]) -> Object:
    return {
        "type": "object",
        "required": list(required),
        "properties": {
            name: {"type": "string", **_HEADERS[name][0], "description": _HEADERS[name][1]}
            for name in (*required, *optional)
        },
    }


def _reference(*steps: str) -> Object:
    return {"$ref": "/".join(("#", *steps))}
