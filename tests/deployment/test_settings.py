"""What pods are told is what is read there: by the very code of services and commands, with the files that the
kubelet would put where the pod mounts them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from audit_trail.settings import Settings as ArchiverSettings
from filrouge.cli import filrouge
from filrouge.deployment.render import PROFILES
from filrouge.stack.secured import Entrance
from filrouge_archive.note import Signer
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.postgres import database_url
from filrouge_chassis.settings import ProcessSettings, Settings

from tests.deployment.objects import Pod, pods, services

EVERY = [(profile, pod) for profile in PROFILES for pod in pods(profile)]
every_pod = pytest.mark.parametrize(
    "pod", [pod for _, pod in EVERY], ids=[f"{profile}: {pod}" for profile, pod in EVERY]
)
SERVING = [(profile, pod) for profile in PROFILES for pod in services(profile)]
every_service = pytest.mark.parametrize(
    "pod", [pod for _, pod in SERVING], ids=[f"{profile}: {pod}" for profile, pod in SERVING]
)
PASSWORD, SALT = "as/it@is ", "s" * 32
MOUNTED, IMAGES = "/etc/filrouge/", "/etc/ssl/certs/"
NEVER_SAID = {"FILROUGE_FAILPOINTS", "FILROUGE_REQUEST_TIMEOUT_SECONDS"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Entrance.made(tmp_path_factory.mktemp("entrance") / "it", ()).certificate.decode()


@pytest.fixture
def environment(pod: Pod, certificate: str, tmp_path: Path) -> Mapping[str, str]:
    """As the process finds it; the folder of the mounts is another one."""
    origin = pod.environment.get("FILROUGE_ARCHIVE_ORIGIN", "nobody")
    texts = {"password": PASSWORD, "salt": SALT, "key": Signer.generate(origin).secret_text()}
    for volume in pod.spec["volumes"]:
        for item in volume.get("secret", {}).get("items", ()):
            path = tmp_path / pod.mounts[volume["name"]].removeprefix(MOUNTED) / item["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{texts.get(item['path'], certificate)}\n")
    return {
        name: value.replace(MOUNTED, f"{tmp_path}/").replace(IMAGES, f"{tmp_path}/")
        for name, value in pod.environment.items()
    }


def settings_of(pod: Pod) -> type[ProcessSettings]:
    return ArchiverSettings if pod.name == "audit-trail" else Settings


def command_of(pod: Pod) -> click.Command:
    """Of `filrouge`, which the image starts if the pod names no other program."""
    words = [word for one in pod.container["args"] for word in one.split()]
    words = words[words.index("filrouge") + 1 :] if "command" in pod.container else words
    command: click.Command = filrouge
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    return command


def variables(pod: Pod) -> Mapping[str, bool]:
    """Those that are read, and whether they have to be there."""
    if pod.serves:
        fields = settings_of(pod).model_fields.items()
        return {f"FILROUGE_{name.upper()}": field.is_required() for name, field in fields}
    options = command_of(pod).params
    return {str(one.envvar): one.required for one in options if one.envvar is not None}


@every_pod
def test_every_variable_is_read_and_what_is_needed_is_said(pod: Pod) -> None:
    said = {name for name in pod.environment if name.startswith("FILROUGE_")}
    assert said <= set(variables(pod))
    assert {name for name, needed in variables(pod).items() if needed} <= said


@every_service
def test_settings_are_such_as_the_process_takes(pod: Pod, environment: Mapping[str, str]) -> None:
    settings = settings_of(pod).from_environment(environment)
    assert settings.http_port == pod.container["ports"][0]["containerPort"] == 8080
    assert settings.http_host == "0.0.0.0"  # the pod's own, behind a network policy
    missing = {f"FILROUGE_{name.upper()}" for name in ProcessSettings.model_fields}
    assert missing - set(environment) == NEVER_SAID


@every_pod
def test_kafka_is_entered_with_the_password_and_the_authority_that_are_mounted(
    pod: Pod, environment: Mapping[str, str]
) -> None:
    address = environment.get("FILROUGE_KAFKA", environment.get("FILROUGE_SOURCE", ""))
    if "kafka" not in pod.mounts:
        assert "sasl-ssl" not in address
        return
    options = client_options(address)
    secrets = {one["name"]: one["secret"] for one in pod.spec["volumes"] if "secret" in one}
    assert options["sasl_plain_username"] == secrets["kafka"]["secretName"]
    assert options["sasl_plain_password"] == PASSWORD.strip()
    assert options["security_protocol"] == "SASL_SSL"
    assert ("ca-file=" in address) == ("kafka-ca" in pod.mounts)


@every_pod
def test_postgresql_is_entered_with_the_password_and_the_authority_that_are_there(
    pod: Pod, environment: Mapping[str, str]
) -> None:
    if "FILROUGE_POSTGRES" not in environment:
        assert "postgres" not in pod.mounts
        return
    parts = urlsplit(database_url(environment["FILROUGE_POSTGRES"], "one"))
    said = parse_qs(parts.query)
    assert (parts.username, parts.path) == (pod.name.replace("-", "_"), "/one")
    assert parts.password == "as%2Fit%40is"
    assert set(said) == {"sslmode", "sslrootcert"}
    assert said["sslmode"] == ["verify-full"]
    (authorities,) = said["sslrootcert"]
    own = "postgres-ca" in pod.mounts
    assert Path(authorities).is_file() == own
    assert own or pod.environment["FILROUGE_POSTGRES"].count(IMAGES)
