"""Lanes at work, in the order in which Kafka takes what they say; and a cut judged by what it has to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from filrouge_archive.consistency import lane_of_journal, note_of, said_by_lane
from filrouge_archive.standing import Lately
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.entry import BUDGET_ACCOUNTING, ORDERS
from filrouge_contracts.journal import BatchDecided, ReadRange
from filrouge_contracts.topics import AUDIT, CONTROL, topic

WORDS, AUDITED, TIME = (
    Partition("partners.school-1.in.g1", 0),
    Partition(AUDIT, 0),
    Partition(CONTROL, 0),
)
FACTS = tuple(Partition(topic(name), number) for name in ("budget", "orders") for number in (0, 1))
SERVICES = (BUDGET_ACCOUNTING, ORDERS)
STEPS = 60
Records = Mapping[Partition, list[RawRecord]]


@dataclass
class Speaker:
    """One lane: it notes a batch, says its events one by one, and only then notes the next one."""

    service: str
    number: int
    sequence: int = 0
    batch: int = 0
    read: dict[Partition, int] = field(default_factory=dict)
    unsaid: list[tuple[Partition, int]] = field(default_factory=list)
    last: tuple[BatchDecided | None, list[tuple[Partition, int]]] = (None, [])

    @property
    def journal(self) -> Partition:
        return Partition(topic(f"journal.{self.service}"), self.number)

    @property
    def source(self) -> bytes:
        return f"{self.service}/{self.number}".encode()


class Stream:
    """What Kafka holds, and in which order it came."""

    def __init__(self, chance: Random, lanes: int = 3) -> None:
        self.records: dict[Partition, list[RawRecord]] = defaultdict(list)
        self._chance, self._clock_ms = chance, 1_587_340_800_000
        self.lanes = [Speaker(SERVICES[n % 2], n // 2) for n in range(lanes)]

    def work(self, steps: int = STEPS) -> None:
        for _ in range(steps):
            lane = self._chance.choice(self.lanes)
            step = self._chance.choice((self._decide, self._decide, self._say_all, self._others))
            step(lane)

    def put(
        self, place: Partition, value: bytes = b"", source: bytes = b"", sequence: int = 0
    ) -> None:
        self._clock_ms += self._chance.randrange(50)
        headers = (("ce_source", source), ("ce_sequence", b"%d" % sequence)) if source else ()
        records = self.records[place]
        records.append(RawRecord(*place, len(records), self._clock_ms, b"", value, headers))

    def _decide(self, lane: Speaker) -> None:
        """A batch is noted; its events come later, one by one."""
        if lane.unsaid:
            place, sequence = lane.unsaid.pop(0)
            self.put(place, b"event", lane.source, sequence)
            return
        lane.batch += 1
        places = self._chance.sample((*FACTS, WORDS), self._chance.randrange(4))
        ranges = [(place, lane.read.get(place, 0), len(self.records[place])) for place in places]
        lane.read.update({place: end for place, _, end in ranges})
        first = lane.sequence + 1
        events = [(self._chance.choice((*FACTS, AUDITED)), first + 1 + n)
                  for n in range(self._chance.randrange(5))]  # fmt: skip
        lane.sequence = first + len(events)
        note = BatchDecided(
            service=lane.service, lane=lane.number, batch=lane.batch, release="test", shape="1",
            first_sequence=first, last_sequence=lane.sequence, control_end=len(self.records[TIME]),
            read=tuple(ReadRange(partition=str(place), first=begin, end=end)
                       for place, begin, end in ranges if end > begin),
            events_sha256="",
        )  # fmt: skip
        lane.last, lane.unsaid = (note, events), list(events)
        self._note(lane)

    def _note(self, lane: Speaker) -> None:
        note = lane.last[0]
        if note is not None:
            self.put(lane.journal, note.to_json(), lane.source, note.first_sequence)

    def _say_all(self, lane: Speaker) -> None:
        """The rest of a batch; sometimes all of it once more, by an instance that took the lane over."""
        if self._chance.random() < 0.3:
            self._note(lane)
            lane.unsaid = list(lane.last[1])
        for place, sequence in lane.unsaid:
            self.put(place, b"event", lane.source, sequence)
        lane.unsaid = []

    def _others(self, _: Speaker) -> None:
        """Who is no lane; a partner may say that it is one."""
        self.put(TIME, b"tick", b"operator/ab12", len(self.records[TIME]) + 1)
        self.put(WORDS, b"words", self.lanes[0].source, 999)
        self.put(AUDITED, b"asked", b"audit_trail/cd34", 7)

    def portions(self, chance: Random) -> Iterator[tuple[Partition, list[RawRecord]]]:
        """All of it, as somebody reads it who looks at one partition after the other."""
        done = dict.fromkeys(self.records, 0)
        while left := [place for place, n in done.items() if n < len(self.records[place])]:
            place = chance.choice(left)
            end = done[place] + chance.randint(1, 8)
            yield place, self.records[place][done[place] : end]
            done[place] = min(end, len(self.records[place]))


def faults(records: Records, ends: Mapping[Partition, int]) -> list[str]:
    """What is wrong with a cut that ends there; written down without a thought of how one is found."""
    noted: dict[bytes, list[range]] = defaultdict(list)
    said: dict[bytes, set[int]] = defaultdict(set)
    found = []
    for place, end in ends.items():
        for record in records[place][:end]:
            if place.topic.startswith("journal."):
                note = BatchDecided.from_json(record.value or b"")
                batches = noted[f"{note.service}/{note.lane}".encode()]
                if batches and note.first_sequence < batches[-1].stop:
                    continue  # void
                batches.append(range(note.first_sequence, note.last_sequence + 1))
                beyond = [one for one in note.read
                          if one.end > ends.get(Partition.parse(one.partition), 0)]  # fmt: skip
                if beyond or note.control_end > ends.get(TIME, 0):
                    found.append(f"{place}/{record.offset} has read more")
            elif place != WORDS and record.value == b"event":
                headers = dict(record.headers)
                said[headers["ce_source"]].add(int(headers["ce_sequence"]))
    for lane in noted.keys() | said.keys():
        covered = {n for batch in noted[lane] for n in batch}
        earlier = {n for batch in noted[lane][:-1] for n in batch[1:]}
        found += [f"{lane!r} said {n}, not noted" for n in said[lane] - covered]
        found += [f"{lane!r} went on without {n}" for n in earlier - said[lane]]
    return found


def standing(records: Records, ends: Mapping[Partition, int]) -> dict[bytes, Lately]:
    """How lanes stand in an archive that ends there."""
    lanes: dict[bytes, Lately] = defaultdict(Lately)
    for place, end in ends.items():
        journal = lane_of_journal(place)
        for record in records[place][:end] if place != WORDS else ():
            if journal is not None:
                note = note_of(record)
                assert note is not None
                lanes[journal].noted(note, lately=True)
            elif said := said_by_lane(record.headers):
                lanes[said[0]].said.add(said[1])
    return lanes
