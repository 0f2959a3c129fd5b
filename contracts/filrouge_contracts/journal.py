"""What a lane notes of each batch, before the events of that batch: enough to decide it again."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from filrouge_contracts.event import Event

_FROZEN = ConfigDict(frozen=True, strict=True)


class ReadRange(BaseModel):
    """Offsets `first` (inclusive) to `end` (exclusive) of a partition, written `topic/number`."""

    model_config = _FROZEN

    partition: str
    first: int
    end: int


class DefectNote(BaseModel):
    """A record (or, on the control topic, the timer of `key`) that raised, and why."""

    model_config = _FROZEN

    partition: str
    offset: int
    key: str
    error: str
    reason: str
    remedy: str


class BatchDecided(Event):
    """A lane has decided a batch of records and timers; its events follow with the sequences named here."""

    service: str
    lane: int
    batch: int
    release: str
    shape: str
    first_sequence: int
    """The journal record's own sequence; the batch's events use the following ones."""
    last_sequence: int
    control_end: int
    """Control was taken up to this offset (exclusive) before anything else."""
    woken: int = 0
    """Number of due aggregates woken after that, in the order (due, key)."""
    waking: tuple[int, str] | None = None
    """(due µs, key) of the last one woken, while further ones of the same tick wait for the next batch."""
    read: tuple[ReadRange, ...] = ()
    """Records read after that, in this order, the ignored ones since the last journalled batch included."""
    defects: tuple[DefectNote, ...] = ()
    watermarks: dict[str, dict[str, int]] = {}
    """Partition → producing lane → last sequence taken; changed entries only."""
    closed: dict[str, tuple[int, int]] = {}
    """Key → records parked, of these re-driven; changed entries only; (0, 0): open."""
    events_sha256: str
    """Digest of the encoded events that follow (topic, partition, key, value, headers of each)."""
