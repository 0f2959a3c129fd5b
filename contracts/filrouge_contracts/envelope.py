"""The CloudEvents 1.0 attributes around an event, as Kafka headers (binary content mode)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
MAX_ATTRIBUTE_CHARACTERS = 256

H_SPECVERSION = "ce_specversion"
H_ID = "ce_id"
H_SOURCE = "ce_source"
H_TYPE = "ce_type"
H_SUBJECT = "ce_subject"
H_TIME = "ce_time"
H_SEQUENCE = "ce_sequence"
H_PREV = "ce_prev"
H_TRACEPARENT = "ce_traceparent"
H_RECEIVED = "ce_receivedms"
"""When Kafka took the partner's record that led here, ms since 1970; for the age of decisions."""
H_PARTNER = "ce_partner"
H_SAID_SOURCE = "ce_saidsource"
H_SAID_ID = "ce_saidid"
H_CONTENT_TYPE = "content-type"

_SPECVERSION_HEADER = (H_SPECVERSION, SPECVERSION.encode())
_CONTENT_TYPE_HEADER = (H_CONTENT_TYPE, CONTENT_TYPE.encode())


class EnvelopeError(ValueError):
    """An attribute is missing or wrong: `where` names the header, `rule` and `remedy` what to do."""

    def __init__(self, where: str, rule: str, detail: str, remedy: str) -> None:
        super().__init__(f"{where}: {detail} {remedy}")
        self.where, self.rule, self.detail, self.remedy = where, rule, detail, remedy


class Envelope(NamedTuple):
    """Who says which event when; a NamedTuple, because one is made for every event on the hot path.

    An empty text stands for an absent attribute (CloudEvents forbids empty ones).
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str = ""
    """Key of the aggregate that decided; absent from what partners send."""
    sequence: int | None = None
    """The producing lane's own gapless counter."""
    prev: int | None = None
    """The previous sequence that the lane sent to this very partition."""
    traceparent: str = ""
    partner: str = ""
    """Who said a fact that the gateway admitted, and under which source and id."""
    said_source: str = ""
    said_id: str = ""

    def to_headers(self) -> list[tuple[str, bytes]]:
        """Kafka headers, always in the same order."""
        headers = [
            _SPECVERSION_HEADER,
            (H_ID, self.id.encode()),
            (H_SOURCE, self.source.encode()),
            (H_TYPE, self.type.encode()),
            (H_TIME, instant_text(self.time).encode()),
            _CONTENT_TYPE_HEADER,
        ]
        if self.subject:
            headers.append((H_SUBJECT, self.subject.encode()))
        if self.sequence is not None:
            headers.append((H_SEQUENCE, b"%d" % self.sequence))
        if self.prev is not None:
            headers.append((H_PREV, b"%d" % self.prev))
        if self.traceparent:
            headers.append((H_TRACEPARENT, self.traceparent.encode()))
        if self.partner:
            headers.append((H_PARTNER, self.partner.encode()))
            headers.append((H_SAID_SOURCE, self.said_source.encode()))
            headers.append((H_SAID_ID, self.said_id.encode()))
        return headers

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> Envelope:
        """Raises EnvelopeError, which says what is wrong with which header and what to do."""
        found: dict[str, bytes] = {}
        for name, value in headers:
            if name in found and (name.startswith("ce_") or name == H_CONTENT_TYPE):
                raise EnvelopeError(name, "header-once", "stands there twice.", "Send it once.")
            found[name] = value
        if found.get(H_SPECVERSION) != b"1.0":
            _complain_of_version(found.get(H_SPECVERSION))
        if found.get(H_CONTENT_TYPE) != b"application/json":
            _check_content_type(found.get(H_CONTENT_TYPE))
        return cls(
            _text(found, H_ID),
            _text(found, H_SOURCE),
            _text(found, H_TYPE),
            _instant(_text(found, H_TIME)),
            _text(found, H_SUBJECT, optional=True),
            _number(found, H_SEQUENCE),
            _number(found, H_PREV),
            _text(found, H_TRACEPARENT, optional=True),
            _text(found, H_PARTNER, optional=True),
            _text(found, H_SAID_SOURCE, optional=True),
            _text(found, H_SAID_ID, optional=True),
        )


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with a Z: `2020-05-04T08:00:00Z`."""
    if instant.utcoffset():
        instant = instant.astimezone(UTC)
    return instant.replace(tzinfo=None).isoformat() + "Z"


def _complain_of_version(raw: bytes | None) -> None:
    detail = "is missing." if raw is None else f"is {_shown(raw)}, not 1.0."
    raise EnvelopeError(H_SPECVERSION, "specversion", detail, "Send CloudEvents 1.0.")


def _check_content_type(raw: bytes | None) -> None:
    """Parameters are tolerated as long as they do not promise another encoding than UTF-8."""
    media_type, _, parameters = (raw or b"").lower().replace(b" ", b"").partition(b";")
    if media_type != b"application/json" or parameters not in (b"", b"charset=utf-8"):
        detail = "is missing." if raw is None else f"is {_shown(raw)}."
        raise EnvelopeError(H_CONTENT_TYPE, "content-type", detail, f"Send {CONTENT_TYPE}.")


def _text(found: dict[str, bytes], name: str, optional: bool = False) -> str:
    raw = found.get(name)
    if raw is None:
        if optional:
            return ""
        raise EnvelopeError(name, "header-required", "is missing.", "Send this attribute.")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise EnvelopeError(name, "header-utf8", "is not UTF-8.", "Encode it as UTF-8.") from None
    if not text or len(text) > MAX_ATTRIBUTE_CHARACTERS or not text.isprintable():
        detail = "is empty, too long or holds control characters."
        remedy = f"Send 1 to {MAX_ATTRIBUTE_CHARACTERS} printable characters."
        raise EnvelopeError(name, "header-text", detail, remedy)
    return text


def _number(found: dict[str, bytes], name: str) -> int | None:
    raw = found.get(name)
    if raw is None:
        return None
    if not raw.isdigit() or len(raw) > 18:
        detail = f"is {_shown(raw)}, not a number."
        raise EnvelopeError(name, "header-number", detail, "Send decimal digits.")
    return int(raw)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError
        return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        detail = f"is {text[:40]!r}, not an instant with its offset."
        remedy = "Write it like 2020-05-04T08:00:00Z."
        raise EnvelopeError(H_TIME, "header-time", detail, remedy) from None


def _shown(raw: bytes) -> str:
    return repr(raw[:40].decode("utf-8", "replace"))
