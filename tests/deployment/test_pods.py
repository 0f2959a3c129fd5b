"""What holds for every pod of every profile: it may do nothing that it does not need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from filrouge.deployment.render import PROFILES

from tests.deployment.objects import Pod, matches, objects, of_kind, pods, services

EVERY = [(profile, pod) for profile in PROFILES for pod in pods(profile)]
every_pod = pytest.mark.parametrize(
    "pod", [pod for _, pod in EVERY], ids=[f"{profile}: {pod}" for profile, pod in EVERY]
)


def test_there_are_pods_of_every_kind() -> None:
    kinds = {pod.kind for _, pod in EVERY}
    assert kinds == {"Pod", "Deployment", "StatefulSet", "Job", "CronJob"}


@every_pod
def test_it_keeps_to_the_restricted_standard(pod: Pod) -> None:
    around = pod.spec["securityContext"]
    assert around["runAsNonRoot"] is True
    assert around["runAsUser"] == 10001
    assert around["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod.container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(pod.spec)
    volumes = {kind for one in pod.spec["volumes"] for kind in one if kind != "name"}
    assert volumes <= {"secret", "configMap", "emptyDir", "persistentVolumeClaim"}


@every_pod
def test_it_knows_nothing_of_the_cluster(pod: Pod) -> None:
    assert pod.spec["automountServiceAccountToken"] is False
    assert pod.spec["enableServiceLinks"] is False


@every_pod
def test_it_may_write_to_tmp_and_its_volumes_only(pod: Pod) -> None:
    assert pod.mounts["tmp"] == "/tmp"
    assert {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}} in pod.spec["volumes"]
    claimed = {one["name"] for one in pod.spec["volumes"] if "persistentVolumeClaim" in one}
    writable = {
        one["name"] for one in pod.container["volumeMounts"] if not one.get("readOnly", False)
    }
    assert writable - {"tmp", "memory"} <= claimed


@every_pod
def test_every_volume_is_mounted_and_every_mount_is_a_volume(pod: Pod) -> None:
    claims = pod.owner["spec"].get("volumeClaimTemplates", ())
    volumes = [one["name"] for one in pod.spec["volumes"]]
    volumes += [one["metadata"]["name"] for one in claims]
    assert sorted(volumes) == sorted(pod.mounts)


@every_pod
def test_it_says_what_it_takes(pod: Pod) -> None:
    resources = pod.container["resources"]
    assert {"cpu", "memory"} == set(resources["requests"])
    assert "memory" in resources["limits"]


@every_pod
def test_secrets_are_files_of_one_key_each(pod: Pod) -> None:
    """The Secret of a CA has its private key in it as well: only what is named is mounted."""
    for volume in pod.spec["volumes"]:
        if "secret" in volume:
            assert volume["secret"]["items"]
            assert volume["secret"]["defaultMode"] == 0o440
    for variable in pod.container["env"]:
        assert set(variable) == {"name", "value"}


def _words(pod: Pod) -> Iterator[str]:
    yield from pod.container.get("command", ())
    yield from pod.container.get("args", ())
    yield from pod.environment.values()


@every_pod
def test_no_secret_is_in_its_words(pod: Pod) -> None:
    for word in _words(pod):
        assert not re.search(r"PRIVATE\+KEY|://[^/@]*:[^/@]*@", word)
    for name, value in pod.environment.items():
        if re.search(r"PASSWORD|SALT|_KEY$", name):
            assert value.startswith("/etc/filrouge/")


@every_pod
def test_it_is_known_by_the_labels_that_its_owner_looks_for(pod: Pod) -> None:
    if pod.kind in ("Deployment", "StatefulSet"):
        assert matches(pod.owner["spec"]["selector"], pod.labels)
    assert pod.labels["app.kubernetes.io/part-of"] == "filrouge"


@pytest.mark.parametrize("profile", PROFILES)
def test_no_pod_is_taken_for_another(profile: str) -> None:
    for pod in services(profile):
        selector = pod.owner["spec"]["selector"]
        assert [other.name for other in pods(profile) if matches(selector, other.labels)] == [
            pod.name
        ]


@pytest.mark.parametrize("profile", PROFILES)
def test_no_secret_is_in_a_config_map_and_no_secret_is_made(profile: str) -> None:
    assert of_kind(profile, "Secret") == []
    for one in of_kind(profile, "ConfigMap"):
        assert not re.search(r"(?i)password|private|secret", json.dumps(one["data"]))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_claim_is_there(profile: str) -> None:
    made = {one["metadata"]["name"] for one in of_kind(profile, "PersistentVolumeClaim")}
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for pod in pods(profile)
        for volume in pod.spec["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert used == made
    assert len(objects(profile)) > len(made)
