"""The envelope survives Kafka headers, and says which header is wrong and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from filrouge_contracts.envelope import Envelope, EnvelopeError

FULL = Envelope(
    id="budget_accounting/budget.g1/2/17/0",
    source="urn:filrouge:budget_accounting:2",
    type="fr.filrouge.budget.credits-recorded.v1",
    time=datetime(2020, 5, 4, 8, 0, 0, 250, tzinfo=UTC),
    subject="line:L-1",
    sequence=5,
    prev=0,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    partner="ministry-1",
    said_source="urn:filrouge:partner:ministry-1",
    said_id="é-1",
)
LEAST = Envelope("1", "urn:filrouge:partner:x", "fr.filrouge.x.y.v1", FULL.time)


@pytest.mark.parametrize("envelope", [FULL, LEAST])
def test_headers_come_back_as_the_same_envelope(envelope: Envelope) -> None:
    assert Envelope.from_headers(envelope.to_headers()) == envelope


def test_local_time_becomes_utc() -> None:
    local = FULL._replace(time=FULL.time.astimezone(timezone(timedelta(hours=2))))
    assert Envelope.from_headers(local.to_headers()) == FULL


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("ce_specversion", b"0.3", "specversion"),
        ("content-type", b"text/plain", "content-type"),
        ("ce_id", b"", "header-text"),
        ("ce_id", b"\xff", "header-utf8"),
        ("ce_id", b"a\x00b", "header-text"),
        ("ce_id", b"x" * 257, "header-text"),
        ("ce_time", b"yesterday", "header-time"),
        ("ce_time", b"2020-05-04T08:00:00", "header-time"),
        ("ce_sequence", b"-1", "header-number"),
        ("ce_source", None, "header-required"),
    ],
)
def test_a_wrong_header_is_named_with_rule_and_remedy(
    header: str, value: bytes | None, rule: str
) -> None:
    headers = [(name, old) for name, old in FULL.to_headers() if name != header]
    if value is not None:
        headers.append((header, value))
    with pytest.raises(EnvelopeError) as caught:
        Envelope.from_headers(headers)
    assert (caught.value.where, caught.value.rule) == (header, rule)
    assert caught.value.remedy


def test_a_header_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(EnvelopeError, match="twice"):
        Envelope.from_headers([*FULL.to_headers(), ("ce_id", b"other")])


def test_json_in_utf8_may_be_said_explicitly() -> None:
    headers = [h for h in LEAST.to_headers() if h[0] != "content-type"]
    headers.append(("content-type", b"application/json; charset=UTF-8"))
    assert Envelope.from_headers(headers) == LEAST
