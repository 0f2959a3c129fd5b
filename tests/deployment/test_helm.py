"""Helm itself: the charts are clean, the examples are what they render, and wrong values are refused.

Without Helm, which `make setup` builds where Go is, these are skipped; the others read the examples.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import product

import pytest
import yaml
from filrouge.deployment.generate import ROOT, stale
from filrouge.deployment.render import (
    CHARTS,
    PROFILES,
    RENDERED,
    helm,
    rendered_text,
    run_helm,
    template,
    values_file,
)

needs_helm = pytest.mark.skipif(
    helm() is None, reason="there is no helm: `make setup` builds it where Go is installed"
)
EACH = [(chart, name) for name, profile in PROFILES.items() for chart in profile.charts]


@needs_helm
@pytest.mark.parametrize(("chart", "profile"), EACH)
def test_the_chart_is_clean(chart: str, profile: str) -> None:
    values = ["--values", str(values_file(chart, profile))]
    done = run_helm("lint", "--strict", "--quiet", str(CHARTS / chart), *values)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_helm
@pytest.mark.parametrize("profile", PROFILES)
def test_the_example_is_what_helm_renders(profile: str) -> None:
    committed = (RENDERED / f"{profile}.yaml").read_text()
    assert rendered_text(profile) == committed, "run `make generate` and look at the difference"


WRONG = {
    "a misspelt setting": ("kafka.bootstrp=a:1", "bootstrp"),
    "a misspelt setting of a service": ("services.equipment-orders.replica=2", "replica"),
    "a secret among the settings": (
        "services.equipment-orders.env.FILROUGE_KAFKA_PASSWORD=x",
        "FILROUGE_KAFKA_PASSWORD",
    ),
    "a password in an address": ("postgres.url=postgresql://a:b@host/", "postgres/url"),
    "no lanes": ("lanes=0", "lanes"),
    "a partner of no kind": ("partners[0].id=a", "kind"),
    "a run that no object can be named after": ("audit.run=Q2_2020", "audit/run"),
    "a command that has no shares": ("audit.command=receipt", "audit/command"),
    "a Kafka that is not the installation's": ("audit.source=kafka://a:1", "audit/source"),
}
WRONG_PLATFORM = {
    "a misspelt setting": ("kafka.replicas=3", "replicas"),
    "a pool without disks": ("kafka.nodePools.more.replicas=3", "nodePools/more"),
    "a partner whose name is no topic's": ("partners[0].id=A_B,partners[0].kind=school", "id"),
}


@needs_helm
@pytest.mark.parametrize(
    ("chart", "setting", "named"),
    [
        *(("filrouge", *wrong) for wrong in WRONG.values()),
        *(("platform", *wrong) for wrong in WRONG_PLATFORM.values()),
    ],
    ids=[*WRONG, *(f"{name} (platform)" for name in WRONG_PLATFORM)],
)
def test_wrong_values_are_refused_by_name(chart: str, setting: str, named: str) -> None:
    done = template(chart, "--set", setting)
    assert done.returncode != 0
    assert named in done.stderr


@needs_helm
def test_a_kafka_without_encryption_needs_no_secrets() -> None:
    done = template("filrouge", "--set", "kafka.security=PLAINTEXT")
    pods = [one for one in yaml.safe_load_all(done.stdout) if one and one["kind"] == "Deployment"]
    for pod in pods:
        volumes = [one["name"] for one in pod["spec"]["template"]["spec"]["volumes"]]
        assert not {"kafka", "kafka-ca"} & set(volumes)


@needs_helm
def test_a_service_can_be_left_out() -> None:
    done = template("filrouge", "--set", "services.tutoring-sessions.enabled=false")
    objects = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert "tutoring-sessions" not in {one["metadata"]["name"] for one in objects}


@pytest.mark.parametrize("profile", [name for name, one in PROFILES.items() if len(one.charts) > 1])
def test_both_charts_are_told_the_same_lanes_and_partners(profile: str) -> None:
    told = [
        yaml.safe_load(values_file(chart, profile).read_text())
        for chart in PROFILES[profile].charts
    ]
    for setting, other in product(("lanes", "partners"), told[1:]):
        assert told[0][setting] == other[setting]


@pytest.mark.parametrize("chart", ["platform", "filrouge"])
def test_the_chart_is_of_the_release_that_it_installs(chart: str) -> None:
    said = yaml.safe_load((CHARTS / chart / "Chart.yaml").read_text())
    assert said["version"] == said["appVersion"] == version("filrouge")


def test_generated_files_are_fresh_and_copies_are_the_files_themselves() -> None:
    assert stale(ROOT) == []
    for folder, kind in (("prometheus", "yaml"), ("grafana", "json")):
        ours = sorted((ROOT / "deploy" / folder).glob(f"*.{kind}"))
        copies = sorted((CHARTS / "filrouge/files" / folder).glob(f"*.{kind}"))
        assert ours
        assert [path.read_text() for path in copies] == [path.read_text() for path in ours]
