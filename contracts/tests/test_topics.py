"""Every topic that the register names is created, and none that would lose anything."""

from __future__ import annotations

from filrouge_contracts.register import REGISTER, SERVICES
from filrouge_contracts.topic_specs import all_topics

SPECS = all_topics(4, SERVICES, ["school-1"])


def test_every_registered_topic_is_created() -> None:
    names = {spec.name for spec in SPECS}
    for entry in REGISTER:
        for service in SERVICES:
            assert entry.topic.format(partner="school-1", service=service) in names
    assert len(names) == len(SPECS)


def test_partitions_follow_how_an_event_is_spread() -> None:
    partitions = {spec.name: spec.partitions for spec in SPECS}
    for entry in REGISTER:
        name = entry.topic.format(partner="school-1", service=SERVICES[0])
        assert partitions[name] == (1 if entry.spread == "single" else 4)


def test_nothing_is_ever_dropped_or_compacted() -> None:
    for spec in SPECS:
        assert spec.config["retention.ms"] == spec.config["retention.bytes"] == "-1"
        assert spec.config["cleanup.policy"] == "delete"


def test_a_partners_largest_record_fits_the_parked_topic_in_base64() -> None:
    size = {spec.name: int(spec.config["max.message.bytes"]) for spec in SPECS}
    largest = size["partners.school-1.in.g1"]
    assert largest * 4 // 3 * 2 < size["parked.partner_gateway.g1"]
