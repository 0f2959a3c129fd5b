"""Records as partners send them, right or with something replaced."""

from __future__ import annotations

from filrouge_contracts.event import Event
from filrouge_contracts.topics import PARTNER_IN

from filrouge_chassis.records import RawRecord


def partner_record(
    partner: str,
    said: Event | bytes | None,
    event_id: str = "1",
    offset: int = 0,
    type_name: str | None = None,
    headers: dict[str, bytes | None] | None = None,
) -> RawRecord:
    """A CloudEvent in binary mode on the partner's own topic; a header given as None is left out."""
    value = said.to_json() if isinstance(said, Event) else said
    event_type = type_name or (said.event_type if isinstance(said, Event) else "")
    all_headers: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": event_id.encode(),
        "ce_source": f"urn:filrouge:partner:{partner}".encode(),
        "ce_type": event_type.encode(),
        "ce_time": b"2020-05-04T08:00:00Z",
        "content-type": b"application/json",
        **(headers or {}),
    }
    kept = tuple((name, raw) for name, raw in all_headers.items() if raw is not None)
    topic = PARTNER_IN.format(partner=partner)
    return RawRecord(topic, 0, offset, 1_588_579_200_000, None, value, kept)
