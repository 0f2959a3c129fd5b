"""Which partitions make a lane, and that a consumer group hands them out together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL, GENERATION, topic

from filrouge_chassis.decider import Decider
from filrouge_chassis.records import Partition


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A lane to run: its number, its partitions, and whose door it is (partners' lanes only)."""

    number: int
    partitions: tuple[Partition, ...]
    partner: str | None = None


class Layout(Protocol):
    """How a service's topics fall into lanes."""

    redrive_suffix: str

    def subscription(self) -> Mapping[str, Any]:
        """Arguments that name the topics to a subscriber."""
        ...

    def group(self, partition: Partition) -> str:
        """Partitions of one group belong to one lane."""
        ...

    def plan(
        self, group: str, partitions: Iterable[Partition], partners: Mapping[str, PartnerRegistered]
    ) -> LanePlan | None:
        """The lane of a group; None as long as control has not named it."""
        ...


class FactLayout:
    """Lane n is partition n of all topics that the service hears, and of its re-drive topic."""

    def __init__(self, service: str) -> None:
        self.redrive_suffix = topic(f"redrive.{service}")
        heard = {name for name in REGISTER.topics_read_by(service) if "{" not in name}
        self.topics = tuple(sorted((heard - {CONTROL}) | {self.redrive_suffix}))

    def subscription(self) -> Mapping[str, Any]:
        return {"topics": self.topics}

    def group(self, partition: Partition) -> str:
        return str(partition.number)

    def plan(
        self, group: str, partitions: Iterable[Partition], partners: Mapping[str, PartnerRegistered]
    ) -> LanePlan | None:
        return LanePlan(int(group), tuple(sorted(partitions)))


class PartnerLayout:
    """A lane per partner: its `in` topic and its re-drive topic, one partition each."""

    redrive_suffix = f".redrive.{GENERATION}"

    def subscription(self) -> Mapping[str, Any]:
        return {"pattern": rf"^partners\.[a-z0-9-]+\.(in|redrive)\.{GENERATION}$"}

    def group(self, partition: Partition) -> str:
        return partition.topic.split(".")[1]

    def plan(
        self, group: str, partitions: Iterable[Partition], partners: Mapping[str, PartnerRegistered]
    ) -> LanePlan | None:
        registered = partners.get(group)
        if registered is None:
            return None
        return LanePlan(registered.lane, tuple(sorted(partitions)), group)


def layout_of(decider: Decider) -> Layout:
    """Where a service's records come from: the partners' doors, or our own topics."""
    return PartnerLayout() if decider.read else FactLayout(decider.service)


def lane_assignor(layout: Layout) -> type[AbstractPartitionAssignor]:
    """An assignor that never splits a lane: groups go to the members that have fewest.

    While a release is rolled out, or a partner's new topics are not known to every member yet,
    members subscribe to different topics; aiokafka ends a member that is given any other.
    """

    class LaneAssignor(AbstractPartitionAssignor):  # type: ignore[misc]
        name = "lanes"
        version = 0

        @classmethod
        def assign(cls, cluster: Any, members: Mapping[str, Any]) -> dict[str, Any]:
            subscribed = {member: frozenset(said.subscription) for member, said in members.items()}
            groups: defaultdict[str, list[Partition]] = defaultdict(list)
            for name in sorted(frozenset().union(*subscribed.values())):
                for number in sorted(cluster.partitions_for_topic(name) or ()):
                    place = Partition(name, number)
                    groups[layout.group(place)].append(place)
            given = share_out(groups, subscribed)
            return {
                member: ConsumerProtocolMemberAssignment(cls.version, sorted(parts.items()), b"")
                for member, parts in given.items()
            }

        @classmethod
        def metadata(cls, topics: Iterable[str]) -> Any:
            return ConsumerProtocolMemberMetadata(cls.version, list(topics), b"")

        @classmethod
        def on_assignment(cls, assignment: Any) -> None:
            return

    return LaneAssignor


def share_out(
    groups: Mapping[str, list[Partition]], subscribed: Mapping[str, AbstractSet[str]]
) -> dict[str, dict[str, list[int]]]:
    """member → topic → partitions. A group goes to one member, of those that know most of its topics
    to one that has fewest groups: if all know the same, their numbers differ by one at most."""
    given: dict[str, dict[str, list[int]]] = {member: {} for member in subscribed}
    counts = dict.fromkeys(sorted(subscribed), 0)
    for group in sorted(groups, key=lambda group: (len(group), group)):
        topics = {place.topic for place in groups[group]}
        known = {member: len(topics & subscribed[member]) for member in counts}
        chosen = min(counts, key=lambda member: (-known[member], counts[member]))
        counts[chosen] += 1
        for place in groups[group]:
            if place.topic in subscribed[chosen]:
                given[chosen].setdefault(place.topic, []).append(place.number)
    return given
