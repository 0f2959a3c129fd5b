"""docker-compose.yml without an engine: everything runs, confined, with settings that are settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import click
import pytest
import yaml
from audit_trail.settings import Settings as TrailSettings
from filrouge.cli import filrouge
from filrouge.deployment.generate import ROOT
from filrouge.deployment.images import PROGRAMS, Workspace
from filrouge.installation import Installation
from filrouge.monitoring.programs import JOBS
from filrouge.stack import jars
from filrouge_chassis.settings import Settings
from filrouge_contracts.entry import AUDIT_TRAIL, OBSERVERS, SERVICES

Said = Mapping[str, Any]
COMPOSE: Said = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: Mapping[str, Said] = COMPOSE["services"]
BESIDE = ROOT / "deploy/compose"
OURS = {name: said for name, said in CONTAINERS.items() if "{IMAGE_PREFIX" in said["image"]}
REGISTER = [name.replace("_", "-") for name in (*SERVICES, *OBSERVERS)]
ONCE = {"prepare", "keys", "smoke"}
WITHOUT_A_PROGRAM_TO_ASK = {"clock", "collector", "tempo"}
DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
SECRET = "/etc/filrouge/archive/"

every_container = pytest.mark.parametrize("name", CONTAINERS)
every_service = pytest.mark.parametrize("name", REGISTER)
every_one_of_ours = pytest.mark.parametrize("name", OURS)


def as_said(text: str) -> str:
    """With every variable at its default."""
    return DEFAULT.sub(r"\1", text)


def environment(name: str) -> Mapping[str, str]:
    return {key: as_said(value) for key, value in CONTAINERS[name]["environment"].items()}


def paths(name: str) -> Mapping[str, str]:
    """Where what is mounted, without `:ro`."""
    return {one.split(":")[1]: one.split(":")[0] for one in CONTAINERS[name].get("volumes", ())}


def test_every_service_of_the_register_runs_and_what_an_installation_needs_besides() -> None:
    assert {*REGISTER, *ONCE, "clock", "watch", "kafka", "postgres", "prometheus"} <= {*CONTAINERS}
    assert {as_said(said["image"]).partition(":")[0] for said in OURS.values()} == {
        Workspace(ROOT).parts(program).image for program in PROGRAMS
    }


@every_one_of_ours
def test_its_image_is_of_the_release_of_this_checkout(name: str) -> None:
    _, _, tag = as_said(OURS[name]["image"]).partition(":")
    chart = yaml.safe_load((ROOT / "deploy/helm/filrouge/Chart.yaml").read_text())
    assert tag == chart["appVersion"] == Workspace(ROOT).version("filrouge")


@every_container
def test_it_may_do_nothing_that_it_does_not_need(name: str) -> None:
    said = CONTAINERS[name]
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & said.keys()
    assert said["mem_limit"]
    assert said["pids_limit"] > 0
    # the image of Kafka has a user of its own, who has the folder of its data
    assert name == "kafka" or said["user"].split(":")[0] not in {"0", "root"}
    assert name not in OURS or said["user"] == "10001:10001"


@every_container
def test_it_is_reachable_from_this_machine_only(name: str) -> None:
    for port in CONTAINERS[name].get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", as_said(port)), port


@every_container
def test_somebody_notices_when_it_is_not_well(name: str) -> None:
    said = CONTAINERS[name]
    if name in ONCE:
        assert "restart" not in said
    else:
        assert said["restart"] == "unless-stopped"
        assert name in WITHOUT_A_PROGRAM_TO_ASK or said["healthcheck"]["test"][0] == "CMD"


@every_service
def test_a_service_is_told_what_it_can_be_told_and_all_that_it_must_be(name: str) -> None:
    settings = TrailSettings if name.replace("-", "_") == AUDIT_TRAIL else Settings
    variables = {f"FILROUGE_{field.upper()}" for field in settings.model_fields}
    required = {
        f"FILROUGE_{name.upper()}"
        for name, field in settings.model_fields.items()
        if field.is_required()
    }
    told = environment(name)
    assert required <= told.keys() <= variables
    Settings.from_environment({"FILROUGE_POSTGRES": "postgresql://none", **told})
    assert told["FILROUGE_HTTP_HOST"] == "0.0.0.0"


@every_service
def test_a_service_is_asked_where_it_listens_and_begins_when_it_can(name: str) -> None:
    said, told = CONTAINERS[name], environment(name)
    assert said["healthcheck"]["test"][-1] == "/opt/filrouge/healthy.py"
    (targets,) = (
        job["static_configs"][0]["targets"] for job in _scraped() if _job(name) == job["job_name"]
    )
    assert targets == [f"{name}:{told['FILROUGE_HTTP_PORT']}"]
    assert said["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
    assert ("postgres" in said["depends_on"]) == ("FILROUGE_POSTGRES" in told)
    assert int(said["stop_grace_period"].removesuffix("s")) > float(told["FILROUGE_DRAIN_SECONDS"])


@every_one_of_ours
def test_what_it_reads_and_writes_is_mounted(name: str) -> None:
    mounted = paths(name)
    for variable, value in OURS[name]["environment"].items():
        if value.startswith("/"):
            assert any(value.startswith(path) for path in mounted), variable
    for source in mounted.values():
        assert source in COMPOSE["volumes"] or (ROOT / source).exists(), source


def test_only_the_archiver_and_who_makes_them_have_keys() -> None:
    with_keys = {name for name in CONTAINERS if "keys" in paths(name).values()}
    assert with_keys == {"audit-trail", "keys", "smoke"}
    assert all(
        one.endswith(":ro")
        for name in with_keys - {"keys"}
        for one in CONTAINERS[name]["volumes"]
        if one.startswith("keys:")
    )


@pytest.mark.parametrize("name", [name for name, said in OURS.items() if name not in REGISTER])
def test_what_the_command_is_told_it_understands(name: str) -> None:
    command, *arguments = OURS[name]["command"]
    found = filrouge.commands[command]
    with found.make_context(
        command, list(arguments), obj=None, default_map={"kafka": "k:1"}, resilient_parsing=True
    ) as context:
        options = {
            option for one in found.params for option in one.opts if isinstance(one, click.Option)
        }
        assert {one for one in arguments if one.startswith("--")} <= options
        assert context.params


def test_the_installation_is_one_and_has_as_many_lanes_as_the_services_are_told() -> None:
    said = Installation.read(BESIDE / "installation.json")
    assert {environment(name.replace("_", "-"))["FILROUGE_LANES"] for name in SERVICES} == {
        str(said.lanes)
    }
    assert "smoke" in {partner.id for partner in said.partners}


def test_prometheus_asks_everybody_by_the_names_of_dashboards_and_alerts() -> None:
    assert {job["job_name"] for job in _scraped()} == {*JOBS}
    rules = "./deploy/prometheus/filrouge.yaml"
    assert rules in paths("prometheus").values()


def test_grafana_has_the_dashboards_and_traces_lead_to_where_it_asks() -> None:
    assert "./deploy/grafana" in paths("grafana").values()
    sources = yaml.safe_load((BESIDE / "grafana/datasources.yaml").read_text())["datasources"]
    addresses = {one["type"]: one["url"].removeprefix("http://").split(":") for one in sources}
    assert {host for host, _ in addresses.values()} <= CONTAINERS.keys()
    collector = yaml.safe_load((BESIDE / "collector.yaml").read_text())
    tempo = yaml.safe_load((BESIDE / "tempo.yaml").read_text())
    assert addresses["tempo"][1] == str(tempo["server"]["http_listen_port"])
    listens = tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    assert collector["exporters"]["otlp"]["endpoint"] == f"tempo:{listens.rpartition(':')[2]}"
    told = collector["service"]["pipelines"]["traces"]
    assert {*told["exporters"]} <= {*collector["exporters"]}
    assert {*told["processors"]} <= {*collector["processors"]}


def test_only_what_is_asked_for_needs_images_of_others() -> None:
    for name, said in CONTAINERS.items():
        for other in said.get("depends_on", ()):
            assert not CONTAINERS[other].get("profiles") or said.get("profiles"), name
    plain = {name for name, said in CONTAINERS.items() if not said.get("profiles")}
    assert plain - OURS.keys() == {"kafka", "postgres", "prometheus"}


def test_kafka_is_the_release_that_is_tested_and_keeps_everything() -> None:
    said = CONTAINERS["kafka"]
    version = jars.ROOTS[0].rpartition(":")[2]
    assert as_said(said["image"]) == f"apache/kafka:{version}"
    assert json.loads(said["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"]) is False
    assert said["environment"]["KAFKA_LOG_RETENTION_MS"] == "-1"


def test_debians_stand_ins_are_for_images_that_are_asked_for() -> None:
    lines = (ROOT / "deploy/images/debian/images.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    asked = set(re.findall(r"\$\{(\w+_IMAGE):-", (ROOT / "docker-compose.yml").read_text()))
    assert {"KAFKA_IMAGE", "POSTGRES_IMAGE", "PROMETHEUS_IMAGE"} == given.keys() & asked
    assert given["KAFKA_IMAGE"].startswith(f"filrouge/kafka:{jars.ROOTS[0].rpartition(':')[2]}")


def _scraped() -> list[Said]:
    said: list[Said] = yaml.safe_load((BESIDE / "prometheus.yml").read_text())["scrape_configs"]
    return said


def _job(name: str) -> str:
    return name.replace("-", "_")
