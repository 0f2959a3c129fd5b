"""Bytes as they come from the world: wrong in every way that was ever seen, or odd and yet right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from filrouge.simulator.words import Headers, Word

Damage = Callable[[Word], Word]
PADDING = b" " * 60_000
NESTED = b"[" * 20_000 + b"]" * 20_000
MANY_HEADERS: Headers = tuple((f"x-{number}", b"x" * 1_000) for number in range(9))


class Broken(NamedTuple):
    """A damage, and the gateway's rule that refuses what comes of it."""

    damage: Damage
    rule: str


def _value(make: Callable[[bytes], bytes]) -> Damage:
    return lambda word: replace(word, value=make(word.value))


def _header(name: str, value: bytes) -> Damage:
    def damage(word: Word) -> Word:
        changed = ((header, value if header == name else old) for header, old in word.headers)
        return replace(word, headers=tuple(changed))

    return damage


def _without_header(name: str) -> Damage:
    def damage(word: Word) -> Word:
        return replace(word, headers=tuple(part for part in word.headers if part[0] != name))

    return damage


def _more(headers: Headers) -> Damage:
    return lambda word: replace(word, headers=word.headers + headers)


def _with_first_member(member: bytes) -> Damage:
    return _value(lambda value: b"{" + member + b"," + value[1:])


def _in_user(garbage: bytes) -> Damage:
    return _value(lambda value: value.replace(b'_by":"', b'_by":"' + garbage))


def _without_first_field(word: Word) -> Word:
    data = json.loads(word.value)
    kept = {name: data[name] for name in list(data)[1:]}
    return replace(word, value=json.dumps(kept).encode())


def _with_a_key_twice(word: Word) -> Word:
    first = next(iter(json.loads(word.value)))
    return _with_first_member(b'"%b":"O-1"' % first.encode())(word)


BROKEN: Mapping[str, Broken] = {
    "no_value": Broken(lambda word: replace(word, value=b""), "value"),
    "cut_off": Broken(_value(lambda value: value[: len(value) // 2]), "json-syntax"),
    "not_json": Broken(_value(lambda _: b"<order>1</order>"), "json-syntax"),
    "byte_order_mark": Broken(_value(lambda value: b"\xef\xbb\xbf" + value), "json-syntax"),
    "list": Broken(_value(lambda value: b"[" + value + b"]"), "json-object"),
    "nan": Broken(_with_first_member(b'"weight":NaN'), "json-constant"),
    "infinity": Broken(_with_first_member(b'"weight":-Infinity'), "json-constant"),
    "key_twice": Broken(_with_a_key_twice, "json-duplicate-key"),
    "nested": Broken(_with_first_member(b'"x":' + NESTED), "json-depth"),
    "endless_number": Broken(_with_first_member(b'"n":' + b"9" * 50_000), "json-number"),
    "nul_byte": Broken(_value(lambda value: value[:-1] + b"\x00}"), "json-character"),
    "escaped_nul": Broken(_in_user(b"\\u0000"), "json-character"),
    "half_a_character": Broken(_in_user(b"\\ud800"), "json-character"),
    "not_utf8": Broken(_in_user(b"\xff"), "json-utf8"),
    "field_missing": Broken(_without_first_field, "missing"),
    "unknown_fields": Broken(_with_first_member(b'"colour":"blue"'), "unknown-field"),
    "large_comment": Broken(_with_first_member(b'"c":"' + PADDING + b'"'), "unknown-field"),
    "too_large": Broken(_value(lambda value: value + PADDING + PADDING[:7_000]), "value-size"),
    "header_not_utf8": Broken(_header("ce_time", b"2020-05-04T08:00:00Z\xff"), "header-utf8"),
    "header_missing": Broken(_without_header("ce_time"), "header-required"),
    "no_id": Broken(_without_header("ce_id"), "header-required"),
    "huge_id": Broken(_header("ce_id", b"x" * 5_000), "header-text"),
    "header_twice": Broken(_more((("ce_time", b"2020-05-04T08:00:00Z"),)), "header-once"),
    "many_headers": Broken(_more(MANY_HEADERS), "headers-size"),
    "no_header_at_all": Broken(lambda word: replace(word, headers=()), "specversion"),
    "other_specversion": Broken(_header("ce_specversion", b"0.3"), "specversion"),
    "other_content_type": Broken(_header("content-type", b"text/xml"), "content-type"),
    "unknown_type": Broken(
        _header("ce_type", b"fr.filrouge.equipment.order-lost.v1"), "type-unknown"
    ),
    "type_of_ours": Broken(
        _header("ce_type", b"fr.filrouge.equipment.order-placed.v1"), "type-not-for-partners"
    ),
}
"""Variant → what it does to a record that was as it should be, and the rule that refuses it."""

UNUSUAL: Mapping[str, Damage] = {
    "no_key": lambda word: replace(word, key=None),
    "key_not_utf8": lambda word: replace(word, key=b"\xff\xfe"),
    "large": _value(lambda value: value + PADDING),
    "other_headers": _more((("x-mail", b"\xff"), ("ce_tenant", b"75"))),
    "charset": _header("content-type", b"application/json; charset=utf-8"),
    "white_space": _value(lambda value: b"\n  " + value.replace(b",", b" ,\r\n\t") + b"\n"),
    "escaped": _value(lambda value: value.replace(b"U-", b"\\u0055-")),
}
"""Variant → what it does; each of these is odd and yet accepted."""
