"""The numbers that lanes gave their events, as one log has them.

Partitions are not archived at the same instant: a number may be missing in one for a minute. So the broker's
time is only told of what was recorded in a log's last minute; all before is settled.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

EDGE_MS = 60_000
TIME_BYTES = 8
NONE = b"\x010"
Written = bytes
"""A text as it stands in an entry, behind the last byte of its length."""


class Numbers(NamedTuple):
    """What one lane numbered in one log, rising. `settled`: the last before the log's last minute; `late`: time
    and number of those in it."""

    sequences: array[int]
    settled: int
    late: list[tuple[int, int]]


class _Piece(NamedTuple):
    """Events that were recorded one after the other."""

    newest: bytes
    times: Sequence[bytes]
    lanes: Sequence[Written]
    sequences: Sequence[Written]


class LogNumbers:
    """Takes events in the order in which they were recorded."""

    def __init__(self) -> None:
        self._last: dict[Written, Written] = {}
        self._number_of: dict[Written, int] = {}
        self._lanes, self._sequences = array("L"), array("q")
        self._settled: dict[Written, Written] = {}
        self._recent: deque[_Piece] = deque()
        self._newest = bytes(TIME_BYTES)

    def last(self, lane: Written) -> int | None:
        """Its last number; None if it has none here."""
        return int(self._last[lane][1:]) if lane in self._last else None

    def add(self, time: bytes, lane: Written, sequence: Written) -> None:
        """An event with a higher number than the lane's last one."""
        self._number_of.setdefault(lane, len(self._number_of))
        self._last[lane] = sequence
        self._take((time,), (lane,), (sequence,))

    def follow(
        self,
        times: Sequence[bytes],
        lanes: Sequence[Written],
        sequences: Sequence[Written],
        prevs: Iterable[Written],
    ) -> bool:
        """Whether each follows the last one of its lane, which is known; if not, none is taken. Numbers are
        written without zeros in front, so that the lower of two has the lower bytes."""
        last = self._last.copy()
        for lane, sequence, prev in zip(lanes, sequences, prevs, strict=True):
            if prev != last.get(lane) or sequence <= prev:
                return False
            last[lane] = sequence
        self._last = last
        self._take(times, lanes, sequences)
        return True

    def _take(
        self, times: Sequence[bytes], lanes: Sequence[Written], sequences: Sequence[Written]
    ) -> None:
        self._lanes.extend([self._number_of[lane] for lane in lanes])
        self._sequences.extend([int(sequence[1:]) for sequence in sequences])
        newest = max(times)
        self._recent.append(_Piece(newest, times, lanes, sequences))
        self._newest = max(self._newest, newest)
        until = max(0, int.from_bytes(self._newest) - EDGE_MS).to_bytes(TIME_BYTES)
        while self._recent and self._recent[0].newest <= until:
            piece = self._recent.popleft()
            self._settled.update(zip(piece.lanes, piece.sequences, strict=True))

    def of_lanes(self) -> dict[str, Numbers]:
        """By the lanes' names."""
        found = [
            Numbers(array("q"), int(self._settled.get(lane, NONE)[1:]), [])
            for lane in self._number_of
        ]
        for number, sequence in zip(self._lanes, self._sequences, strict=True):
            found[number].sequences.append(sequence)
        for _, *events in self._recent:
            for time, lane, sequence in zip(*events, strict=True):
                late = found[self._number_of[lane]].late
                late.append((int.from_bytes(time), int(sequence[1:])))
        names = [lane[1:].decode() for lane in self._number_of]
        return dict(zip(names, found, strict=True))


def written(text: bytes) -> Written:
    return len(text).to_bytes(4)[-1:] + text


def written_time(time_ms: int) -> bytes:
    return max(0, time_ms).to_bytes(TIME_BYTES)
