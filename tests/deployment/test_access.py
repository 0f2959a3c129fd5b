"""Topics and access of the platform are those of the register, looked at once more from the other side."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from filrouge.deployment.access import RESTORER, dashed
from filrouge.services import decider_of
from filrouge_chassis.layout import PartnerLayout, layout_of
from filrouge_contracts.entry import AUDIT_TRAIL, GATEWAY, SERVICES
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import AUDIT, CONTROL

from tests.deployment.objects import IN_CLUSTER, Object, named, of_kind

ALLOWED = {"Read", "Write", "DescribeConfigs"}
LANES = {"laptop": 2, "production": 12}
in_every_cluster = pytest.mark.parametrize("profile", IN_CLUSTER)


def partners(profile: str) -> list[str]:
    names = (one["metadata"]["name"] for one in of_kind(profile, "KafkaUser"))
    return [name.removeprefix("partner.") for name in names if name.startswith("partner.")]


def may(profile: str, user: str, operation: str, kind: str = "topic") -> set[str]:
    """Names of what a user may do this with."""
    acls = named(profile, "KafkaUser", user)["spec"]["authorization"]["acls"]
    return {
        acl["resource"]["name"]
        for acl in acls
        if operation in acl["operations"] and acl["resource"]["type"] == kind
    }


@in_every_cluster
def test_topics_are_as_an_installation_has_them(profile: str) -> None:
    lanes, doors = LANES[profile], partners(profile)
    assert doors
    topics = {one["spec"]["topicName"]: one["spec"] for one in of_kind(profile, "KafkaTopic")}
    specs = all_topics(lanes, SERVICES, doors)
    assert set(topics) == {spec.name for spec in specs}
    for spec in specs:
        found = topics[spec.name]
        assert found["partitions"] == spec.partitions
        assert dict(spec.config).items() <= found["config"].items()
        assert found["config"]["unclean.leader.election.enable"] == "false"


def test_in_production_one_broker_may_be_away() -> None:
    for one in of_kind("production", "KafkaTopic"):
        assert one["spec"]["replicas"] == 3
        assert one["spec"]["config"]["min.insync.replicas"] == "2"
    config = named("production", "Kafka", "filrouge")["spec"]["kafka"]["config"]
    assert config["auto.create.topics.enable"] is False
    assert {name: config[name] for name in config if name.endswith(("factor", "replicas"))} == {
        "default.replication.factor": 3,
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": 3,
        "transaction.state.log.replication.factor": 3,
    }


def _said(service: str, doors: list[str]) -> Iterator[str]:
    """Topics of all that a service writes, as the register has it event by event."""
    for entry in REGISTER:
        if service in entry.written_by:
            if "{partner}" in entry.topic:
                yield from (entry.topic.format(partner=door) for door in doors)
            else:
                yield entry.topic.format(service=service)


def _subscribed(service: str, profile: str) -> set[str]:
    layout = layout_of(decider_of(service))
    if not isinstance(layout, PartnerLayout):
        return set(layout.subscription()["topics"])
    pattern = re.compile(layout.subscription()["pattern"])
    names = {one["spec"]["topicName"] for one in of_kind(profile, "KafkaTopic")}
    return {name for name in names if pattern.match(name)}


@in_every_cluster
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_what_it_says_and_reads_what_it_hears(profile: str, service: str) -> None:
    user, said = dashed(service), set(_said(service, partners(profile)))
    assert f"journal.{service}.g1" in said
    assert may(profile, user, "Write") == said
    assert may(profile, user, "Read") == said | _subscribed(service, profile) | {CONTROL}
    assert may(profile, user, "Read", "group") == {service}


@in_every_cluster
def test_the_archiver_reads_everything_and_writes_who_looked(profile: str) -> None:
    everything = {one["spec"]["topicName"] for one in of_kind(profile, "KafkaTopic")}
    assert may(profile, dashed(AUDIT_TRAIL), "Read") == everything
    assert may(profile, dashed(AUDIT_TRAIL), "Write") == {AUDIT}
    assert may(profile, "auditor", "Read") == everything
    assert may(profile, "auditor", "Write") == set()


@in_every_cluster
def test_the_operator_says_control_erasures_and_what_is_sent_back(profile: str) -> None:
    back = {f"redrive.{service}.g1" for service in SERVICES}
    back |= {f"partners.{door}.redrive.g1" for door in partners(profile)}
    assert may(profile, "operator", "Write") == {CONTROL, AUDIT} | back


@in_every_cluster
def test_a_partner_speaks_at_its_own_door_and_hears_its_own_verdicts(profile: str) -> None:
    for door in partners(profile):
        assert may(profile, f"partner.{door}", "Write") == {f"partners.{door}.in.g1"}
        assert may(profile, f"partner.{door}", "Read") == {f"partners.{door}.verdicts.g1"}
        writers = {
            one["metadata"]["name"]
            for one in of_kind(profile, "KafkaUser")
            if f"partners.{door}.verdicts.g1" in may(profile, one["metadata"]["name"], "Write")
        }
        assert writers - {RESTORER} == {dashed(GATEWAY)}


def _acls(profile: str) -> Iterator[Object]:
    for one in of_kind(profile, "KafkaUser"):
        if one["metadata"]["name"] != RESTORER:
            yield from one["spec"]["authorization"]["acls"]


def test_who_restores_may_change_every_topic_and_is_there_on_that_day_only() -> None:
    everything = {one["spec"]["topicName"] for one in of_kind("laptop", "KafkaTopic")}
    for operation in (*ALLOWED, "AlterConfigs"):
        assert may("laptop", RESTORER, operation) == everything
    assert may("laptop", RESTORER, "Describe", "group") == set(SERVICES)
    (job,) = [one for one in of_kind("laptop", "Job") if one["metadata"]["name"] == "restore"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["args"][0] == "restore"
    names = {
        one["metadata"]["name"]
        for kind in ("Job", "KafkaUser")
        for one in of_kind("production", kind)
    }
    assert not names & {"restore", RESTORER}


@in_every_cluster
def test_nobody_may_more_than_read_and_write_names_that_are_said(profile: str) -> None:
    for one in of_kind(profile, "KafkaUser"):
        assert one["spec"]["authentication"] == {"type": "scram-sha-512"}
    for acl in _acls(profile):
        assert acl["resource"]["patternType"] == "literal"
        assert "*" not in acl["resource"]["name"]
        assert "{" not in acl["resource"]["name"]
        assert set(acl["operations"]) <= ALLOWED


@in_every_cluster
def test_the_only_door_of_kafka_is_encrypted_and_asks_who_comes(profile: str) -> None:
    kafka = named(profile, "Kafka", "filrouge")["spec"]["kafka"]
    (listener,) = kafka["listeners"]
    assert (listener["port"], listener["tls"]) == (9093, True)
    assert listener["authentication"] == {"type": "scram-sha-512"}
    assert kafka["authorization"] == {"type": "simple"}


@in_every_cluster
def test_every_service_that_decides_has_its_own_role_and_database(profile: str) -> None:
    cluster = named(profile, "Cluster", "filrouge-postgres")["spec"]
    roles = {role["name"]: role for role in cluster["managed"]["roles"]}
    assert set(roles) == set(SERVICES)
    for service, role in roles.items():
        assert role["login"] is True
        assert role["createdb"] is True
        assert role["passwordSecret"]["name"] == f"postgres-{dashed(service)}"
        database = named(profile, "Database", dashed(service))["spec"]
        assert (database["name"], database["owner"]) == (service, service)
        assert database["cluster"]["name"] == "filrouge-postgres"
