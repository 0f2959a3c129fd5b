"""Every service of the register is there, is reached, watched, scaled and stopped as it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from audit_trail.settings import Settings as ArchiverSettings
from filrouge.deployment.access import dashed
from filrouge.deployment.generate import ROOT
from filrouge.deployment.render import PROFILES
from filrouge_chassis.kafka_address import KafkaAddress
from filrouge_contracts.entry import AUDIT_TRAIL, GATEWAY, OBSERVERS, SERVICES

from tests.deployment.objects import Object, Pod, matches, named, of_kind, pods, services

REBALANCE_SECONDS = 20
"""rebalance_timeout_ms of the chassis."""
LANES = {"laptop": 2, "production": 12, "existing": 4}
every_profile = pytest.mark.parametrize("profile", PROFILES)
every_service = pytest.mark.parametrize("name", [dashed(name) for name in (*SERVICES, *OBSERVERS)])


def pod_of(profile: str, name: str) -> Pod:
    (found,) = (pod for pod in services(profile) if pod.name == name)
    return found


@every_profile
def test_all_services_of_the_register_are_there_and_no_other(profile: str) -> None:
    assert {pod.name for pod in services(profile)} == {
        dashed(name) for name in (*SERVICES, *OBSERVERS)
    }
    for pod in services(profile):
        assert pod.container["image"] == f"filrouge/{pod.name}:0.1.0"


@every_profile
@every_service
def test_it_is_found_at_the_port_that_it_listens_on(profile: str, name: str) -> None:
    pod, service = pod_of(profile, name), named(profile, "Service", name)
    (listening,), (offered,) = pod.container["ports"], service["spec"]["ports"]
    assert matches(service["spec"]["selector"], pod.labels)
    assert offered["targetPort"] == listening["name"] == "http"
    assert (
        offered["port"] == listening["containerPort"] == int(pod.environment["FILROUGE_HTTP_PORT"])
    )


@every_profile
@every_service
def test_it_is_asked_whether_it_lives_and_is_ready(profile: str, name: str) -> None:
    container = pod_of(profile, name).container
    for probe, path in (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz")):
        assert container[f"{probe}Probe"]["httpGet"] == {"path": path, "port": "http"}
    start = container["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] >= 600


@every_profile
@every_service
def test_it_has_time_to_stop(profile: str, name: str) -> None:
    pod = pod_of(profile, name)
    drain_seconds = float(pod.environment["FILROUGE_DRAIN_SECONDS"])
    assert pod.spec["terminationGracePeriodSeconds"] > drain_seconds + REBALANCE_SECONDS


@every_profile
@every_service
def test_it_is_its_own_account_and_one_at_a_time_is_moved(profile: str, name: str) -> None:
    pod = pod_of(profile, name)
    assert pod.spec["serviceAccountName"] == name
    assert named(profile, "ServiceAccount", name)["automountServiceAccountToken"] is False
    budget = named(profile, "PodDisruptionBudget", name)["spec"]
    assert budget["maxUnavailable"] == 1
    assert matches(budget["selector"], pod.labels)


@every_profile
@every_service
def test_its_instances_are_apart(profile: str, name: str) -> None:
    pod = pod_of(profile, name)
    spread = pod.spec["topologySpreadConstraints"]
    for constraint in spread:
        assert matches(constraint["labelSelector"], pod.labels)
    zones = [one for one in spread if one["topologyKey"] == "topology.kubernetes.io/zone"]
    assert [one["whenUnsatisfiable"] for one in zones] == ["DoNotSchedule"] * (
        profile == "production"
    )


@every_profile
@every_service
def test_it_signs_in_as_itself(profile: str, name: str) -> None:
    pod = pod_of(profile, name)
    secrets = {one["name"]: one["secret"] for one in pod.spec["volumes"] if "secret" in one}
    assert KafkaAddress.parse(pod.environment["FILROUGE_KAFKA"]).user == name
    assert secrets["kafka"]["secretName"] == name
    if name == dashed(AUDIT_TRAIL):
        assert "FILROUGE_POSTGRES" not in pod.environment
        return
    url = pod.environment["FILROUGE_POSTGRES"]
    assert url.startswith(f"postgresql://{name.replace('-', '_')}@")
    assert secrets["postgres"]["secretName"] == f"postgres-{name}"


@every_profile
def test_only_the_archiver_has_the_keys_and_a_memory_of_its_own(profile: str) -> None:
    holders = [
        pod.name
        for pod in pods(profile)
        for volume in pod.spec["volumes"]
        if volume.get("secret", {}).get("secretName") == "archive-keys"
    ]
    assert holders == ["audit-trail"]
    pod = pod_of(profile, "audit-trail")
    assert pod.kind == "StatefulSet"
    (claim,) = pod.owner["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    memory = pod.environment["FILROUGE_ARCHIVE_MEMORY"]
    assert memory.startswith(f"{pod.mounts[claim['metadata']['name']]}/")
    required = {
        f"FILROUGE_{name.upper()}"
        for name, field in ArchiverSettings.model_fields.items()
        if field.is_required()
    }
    assert required <= set(pod.environment)


def _partners(profile: str) -> int:
    return sum(
        one["metadata"]["name"].startswith("partner.") for one in of_kind(profile, "KafkaUser")
    )


def test_there_are_as_many_instances_at_most_as_there_are_lanes() -> None:
    scaled = {one["metadata"]["name"]: one["spec"] for one in of_kind("production", "ScaledObject")}
    assert set(scaled) == {dashed(name) for name in SERVICES}
    for name, spec in scaled.items():
        gateway = name == dashed(GATEWAY)
        most = _partners("production") if gateway else LANES["production"]
        assert spec["maxReplicaCount"] == most
        assert 1 <= spec["minReplicaCount"] <= most
        assert spec["scaleTargetRef"]["name"] == name
        (trigger,) = spec["triggers"]
        assert trigger["metadata"]["consumerGroup"] == name.replace("-", "_")
        assert trigger["authenticationRef"]["name"] == name
        assert "replicas" not in pod_of("production", name).owner["spec"]


def test_whoever_scales_asks_as_the_service_itself() -> None:
    for one in of_kind("production", "TriggerAuthentication"):
        name, spec = one["metadata"]["name"], one["spec"]
        found: dict[str, Mapping[str, Any]] = {
            part["parameter"]: part for part in (*spec["env"], *spec["secretTargetRef"])
        }
        pod = pod_of("production", name)
        assert pod.environment[found["username"]["name"]] == name
        assert found["username"]["containerName"] == pod.container["name"]
        assert (found["password"]["name"], found["password"]["key"]) == (name, "password")
        assert found["ca"]["key"] == "ca.crt"


@every_service
def test_it_is_scraped_where_it_serves(name: str) -> None:
    monitor, pod = named("production", "PodMonitor", name)["spec"], pod_of("production", name)
    assert matches(monitor["selector"], pod.labels)
    (endpoint,) = monitor["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == (pod.container["ports"][0]["name"], "/metrics")


@every_profile
def test_all_services_are_told_the_same_number_of_lanes(profile: str) -> None:
    told = {pod.environment.get("FILROUGE_LANES") for pod in services(profile)} - {None}
    assert told == {str(LANES[profile])}


DIVIDED = {"existing": "re-execute", "production": "verify", "laptop": "export"}
"""What the audit's run of each profile's example is of."""


@every_profile
def test_shares_of_an_audit_are_pods_of_an_indexed_job_and_then_put_together(profile: str) -> None:
    command = DIVIDED[profile]
    job = named(profile, "Job", f"{command}-2020-q2")["spec"]
    divided, merge = _job(profile, f"{command}-2020-q2"), _job(profile, "merge-2020-q2")
    assert (job["completionMode"], job["completions"]) == ("Indexed", job["parallelism"])
    args = divided.container["args"]
    assert args[:2] == merge.container["args"][:2] == ["audit", command]
    assert args[args.index("--share-index") + 1] == "$(JOB_COMPLETION_INDEX)"
    assert args[args.index("--of") + 1] == str(job["completions"])
    assert merge.container["args"][2] == "--merge"
    assert merge.owner["spec"]["suspend"] is True
    assert divided.mounts["parts"] == merge.mounts["parts"] == "/parts"


def test_the_parts_of_a_re_execution_are_those_that_are_added_up() -> None:
    args = _job("existing", "re-execute-2020-q2").container["args"]
    written = args[args.index("--json") + 1]
    parts = _job("existing", "merge-2020-q2").container["args"][3:]
    assert parts == [written.replace("$(JOB_COMPLETION_INDEX)", str(n)) for n in range(4)]


def test_the_shares_of_a_verification_are_held_against_what_is_remembered() -> None:
    share, merge = _job("production", "verify-2020-q2"), _job("production", "merge-2020-q2")
    nightly = next(pod for pod in pods("production") if str(pod) == "CronJob verify")
    assert "memory" not in share.mounts
    assert merge.mounts["memory"] == nightly.mounts["memory"] == "/memory"
    words = [pod.container["args"] for pod in (share, merge, nightly)]
    keys = [args[args.index("--verifier") :] for args in words]
    assert keys[0] == keys[1] == keys[2]


def _job(profile: str, name: str) -> Pod:
    (found,) = (pod for pod in pods(profile) if pod.name == name)
    return found


@every_profile
def test_what_is_prepared_is_prepared_before_anything_else(profile: str) -> None:
    prepare: Object = named(profile, "Job", "prepare")
    said: Object = named(profile, "ConfigMap", "installation")
    weights = []
    for one in (said, prepare):
        annotations = one["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
        weights.append(int(annotations.get("helm.sh/hook-weight", 0)))
    assert weights == sorted(set(weights))


def test_alerts_and_dashboards_are_the_very_files() -> None:
    for path in sorted((ROOT / "deploy/prometheus").glob("*.yaml")):
        rule = named("production", "PrometheusRule", f"filrouge-{path.stem}")
        assert rule["spec"] == yaml.safe_load(path.read_text())
    for path in sorted((ROOT / "deploy/grafana").glob("*.json")):
        board = named("production", "ConfigMap", f"filrouge-dashboard-{path.stem}")
        assert json.loads(board["data"][path.name]) == json.loads(path.read_text())
        assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
