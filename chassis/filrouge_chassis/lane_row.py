"""The lane row: everything a lane must know besides its aggregates' states to go on exactly where it was."""

from __future__ import annotations

import copy

import msgspec


class WakeCursor(msgspec.Struct, array_like=True, frozen=True):
    """How far a tick's due aggregates have been woken, in the order (due, key)."""

    due_us: int
    key: str


class LaneRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Positions and counters of one lane; `committed` as one value with the states they belong to.

    Partitions are written `topic/number`. All offsets are the next one to read.
    """

    sequence: int = 0  # last sequence used by this lane
    batch: int = 0  # last journalled batch
    journal_offset: int = 0  # end of this lane's journal as far as it was followed
    journal_sequence: int = 0  # last sequence of the last journal record before that
    positions: dict[str, int] = {}  # partition read → next offset
    watermarks: dict[
        str, dict[str, int]
    ] = {}  # partition read → producing lane → last sequence taken
    sent: dict[str, int] = {}  # partition written → last sequence sent there
    control_offset: int = 0
    now_us: int = 0  # the last tick taken
    tick_offset: int = 0  # its offset on the control topic
    waking: WakeCursor | None = (
        None  # a tick is being worked off; None: all due aggregates were woken
    )
    closed: dict[str, tuple[int, int]] = {}  # key → records parked, of these re-driven

    def copy(self) -> LaneRow:
        """A copy to work on; the original stays as committed."""
        twin = copy.copy(self)
        twin.positions = dict(self.positions)
        twin.watermarks = {partition: dict(seen) for partition, seen in self.watermarks.items()}
        twin.sent = dict(self.sent)
        twin.closed = dict(self.closed)
        return twin


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(LaneRow)


def encode_row(row: LaneRow) -> bytes:
    return _encoder.encode(row)


def decode_row(data: bytes) -> LaneRow:
    return _decoder.decode(data)


def changed_watermarks(before: LaneRow, after: LaneRow) -> dict[str, dict[str, int]]:
    """The watermarks of `after` that `before` does not have."""
    changed: dict[str, dict[str, int]] = {}
    for partition, seen in after.watermarks.items():
        old = before.watermarks.get(partition, {})
        if seen != old:
            changed[partition] = {
                source: last for source, last in seen.items() if old.get(source) != last
            }
    return changed


def changed_closed(before: LaneRow, after: LaneRow) -> dict[str, tuple[int, int]]:
    """Closed keys whose numbers changed; (0, 0) for one that is open again."""
    keys = before.closed.keys() | after.closed.keys()
    return {
        key: after.closed.get(key, (0, 0))
        for key in sorted(keys)
        if before.closed.get(key) != after.closed.get(key)
    }
