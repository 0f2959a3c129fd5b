"""What a partner sends: one record, as bytes, with what the books need to know about it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from filrouge.simulator.cast import Partner
from filrouge.simulator.plan import Slip

START = datetime(2020, 4, 20, tzinfo=UTC)
TICK_AT = timedelta(hours=18)
TYPES = {
    "credits": "budget.credits-opened",
    "agreement": "agreement.agreement-registered",
    "need": "equipment.need-declared",
    "order": "equipment.order-requested",
    "ship": "delivery.shipment-announced",
    "receive": "delivery.goods-received",
    "admit": "verification.goods-admitted",
    "reject": "verification.goods-rejected",
    "invoice": "invoicing.invoice-submitted",
    "pay": "payment.payment-made",
    "penalty": "correction.penalty-decided",
    "advance": "advance.advance-requested",
    "reject payment": "payment.payment-rejected",
    "resubmit": "payment.payment-resubmitted",
}
Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One record on its way to `partners.<partner>.in`."""

    partner: Partner
    id: str
    type: str
    moment: datetime
    data: Mapping[str, Any]
    """What the partner means to say; not what it sends when the bytes are broken."""
    value: bytes
    headers: Headers
    key: bytes | None
    slip: Slip | None = None
    """Set on the very record that is not as it should be."""


NAMES = {name: short for short, name in TYPES.items()}


_VERSION = re.compile(r"\.v\d+$")


def type_of(name: str) -> str:
    """Of a short name of the purchases, of `device.device-lost`, or of `equipment.need-declared.v2`."""
    name = TYPES.get(name, name)
    return f"fr.filrouge.{name}" if _VERSION.search(name) else f"fr.filrouge.{name}.v1"


def name_of(kind: str) -> str:
    """The other way: the short name where there is one, else `device.device-lost`."""
    name = kind.removeprefix("fr.filrouge.").removesuffix(".v1")
    return NAMES.get(name, name)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the play's calendar."""
    return START + timedelta(days=day, hours=hour, minutes=minute)


def tick_of(day: int) -> datetime:
    """The clock stands in the evening of a day while its words are said: they are of that day."""
    return START + timedelta(days=day) + TICK_AT


def digest(document: str) -> str:
    """What a document that its holder keeps is recognised by; here its name stands for its bytes."""
    return hashlib.sha256(document.encode()).hexdigest()


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def word(
    partner: Partner,
    name: str,
    identity: str,
    moment: datetime,
    data: Mapping[str, Any],
    slip: Slip | None = None,
) -> Word:
    """A record as it should be."""
    value = json.dumps(data, separators=(",", ":")).encode()
    headers = headers_of(partner.source, identity, type_of(name), text(moment))
    key = partner.id.encode()
    return Word(partner, identity, type_of(name), moment, data, value, headers, key, slip)


def headers_of(source: str, identity: str, kind: str, moment: str) -> Headers:
    """CloudEvents 1.0 in binary mode."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", identity.encode()),
        ("ce_source", source.encode()),
        ("ce_type", kind.encode()),
        ("ce_time", moment.encode()),
        ("content-type", b"application/json"),
    )


def user_field(data: Mapping[str, Any]) -> str:
    """Name of the field that says who acted: `declared_by`, `ordered_by` and so on."""
    return next(name for name in data if name.endswith("_by"))
