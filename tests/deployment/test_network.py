"""What the network policies open, pod by pod: what is needed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from filrouge.deployment.access import dashed
from filrouge.deployment.render import PROFILES
from filrouge_contracts.entry import SERVICES

from tests.deployment.objects import Object, Pod, matches, of_kind, pods

DNS = {("out", 53)}
KAFKA, POSTGRES, COLLECTOR, STORE = (
    {("out", 9093)},
    {("out", 5432)},
    {("out", 4318)},
    {("out", 443)},
)
SCRAPED, RECEIPTS = {("in", 8080)}, {("out", 8080)}
KEEPS_A_STORE = {"laptop": False, "production": True, "existing": True}
TRACES = {"laptop": False, "production": True, "existing": False}
READ_KAFKA = {"laptop": (), "production": (), "existing": ("re-execute-2020-q2", "merge-2020-q2")}
"""Auditors, as the profile has them."""


def policies(profile: str, pod: Pod) -> list[Object]:
    found = of_kind(profile, "NetworkPolicy")
    return [one for one in found if matches(one["spec"]["podSelector"], pod.labels)]


def openings(profile: str, pod: Pod) -> Iterator[tuple[str, int, Object]]:
    for policy in policies(profile, pod):
        for rules, way, end in (("egress", "out", "to"), ("ingress", "in", "from")):
            for rule in policy["spec"].get(rules, ()):
                assert rule[end], f"{policy['metadata']['name']} opens to everybody"
                assert rule["ports"], f"{policy['metadata']['name']} opens every port"
                for port in rule["ports"]:
                    for peer in rule[end]:
                        yield way, port["port"], peer


def expected(profile: str, name: str) -> set[tuple[str, int]]:
    """Of a pod, by what it is."""
    store = STORE if KEEPS_A_STORE[profile] else set()
    if name in map(dashed, SERVICES):
        traces = COLLECTOR if TRACES[profile] else set()
        return DNS | KAFKA | POSTGRES | traces | SCRAPED
    if name == "audit-trail":
        return DNS | KAFKA | store | SCRAPED
    if name in ("prepare", "clock"):
        return DNS | KAFKA
    if name == "watch":
        return DNS | KAFKA | SCRAPED
    if name == "restore":
        return DNS | KAFKA | store
    if name == "smoke":
        return DNS | KAFKA | RECEIPTS
    if name in READ_KAFKA[profile]:
        return DNS | KAFKA
    return DNS | store  # auditors, who read the archive alone


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_is_closed_first(profile: str) -> None:
    for pod in pods(profile):
        names = {one["metadata"]["name"]: one["spec"] for one in policies(profile, pod)}
        closed = names["filrouge-default-deny"]
        assert closed["policyTypes"] == ["Ingress", "Egress"]
        assert "ingress" not in closed
        assert "egress" not in closed


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_opened_is_what_is_needed(profile: str) -> None:
    for pod in pods(profile):
        found = {(way, port) for way, port, _ in openings(profile, pod)}
        assert found == expected(profile, pod.name), f"{profile}: {pod}"


@pytest.mark.parametrize("profile", PROFILES)
def test_nobody_is_opened_to_everybody(profile: str) -> None:
    for pod in pods(profile):
        for way, port, peer in openings(profile, pod):
            assert peer, f"{pod}: {way} {port} is open to every namespace"
            assert peer.get("ipBlock", {}).get("cidr") != "0.0.0.0/0"
            for selector in ("podSelector", "namespaceSelector"):
                assert peer.get(selector) != {}, f"{pod}: {way} {port} is open to everybody"


@pytest.mark.parametrize("profile", PROFILES)
def test_receipts_are_for_the_proxy_and_the_smoke_test(profile: str) -> None:
    """Prometheus scrapes the same port; its namespace is trusted not to ask for them."""
    (trail,) = (pod for pod in pods(profile) if pod.name == "audit-trail")
    inward = [peer for way, _, peer in openings(profile, trail) if way == "in"]
    asking = [
        pod.name
        for pod in pods(profile)
        if any(
            "namespaceSelector" not in peer and matches(peer["podSelector"], pod.labels)
            for peer in inward
        )
    ]
    assert asking == [pod.name for pod in pods(profile) if pod.name == "smoke"]
