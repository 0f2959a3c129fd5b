"""What hostile or careless partners send: each row is a record, and the rule that refuses it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from filrouge_chassis.errors import Malformed
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.partners import partner_record
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.equipment import NeedDeclared, OrderPlaced
from filrouge_contracts.verdicts import VerdictGiven
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from partner_gateway.app import DECIDER
from partner_gateway.door import VALUE_AT_MOST_BYTES, read

SCHOOL = "school-0750655e"
NEED = example(NeedDeclared)
PLAIN = NEED.to_json()
TYPE = NeedDeclared.event_type


def _with(text: bytes) -> bytes:
    """The event with one more member."""
    return PLAIN[:-1] + b"," + text + b"}"


def _verdict(record: RawRecord) -> VerdictGiven:
    """The only answer to a record that is refused."""
    school = example(PartnerRegistered, partner=SCHOOL, kind="school", siret=None)
    (verdict,) = Scenario(DECIDER).with_partners(school).when_read(record).said
    assert isinstance(verdict, VerdictGiven)
    assert verdict.outcome == "refused"
    assert verdict.remedy
    assert len(verdict.to_json()) < 4_000
    return verdict


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (None, "value"),
        (b"", "value"),
        (b"{", "json-syntax"),
        (b"{}{}", "json-syntax"),
        (b"<xml/>", "json-syntax"),
        (b"\xef\xbb\xbf" + PLAIN, "json-syntax"),
        (PLAIN.decode().encode("utf-16"), "json-utf8"),
        (_with(b'"x":"\xff"'), "json-utf8"),
        (_with(b'"x":"\xed\xa0\x80"'), "json-utf8"),
        (_with(b'"x":"\\ud800"'), "json-character"),
        (_with(b'"x":["\\ud800 \\udc00"]'), "json-character"),
        (_with(b'"x":"\\u0000"'), "json-character"),
        (_with(b'"\\u0000":1'), "json-character"),
        (_with(b'"x":"\0"'), "json-character"),
        (PLAIN + b"\0", "json-character"),
        (_with(b'"x":NaN'), "json-constant"),
        (_with(b'"x":[Infinity]'), "json-constant"),
        (_with(b'"x":{"y":-Infinity}'), "json-constant"),
        (_with(b'"need":"N-2"'), "json-duplicate-key"),
        (_with(b'"x":{"y":{"z":1,"z":1}}'), "json-duplicate-key"),
        (_with(b'"x":[{"\\u0061":1,"a":2}]'), "json-duplicate-key"),
        (_with(b'"x":' + b"9" * 5_000), "json-number"),
        (b"[" * 10_000 + b"]" * 10_000, "json-depth"),
        (b"[" * 10_000, "json-depth"),
        (b'{"a":' * 10_000, "json-depth"),
        (_with(b'"x":' + b"[" * 64 + b"]" * 64), "json-depth"),
        (_with(b'"x":' + b'["\\"",' * 70), "json-depth"),
        (b"[]", "json-object"),
        (b"null", "json-object"),
        (b'"text"', "json-object"),
        (b"\xff" * (VALUE_AT_MOST_BYTES + 1), "value-size"),
        (b"{}", "missing"),
        (_with(b'"pupil_name":"Zo\xc3\xa9"'), "unknown-field"),
        (_with(b'"x":1e999'), "unknown-field"),
        (_with(b'"x":' + b"[" * 63 + b"]" * 63), "unknown-field"),
        (_with(b'"x":"' + b"[" * 200 + b'"'), "unknown-field"),
        (_with(b'"x":"' + b'\\"[' * 200 + b'"'), "unknown-field"),
        (_with(json.dumps("\x1f" * 70).encode() + b":1"), "unknown-field"),
        (_with(b'"' + b"x" * 50_000 + b'":1'), "unknown-field"),
        (PLAIN.replace(b":30", b":30.0"), "quantity"),
        (PLAIN.replace(b":30", b":1e999"), "quantity"),
        (PLAIN.replace(b":30", b":" + b"9" * 4_000), "quantity"),
        (PLAIN.replace(b":30", b":true"), "quantity"),
        (PLAIN.replace(b":30", b":null"), "quantity"),
        (PLAIN.replace(b"0750655E", b"0750655F"), "uai-check"),
        (PLAIN.replace(b"2020-04-27", b"2120-04-27"), "instant-utc"),
        (PLAIN.replace(b"N-075-0001", b"N:1"), "code"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else str(value),
)
def test_a_value_that_cannot_be_the_event_is_refused(value: bytes | None, rule: str) -> None:
    verdict = _verdict(partner_record(SCHOOL, value, type_name=TYPE))
    assert verdict.rule == rule
    assert "Zoé" not in verdict.detail


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"ce_specversion": None}, "specversion"),
        ({"ce_specversion": b"0.3"}, "specversion"),
        ({"ce_id": None}, "header-required"),
        ({"ce_id": b""}, "header-text"),
        ({"ce_id": b"a\nb"}, "header-text"),
        ({"ce_id": b"a\0b"}, "header-text"),
        ({"ce_id": b"\xff"}, "header-utf8"),
        ({"ce_id": b"x" * 257}, "header-text"),
        ({"ce_source": None}, "header-required"),
        ({"ce_source": b"\xfe\xff"}, "header-utf8"),
        ({"ce_source": b"urn:filrouge:partner:school-2"}, "own-source"),
        ({"ce_source": b"https://example.org/school"}, "own-source"),
        ({"ce_source": b"URN:filrouge:partner:school-0750655e"}, "own-source"),
        ({"ce_type": None}, "header-required"),
        ({"ce_type": b"\xff"}, "header-utf8"),
        ({"ce_type": b"fr.filrouge.equipment.need-declared.v9"}, "type-unknown"),
        ({"ce_type": b"fr.filrouge.equipment.need-opened.v1"}, "type-not-for-partners"),
        ({"ce_type": b"fr.filrouge.control.tick-passed.v1"}, "type-not-for-partners"),
        ({"ce_type": b"fr.filrouge.verdicts.verdict-given.v1"}, "type-not-for-partners"),
        ({"ce_type": AgreementRegistered.event_type.encode()}, "missing"),
        ({"ce_time": None}, "header-required"),
        ({"ce_time": b"yesterday"}, "header-time"),
        ({"ce_time": b"2020-05-04T08:00:00"}, "header-time"),
        ({"ce_time": b"0001-01-01T00:00:00+14:00"}, "header-time"),
        ({"content-type": None}, "content-type"),
        ({"content-type": b"text/plain"}, "content-type"),
        ({"content-type": b"application/json; charset=latin1"}, "content-type"),
        ({"content-type": b"\xff"}, "content-type"),
        ({"ce_subject": b"\xff"}, "header-utf8"),
        ({"ce_sequence": b"-1"}, "header-number"),
        ({"more": b"x" * 8_192}, "headers-size"),
    ],
)
def test_attributes_that_are_not_right_are_refused(
    headers: dict[str, bytes | None], rule: str
) -> None:
    assert _verdict(partner_record(SCHOOL, NEED, headers=headers)).rule == rule


def test_a_header_may_be_null_or_stand_twice() -> None:
    record = partner_record(SCHOOL, NEED)
    null: Any = ("ce_subject", None)
    assert _verdict(replace(record, headers=(*record.headers, null))).rule == "header-text"
    twice = replace(record, headers=(*record.headers, ("ce_id", b"2")))
    assert _verdict(twice).rule == "header-once"


def test_headers_that_mean_nothing_to_us_are_no_harm() -> None:
    record = partner_record(SCHOOL, NEED, headers={"x-trace": b"\xff", "ce_traceparent": b"00-x"})
    school = example(PartnerRegistered, partner=SCHOOL, kind="school", siret=None)
    Scenario(DECIDER).with_partners(school).when_read(record).then_types(NeedDeclared, VerdictGiven)


@pytest.mark.parametrize(
    ("said", "trace"),
    [
        (b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True),
        (b"00-00000000000000000000000000000000-00f067aa0ba902b7-01", False),
        (b"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", False),
        (b"4bf92f3577b34da6a3ce929d0e0e4736", False),
        (b"\xff" * 55, False),
        (b"", False),
    ],
)
def test_only_a_well_formed_trace_goes_on(said: bytes, trace: bool) -> None:
    _key, _saying, found = read(partner_record(SCHOOL, NEED, headers={"ce_traceparent": said}))
    assert found == (said.decode() if trace else None)


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, "said:urn:filrouge:partner:school-0750655e/1"),
        ({"ce_id": b"a/b c"}, "said:urn:filrouge:partner:school-0750655e/a/b c"),
        ({"ce_id": b"\xff"}, "said:school-0750655e/unreadable-7"),
        ({"ce_id": None}, "said:school-0750655e/unreadable-7"),
        ({"ce_id": b"a\0b"}, "said:school-0750655e/unreadable-7"),
        ({"ce_source": None}, "said:school-0750655e/unreadable-7"),
        ({"ce_source": b"urn:filrouge:partner:other"}, "said:school-0750655e/unreadable-7"),
    ],
)
def test_the_key_names_the_event_only_if_it_is_the_partners_own(
    headers: dict[str, bytes | None], key: str
) -> None:
    assert read(partner_record(SCHOOL, NEED, offset=7, headers=headers))[0] == key


def test_a_topic_that_is_not_a_partners_is_our_own_mistake() -> None:
    with pytest.raises(Malformed):
        read(RawRecord("equipment.g1", 0, 0, 0, None, PLAIN))


def test_several_problems_are_told_at_once() -> None:
    value = b'{"need":"n","uai":"x","qpv":"QN075019","item":1,"quantity":0,"name":"Zo\xc3\xa9"}'
    verdict = _verdict(partner_record(SCHOOL, value, type_name=TYPE))
    assert verdict.detail.startswith("need: must be 1 to 40 capital letters")
    assert "And 3 more." in verdict.detail


def test_two_problems_are_told_without_counting_the_rest() -> None:
    value = PLAIN.replace(b"0750655E", b"0750655F").replace(b"QP075019", b"QN075019")
    verdict = _verdict(partner_record(SCHOOL, value, type_name=TYPE))
    assert "'0750655F' is not a valid UAI" in verdict.detail
    assert "qpv: 'QN075019'" in verdict.detail
    assert "more." not in verdict.detail


def test_an_event_of_another_service_is_not_taken_for_a_partners() -> None:
    assert _verdict(partner_record(SCHOOL, example(OrderPlaced))).rule == "type-not-for-partners"


@settings(max_examples=300, deadline=None)
@given(
    value=st.none() | st.binary(max_size=300) | st.text(max_size=100).map(lambda t: t.encode()),
    headers=st.dictionaries(
        st.sampled_from(["ce_id", "ce_source", "ce_type", "ce_time", "content-type", "x"]),
        st.none() | st.binary(max_size=300),
    ),
)
def test_nothing_that_a_partner_sends_raises(
    value: bytes | None, headers: dict[str, bytes | None]
) -> None:
    _verdict(partner_record(SCHOOL, value, type_name=TYPE, headers=headers))
