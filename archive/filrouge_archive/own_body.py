"""The body of an event as our lanes write it, taken apart by one regular expression: ten times faster.

Behind each length stand as many bytes as it says, for every length that the expression knows: it does not
search, and finds nothing but what decoding step by step would. Whatever is laid out otherwise, or has longer
texts, is not recognised; it has to be decoded like that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from functools import cache

from filrouge_contracts.envelope import (
    CONTENT_TYPE,
    H_CONTENT_TYPE,
    H_ID,
    H_PREV,
    H_RECEIVED,
    H_SEQUENCE,
    H_SOURCE,
    H_SPECVERSION,
    H_SUBJECT,
    H_TIME,
    H_TRACEPARENT,
    H_TYPE,
    SPECVERSION,
)

Match = Callable[[bytes], re.Match[bytes] | None]
Headers = tuple[tuple[str, bytes], ...]
_KEY = "key"
_ALWAYS = ((H_CONTENT_TYPE, CONTENT_TYPE.encode()), (H_SPECVERSION, SPECVERSION.encode()))
_SAID = (H_ID, H_SOURCE, H_TYPE, H_SUBJECT, H_TIME, H_SEQUENCE, H_PREV, H_TRACEPARENT, H_RECEIVED)
_LIKELY_BYTES = {H_TIME: 20, H_TRACEPARENT: 55, H_RECEIVED: 13}
_TEXT_AT_MOST_BYTES, _NUMBER_AT_MOST_DIGITS = 160, 18


@cache
def own_numbers(start: bytes) -> Match:
    """Matches an entry that begins with the expression `start`, up to its value. Groups: the lane's name, its
    sequence and the one before it, each behind the byte of its length; and how long the value is to be."""
    return re.compile(start + _body((H_SOURCE, H_SEQUENCE, H_PREV)), re.DOTALL).match


@cache
def _everything() -> Match:
    return re.compile(_body((_KEY, *_SAID)), re.DOTALL).match


def decode_own_body(body: bytes) -> tuple[bytes, bytes, Headers] | None:
    """Key, value and headers; None if it is not recognised."""
    found = _everything()(body)
    if found is None:
        return None
    key, *said, size = found.groups()
    value = body[found.end() :]
    if int.from_bytes(size) != len(value):
        return None
    headers = zip(_SAID, [text[1:] for text in said], strict=True)
    return key[1:], value, (*_ALWAYS, *headers)


def _body(wanted: Container[str]) -> bytes:
    """The expression, with a group for each of these texts and one for the length of the value."""
    count = len(_ALWAYS) + len(_SAID)
    parts = [_text(_KEY, wanted), re.escape(count.to_bytes(4))]
    parts += (_literal(name.encode()) + _literal(value) for name, value in _ALWAYS)
    for name in _SAID:
        text = _number if name in (H_SEQUENCE, H_PREV) else _text
        parts += (_literal(name.encode()), text(name, wanted))
    return b"".join((*parts, b"(.{4})"))


def _literal(text: bytes) -> bytes:
    return re.escape(len(text).to_bytes(4) + text)


def _text(name: str, wanted: Container[str]) -> bytes:
    """Alternatives are tried in turn, so that a likely length stands first."""
    lengths = sorted(range(_TEXT_AT_MOST_BYTES + 1), key=lambda n: n != _LIKELY_BYTES.get(name))
    return _one_of((rb"%s.{%d}" % (_byte(n), n) for n in lengths), name in wanted)


def _number(name: str, wanted: Container[str]) -> bytes:
    """Without zeros in front, so that one behind its length is less than another if its bytes are."""
    longer = (
        rb"%s[1-9][0-9]{%d}" % (_byte(n), n - 1) for n in range(1, _NUMBER_AT_MOST_DIGITS + 1)
    )
    return _one_of((*longer, rb"\x010"), name in wanted)


def _byte(number: int) -> bytes:
    return re.escape(bytes((number,)))


def _one_of(alternatives: Iterable[bytes], wanted: bool) -> bytes:
    return rb"\x00\x00\x00(%s%s)" % (b"" if wanted else b"?:", b"|".join(alternatives))
