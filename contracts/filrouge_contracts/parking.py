"""Records that a defect of ours kept from being processed, and their way back."""

from __future__ import annotations

from filrouge_contracts.event import Event


class RecordParked(Event):
    """A record failed or waits behind one that did; its key is closed until it is re-driven."""

    service: str
    lane: int
    key: str
    index: int
    """1 for the first record parked since the key was closed; re-driving keeps this order."""
    behind: bool
    """True: nothing is wrong with this record, it waits behind an earlier one of its key."""
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    error: str
    reason: str
    remedy: str
    key_base64: str | None = None
    value_base64: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Names and base64 of the values, in their order."""
    due_us: int | None = None
    """Not a record but a timer: the aggregate's due time, microseconds since 1970."""


class RecordRedriven(Event):
    """An operator sends a parked record back to its lane, in order, after the defect was mended."""

    service: str
    lane: int
    key: str
    index: int
    parked: RecordParked
    redriven_by: str
