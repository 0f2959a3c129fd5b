"""A packed case is checked by a program that knows nothing of Filrouge, and any change of it is named."""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from filrouge.audit import standalone
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.archived import SIGNER, archive
from filrouge_archive.note import Signer
from filrouge_archive.proof import parse_proof
from filrouge_contracts.payment import PaymentMade

from workbench.tests.audited import all_told

KEY = str(SIGNER.verifier)


@pytest.fixture(scope="module")
def packed(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("packed")
    asyncio.run(archive(source, made / "archive"))
    payment = asyncio.run(all_told(source, PaymentMade))[0].data["payment"]
    pack(payment, made / "archive", made / "case.zip")
    return made / "case.zip"


def pack(case: str, folder: Path, to: Path) -> str:
    arguments = ["audit", "pack", case, "--to", str(to), "--source", str(folder)]
    done = CliRunner().invoke(filrouge, arguments)
    assert done.exit_code == 0, done.exception
    return done.output


@pytest.fixture
def case(packed: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path)
    return tmp_path


def checked(case: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "verify.py", *arguments]
    return subprocess.run(command, cwd=case, capture_output=True, text=True, check=False)


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_the_program_needs_nothing_of_ours() -> None:
    tree = ast.parse(Path(standalone.__file__).read_text())
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {
        one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
    }
    roots = {name.partition(".")[0] for name in names}
    assert roots <= sys.stdlib_module_names | {"cryptography"}


@pytest.mark.parametrize("arguments", [(), ("--key", KEY)], ids=["own keys", "a given key"])
def test_a_sound_pack_is_proven(arguments: tuple[str, ...], case: Path) -> None:
    done = checked(case, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    events = len(list((case / "events").iterdir()))
    assert events > 10
    assert f"{events} events are proven, 0 files are wrong" in done.stdout


@pytest.mark.parametrize("position", [20, 200, -10])
def test_one_byte_of_an_event_is_named(position: int, case: Path) -> None:
    flip(case / "events/0003.json", position)
    done = checked(case)
    assert done.returncode == 1
    assert done.stdout.startswith("WRONG events/0003.json: ")
    assert "1 files are wrong" in done.stdout


@pytest.mark.parametrize("position", [60, -20], ids=["entry", "signature"])
def test_one_byte_of_a_proof_is_named(position: int, case: Path) -> None:
    flip(case / "records/0002.tlog-proof", position)
    done = checked(case)
    assert done.returncode == 1
    assert "WRONG events/0002.json: " in done.stdout


def test_an_event_without_its_proof_is_named(case: Path) -> None:
    (case / "records/0002.tlog-proof").unlink()
    assert "WRONG events/0002.json: " in checked(case).stdout


def test_a_commit_that_is_changed_proves_nothing(case: Path) -> None:
    for path in (case / "commits").iterdir():
        flip(path, 60)
    done = checked(case)
    assert done.returncode == 1
    assert "WRONG commits/" in done.stdout
    assert "0 events are proven" in done.stdout


def test_another_key_proves_nothing(case: Path) -> None:
    done = checked(case, "--key", str(Signer.generate("localhost/test").verifier))
    assert done.returncode == 1
    assert "0 events are proven" in done.stdout


def test_there_is_a_page_to_read_and_a_way_to_check(case: Path) -> None:
    page = (case / "summary.html").read_text()
    assert "PaymentMade" in page
    assert "<svg" in page
    assert "verify.py --key KEY" in (case / "README.md").read_text()


def about(case: Path) -> str:
    """What the case was asked for by."""
    return (case / "README.md").read_text().split(":")[0].removeprefix("# ")


def test_erased_words_are_named_and_the_rest_is_proven(
    packed: Path, case: Path, tmp_path: Path
) -> None:
    events = {path: json.loads(path.read_text()) for path in (case / "events").iterdir()}
    path, place = next(
        (path, event["place"])
        for path, event in events.items()
        if event["place"].startswith("partners.") and ".in." in event["place"]
    )
    proof = parse_proof((case / f"records/{path.stem}.tlog-proof").read_text())
    digest = (proof.extra or b"")[11:43].hex()
    folder = Path(shutil.copytree(packed.parent / "archive", tmp_path / "archive"))
    (folder / "beside" / digest[:2] / digest).unlink()

    said = pack(about(case), folder, tmp_path / "again.zip")
    assert said.startswith(f"{len(events) - 1} events")
    with zipfile.ZipFile(tmp_path / "again.zip") as file:
        assert f"The words of {place} were erased" in file.read("README.md").decode()
