"""The AsyncAPI document is one, by the official schema, and says what the register says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from filrouge_contracts.asyncapi import document, message_name, word_name
from filrouge_contracts.entry import GATEWAY, PARTNER_KINDS, SERVICES
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.register import REGISTER, Entry
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE
from jsonschema import Draft7Validator, Draft202012Validator

HERE = Path(__file__).parent
CONTRACTS = HERE.parent
OFFICIAL = HERE / "asyncapi_schema" / "3.0.0.json"
DOCUMENT = document()
CHANNELS = {channel["address"]: channel for channel in DOCUMENT["channels"].values()}
DOORS = {PARTNER_IN, PARTNER_REDRIVE}
LEAST = Envelope("1", "urn:filrouge:partner:x", "a.b.c.v1", datetime(2020, 5, 4, tzinfo=UTC))


def validator() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def test_the_official_schema_is_the_one_that_its_readme_names() -> None:
    digest = sha256(OFFICIAL.read_bytes()).hexdigest()
    assert digest in OFFICIAL.with_name("README.md").read_text(encoding="utf-8")


def test_the_document_is_what_asyncapi_says_a_document_is() -> None:
    validator().validate(DOCUMENT)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("operations", f"{GATEWAY}.send.partners.verdicts.g1", "action"), "sends"),
        (("channels", "control.g1", "adress"), "control.g1"),
        (("components", "messages", "control.tick-passed.v1", "bindings", "kafka", "key"), 1),
        (("asyncapi",), "2.6.0"),
    ],
)
def test_the_official_schema_sees_a_mistake(place: tuple[str, ...], value: object) -> None:
    wrong: Any = deepcopy(DOCUMENT)
    *way, last = place
    inner = wrong
    for step in way:
        inner = inner[step]
    inner[last] = value
    assert not validator().is_valid(wrong)


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def resolved(reference: str) -> Any:
    file, _, pointer = reference.partition("#")
    node: Any = DOCUMENT
    if file:
        node = json.loads((CONTRACTS / file).read_text(encoding="utf-8"))
    for step in pointer.split("/")[1:]:
        node = node[step]
    return node


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert all(resolved(reference) for reference in found)
    files = {Path(reference).stem for reference in found if not reference.startswith("#")}
    assert files == set(REGISTER.by_type)


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_an_event_is_a_message_of_its_topic_and_of_no_other(entry: Entry) -> None:
    topics = [
        topic
        for topic, channel in CHANNELS.items()
        if topic not in DOORS and message_name(entry) in channel["messages"]
    ]
    assert topics == [entry.topic]
    message = resolved(CHANNELS[entry.topic]["messages"][message_name(entry)]["$ref"])
    assert message["payload"]["schema"] == {"$ref": f"./schemas/{entry.type}.json"}
    assert message["headers"]["properties"]["ce_type"] == {"const": entry.type}
    assert entry.key in message["bindings"]["kafka"]["key"]["description"]
    assert message["summary"] == entry.meaning
    assert entry.next_step in message["description"]
    assert entry.within in message["description"]


def test_the_partners_door_takes_what_partners_may_say_and_nothing_else() -> None:
    words = {word_name(entry) for entry in REGISTER if PARTNER_KINDS.intersection(entry.said_by)}
    assert set(CHANNELS[PARTNER_IN]["messages"]) == words


def test_addresses_name_their_parameters() -> None:
    assert len(CHANNELS) == len(DOCUMENT["channels"])
    for address, channel in CHANNELS.items():
        assert set(re.findall(r"\{(\w+)\}", address)) == set(channel.get("parameters", {}))


def operated(who: str, action: str, doors: bool = False) -> set[str]:
    """Names of the messages that somebody sends or receives, at the partners' doors or elsewhere."""
    found = set()
    for name, operation in DOCUMENT["operations"].items():
        if name.split(".")[0] == who and operation["action"] == action:
            channel = resolved(operation["channel"]["$ref"])
            if (channel["address"] in DOORS) == doors:
                messages = {reference["$ref"] for reference in operation["messages"]}
                assert all(resolved(message) for message in messages)
                assert all(m.startswith(operation["channel"]["$ref"] + "/") for m in messages)
                found |= {message.rpartition("/")[2] for message in messages}
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sends_and_receives_what_the_register_says(service: str) -> None:
    said = {message_name(entry) for entry in REGISTER if service in entry.written_by}
    heard = {message_name(entry) for entry in REGISTER if service in entry.heard_by}
    assert said
    assert heard
    assert operated(service, "send") == said
    assert operated(service, "receive") == heard


@pytest.mark.parametrize("kind", sorted(PARTNER_KINDS))
def test_a_partner_sends_its_words_to_the_gateway_and_receives_what_it_hears(kind: str) -> None:
    words = {word_name(entry) for entry in REGISTER if kind in entry.said_by}
    assert operated(kind, "send", doors=True) == words
    assert words <= operated(GATEWAY, "receive", doors=True)
    assert operated(kind, "send") == set()
    heard = {message_name(entry) for entry in REGISTER if kind in entry.heard_by}
    assert operated(kind, "receive") == heard


@pytest.mark.parametrize(
    "envelope",
    [LEAST, LEAST._replace(subject="clock", sequence=1, prev=0, traceparent="00-1-2-01")],
)
def test_the_headers_of_a_word_are_those_of_its_envelope(envelope: Envelope) -> None:
    headers = {name: value.decode() for name, value in envelope.to_headers()}
    schema = DOCUMENT["components"]["schemas"]["wordHeaders"]
    promised = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    promised.validate(headers)
    assert headers.keys() <= schema["properties"].keys()
    for name in dict(LEAST.to_headers()):
        assert not promised.is_valid({key: headers[key] for key in headers.keys() - {name}})
