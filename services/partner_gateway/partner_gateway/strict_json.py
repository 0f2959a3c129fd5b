"""What JSON parsers disagree about, refused before any of them may guess.

Duplicate keys, NaN, deep nesting, NUL and half characters are read differently by different
programs: an auditor's must read what ours did.
"""

from __future__ import annotations

import json
import re
from typing import Any

from filrouge_contracts.problems import Problem, shown

DEPTH_AT_MOST = 64

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]++|[\]}]++', re.DOTALL)
_RESEND = "Correct what writes your JSON, and send the event again."


class _Refused(ValueError):
    """Raised inside the parser's hooks."""

    def __init__(self, rule: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.problem = Problem("", rule, detail, remedy)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        detail = f"has the key {shown(twice)} twice in one object."
        raise _Refused("json-duplicate-key", detail, "Send each key once.")
    return found


def _no_constant(name: str) -> Any:
    detail = f"holds {name}, which is not JSON."
    raise _Refused("json-constant", detail, "Send numbers only; leave out what is unknown.")


_decoder = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def problem_in(value: bytes) -> Problem | None:
    """The first reason why this is not one plain JSON object; None if it is one."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return Problem("", "json-utf8", f"is not UTF-8 at byte {error.start}.", _RESEND)
    if _too_deep(value):
        detail = f"is nested deeper than {DEPTH_AT_MOST}."
        return Problem("", "json-depth", detail, "Send the object that the schema describes.")
    try:
        found = _decoder.decode(text)
    except _Refused as error:
        return error.problem
    except json.JSONDecodeError as error:
        if "\0" in text:
            return _bad_character("a NUL character")
        detail = f"is not JSON: {error.msg} at character {error.pos}."
        return Problem("", "json-syntax", detail, _RESEND)
    except ValueError:
        return Problem("", "json-number", "holds a number of thousands of digits.", _RESEND)
    if not isinstance(found, dict):
        return Problem("", "json-object", "is not a JSON object.", "Send one object per event.")
    return _bad_text(found) if "\\u" in text else None


def _too_deep(value: bytes) -> bool:
    """Counts brackets; only if there are many of them, looks which stand outside of strings."""
    if value.count(b"[") + value.count(b"{") <= DEPTH_AT_MOST:
        return False
    depth = 0
    for token in _TOKENS.finditer(value):
        first = value[token.start()]
        if first in b"[{":
            depth += token.end() - token.start()
            if depth > DEPTH_AT_MOST:
                return True
        elif first != 0x22:
            depth -= token.end() - token.start()
    return False


def _bad_text(found: Any) -> Problem | None:
    """A NUL or half a surrogate pair that an escape has smuggled in."""
    if isinstance(found, str):
        if "\0" in found:
            return _bad_character("a NUL character")
        if not found.isascii() and any("\ud800" <= letter <= "\udfff" for letter in found):
            return _bad_character("half of a surrogate pair")
        return None
    if isinstance(found, dict):
        parts: list[Any] = [*found.keys(), *found.values()]
    else:
        parts = found if isinstance(found, list) else []
    return next((problem for part in parts if (problem := _bad_text(part))), None)


def _bad_character(what: str) -> Problem:
    return Problem("", "json-character", f"holds {what}.", "Send text that people can read.")
