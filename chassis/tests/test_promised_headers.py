"""What a lane writes has the headers that the AsyncAPI document promises to whoever reads its topics."""

from __future__ import annotations

from filrouge_chassis.testing import toy
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.asyncapi import document
from jsonschema import Draft202012Validator

SCHEMA = document()["components"]["schemas"]["factHeaders"]
(WRITTEN,) = Producer("partner_gateway", 3, 4, toy.START).say(toy.order_requested(7))
HEADERS = {name: value.decode() for name, value in WRITTEN.headers}


def test_a_lane_writes_the_promised_headers_and_no_others() -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(SCHEMA, format_checker=checker).validate(HEADERS)
    assert HEADERS.keys() == SCHEMA["properties"].keys() == set(SCHEMA["required"])
