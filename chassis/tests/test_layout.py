"""A lane's partitions stay together, whoever joins or leaves the group, and every lane has an owner."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from filrouge_chassis.layout import FactLayout, LanePlan, Layout, PartnerLayout, lane_assignor
from filrouge_chassis.records import Partition
from filrouge_chassis.testing.examples import example
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.register import REGISTER, SERVICES
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import CONTROL, PARTNER_IN, PARTNER_REDRIVE, VERDICTS
from hypothesis import given
from hypothesis import strategies as st

FACT_SERVICES = [service for service in SERVICES if service != "partner_gateway"]
MEMBERS = st.lists(st.text("abc-0", min_size=1, max_size=4), min_size=1, max_size=9, unique=True)
PARTNERS = st.lists(
    st.text("abc-075", min_size=1, max_size=5), min_size=1, max_size=20, unique=True
)


class Cluster:
    """What an assignor asks of the cluster's metadata."""

    def __init__(self, partitions: Mapping[str, int]) -> None:
        self._partitions = partitions

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        number = self._partitions.get(topic)
        return None if number is None else set(range(number))


def assigned(
    layout: Layout, partitions: Mapping[str, int], subscribed: Mapping[str, list[str]]
) -> dict[str, set[Partition]]:
    """member → partitions, as it is told through the protocol's own bytes."""
    assignor = lane_assignor(layout)
    said = {
        member: ConsumerProtocolMemberMetadata.decode(assignor.metadata(topics).encode())
        for member, topics in subscribed.items()
    }
    given = assignor.assign(Cluster(partitions), said)
    return {
        member: {Partition(*place) for place in assignment.partitions()}
        for member, assignment in given.items()
    }


def check_whole(
    layout: Layout, partitions: Mapping[str, int], given: Mapping[str, set[Partition]]
) -> None:
    """Everything is given once, and no lane to two members."""
    places = list(chain.from_iterable(given.values()))
    assert sorted(places) == [
        Partition(name, n) for name in sorted(partitions) for n in range(partitions[name])
    ]
    owners: dict[str, set[str]] = {}
    for member, share in given.items():
        for place in share:
            owners.setdefault(layout.group(place), set()).add(member)
    assert all(len(members) == 1 for members in owners.values())
    counts = Counter(member for (member,) in owners.values())
    shares = [counts[member] for member in given]
    assert max(shares) - min(shares) <= 1


@given(st.sampled_from(FACT_SERVICES), MEMBERS, st.integers(1, 30))
def test_lanes_of_facts_are_never_split_and_shared_evenly(
    service: str, members: list[str], lanes: int
) -> None:
    layout = FactLayout(service)
    partitions = dict.fromkeys(layout.topics, lanes)
    given = assigned(layout, partitions, {member: list(layout.topics) for member in members})
    check_whole(layout, partitions, given)


@given(MEMBERS, PARTNERS)
def test_partners_doors_are_never_split_and_shared_evenly(
    members: list[str], partners: list[str]
) -> None:
    layout = PartnerLayout()
    partitions = {
        name.format(partner=partner): 1
        for partner in partners
        for name in (PARTNER_IN, PARTNER_REDRIVE)
    }
    given = assigned(layout, partitions, {member: sorted(partitions) for member in members})
    check_whole(layout, partitions, given)


@given(st.data(), MEMBERS, st.integers(1, 9))
def test_nobody_is_given_a_topic_that_it_does_not_know_and_nobody_else_waits_for_it(
    data: st.DataObject, members: list[str], lanes: int
) -> None:
    """While a release is rolled out, members subscribe to different topics."""
    layout = FactLayout("equipment_orders")
    some = st.lists(st.sampled_from(layout.topics), unique=True)
    subscribed = {member: data.draw(some) for member in members}
    newest = data.draw(st.sampled_from(members))
    subscribed[newest] = list(layout.topics)
    partitions = dict.fromkeys(layout.topics, lanes)
    given = assigned(layout, partitions, subscribed)
    for member, share in given.items():
        assert {place.topic for place in share} <= set(subscribed[member])
    places = list(chain.from_iterable(given.values()))
    assert len(places) == len(set(places)) == lanes * len(layout.topics)


def test_a_lane_that_no_member_knows_whole_is_given_as_far_as_one_knows_it() -> None:
    layout = FactLayout("equipment_orders")
    first, *others = layout.topics
    given = assigned(layout, dict.fromkeys(layout.topics, 1), {"old": [first], "new": others})
    assert given == {"old": set(), "new": {Partition(name, 0) for name in others}}


def test_a_topic_that_kafka_does_not_know_yet_is_left_out() -> None:
    layout = FactLayout("budget_accounting")
    known, *_ = layout.topics
    given = assigned(layout, {known: 2}, {"only": list(layout.topics)})
    assert given == {"only": {Partition(known, 0), Partition(known, 1)}}


@pytest.mark.parametrize("service", FACT_SERVICES)
def test_a_service_reads_what_the_register_lets_it_hear_and_its_own_redrive_topic(
    service: str,
) -> None:
    layout = FactLayout(service)
    heard = {entry.topic for entry in REGISTER if service in entry.heard_by}
    fixed = {name.format(service=service) for name in heard} - {CONTROL}
    assert set(layout.subscription()["topics"]) == fixed
    assert layout.redrive_suffix in fixed


@given(st.permutations([Partition("budget.g1", 3), Partition("redrive.x.g1", 3)]))
def test_a_lane_of_facts_has_the_number_of_its_partitions(places: list[Partition]) -> None:
    layout = FactLayout("budget_accounting")
    assert {layout.group(place) for place in places} == {"3"}
    assert layout.plan("3", places, {}) == LanePlan(3, tuple(sorted(places)))


def test_a_partners_door_is_a_lane_as_soon_as_control_has_named_it() -> None:
    layout = PartnerLayout()
    door, again = (
        Partition(name.format(partner="school-075"), 0) for name in (PARTNER_IN, PARTNER_REDRIVE)
    )
    assert {layout.group(door), layout.group(again)} == {"school-075"}
    assert layout.plan("school-075", [again, door], {}) is None
    said = example(PartnerRegistered, partner="school-075", lane=7)
    plan = layout.plan("school-075", [again, door], {"school-075": said})
    assert plan == LanePlan(7, (door, again), "school-075")


def test_the_gateway_reads_partners_doors_and_nothing_else() -> None:
    pattern = PartnerLayout().subscription()["pattern"]
    specs = all_topics(4, SERVICES, ["school-075", "a"])
    read = {spec.name for spec in specs if re.match(pattern, spec.name)}
    doors = {
        name.format(partner=partner)
        for partner in ("school-075", "a")
        for name in (PARTNER_IN, PARTNER_REDRIVE)
    }
    assert read == doors
    assert VERDICTS.format(partner="a") not in read
