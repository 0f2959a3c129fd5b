"""Each lane's numbers over all logs: none may be missing but those of the last minute and of what is erased."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from filrouge.audit.log_check import Finding
from filrouge.audit.log_numbers import EDGE_MS, Numbers


@dataclass(frozen=True)
class Heard:
    """Of one lane: how far its numbers were heard, and which are still missing."""

    end: int = 0
    missing: tuple[int, ...] = ()


class _Lane:
    """One lane's numbers behind those of earlier runs, a byte each: so they need not be kept in order."""

    def __init__(self, before: Heard) -> None:
        self.before = before
        self.settled = before.end
        self.late: list[tuple[int, int]] = []
        self._found: set[int] = set()
        self._heard = bytearray()

    def add(self, numbers: Numbers) -> None:
        first, sequences = self.before.end + 1, numbers.sequences
        old = bisect_right(sequences, self.before.end)
        self._found.update(sequences[:old])
        self.settled = max(self.settled, numbers.settled)
        self.late += numbers.late
        heard = self._heard
        heard.extend(bytes(max(0, sequences[-1] - self.before.end - len(heard))))
        for sequence in sequences[old:]:
            heard[sequence - first] = 1

    def settle(self, until_ms: int) -> None:
        self.settled = max([self.settled, *(number for at, number in self.late if at <= until_ms)])

    def heard(self) -> Heard:
        missing = [number for number in self.before.missing if number not in self._found]
        at = self._heard.find(0)
        while at >= 0:
            missing.append(self.before.end + 1 + at)
            at = self._heard.find(0, at + 1)
        return Heard(self.before.end + len(self._heard), tuple(missing))


class LanesHeard:
    """`before`: lane → what earlier runs heard."""

    def __init__(self, before: Mapping[str, Heard]) -> None:
        self._before = before
        self._lanes: dict[str, _Lane] = {}
        self._newest_ms = 0

    def add(self, log: Mapping[str, Numbers]) -> None:
        """What one log has."""
        for name, numbers in log.items():
            if name not in self._lanes:
                self._lanes[name] = _Lane(self._before.get(name, Heard()))
            self._lanes[name].add(numbers)
            newest_ms = max((at for at, _ in numbers.late), default=0)
            self._newest_ms = max(self._newest_ms, newest_ms)

    def judge(self, erased: int) -> tuple[dict[str, Heard], list[Finding]]:
        """A number that is missing is a gap if a later one was recorded a minute before the end; as many as
        there are `erased` events of lanes are theirs."""
        after, gaps = dict(self._before), []
        for name, lane in self._lanes.items():
            after[name] = heard = lane.heard()
            lane.settle(self._newest_ms - EDGE_MS)
            gaps += [(name, number) for number in heard.missing if number < lane.settled]
        if len(gaps) > erased:
            return after, [Finding(name, f"its event {number} is nowhere") for name, number in gaps]
        for name, number in gaps:
            left = tuple(one for one in after[name].missing if one != number)
            after[name] = Heard(after[name].end, left)
        return after, []
