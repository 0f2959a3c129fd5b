"""Words that are gone are gone because somebody had the right to have them erased, and said so.

N1 a record without its words is one that an erasure names
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from filrouge_contracts.parking import RecordParked
from filrouge_contracts.register import REGISTER

from filrouge.checks.fact import Breach, Fact

Place = tuple[str, int, int]
_PARKED = REGISTER.by_model[RecordParked].topic.partition("{service}")[0]


class Erasures:
    """Hears of records whose words are gone, and of erasures, in whatever order they are read."""

    def __init__(self) -> None:
        self.wants = frozenset({"record-erased"})
        self.checked = {"N1": 0}
        self._gone: list[Place] = []
        self._named: set[Place] = set()

    def hear(self, record: Any) -> None:
        self._gone.append((record.topic, record.partition, record.offset))

    def of_lanes(self) -> Counter[str]:
        """Lane → how many of its numbers nobody can read any more: of its events only those quote words."""
        parked = (place for place in self._gone if place[0].startswith(_PARKED))
        return Counter(f"{topic.split('.')[1]}/{number}" for topic, number, _ in parked)

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name == "record-erased":
            said = fact.data
            for one in (said, *said["copies"]):
                self._named.add((one["topic"], one["partition"], one["offset"]))
        return iter(())

    def close(self) -> Iterator[Breach]:
        for place in self._gone:
            self.checked["N1"] += 1
            if place not in self._named:
                where = "/".join(map(str, place))
                yield Breach(
                    "N1", f"{where}: its words are gone, and no erasure names it", (where,)
                )
