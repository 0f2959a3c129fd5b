"""A receipt is found by an event's id or place, and holds without the archive; a changed one does not."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filrouge.audit.errors import AuditFailed
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.archived import SIGNER, archive
from filrouge_contracts.payment import PaymentMade

from workbench.tests.audited import all_told


@pytest.fixture(scope="module")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    asyncio.run(archive(source, made))
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(filrouge, ["audit", "receipt", *map(str, arguments)])


def refusal(*arguments: object) -> str:
    done = run(*arguments)
    assert isinstance(done.exception, AuditFailed), done.output
    return str(done.exception)


@pytest.fixture(params=["id", "place"])
def written(
    request: pytest.FixtureRequest, folder: Path, source: Source, tmp_path: Path
) -> tuple[Path, str]:
    """The receipt of a payment, asked for by its id or place, and the place."""
    one = asyncio.run(all_told(source, PaymentMade))[0]
    done = run(getattr(one, request.param), "--source", folder, "--to", tmp_path / "receipt")
    assert done.exit_code == 0, done.exception
    return tmp_path / "receipt", str(one.place)


def test_a_receipt_holds_without_the_archive(written: tuple[Path, str]) -> None:
    to, place = written
    done = run("--check", to, "--verifier", SIGNER.verifier)
    assert done.exit_code == 0, done.exception
    assert done.output.startswith(f"{place} is in localhost/test")


def test_its_files_may_be_named_in_any_order(written: tuple[Path, str]) -> None:
    to, _ = written
    files = (to / "commit.tlog-proof", to / "record.tlog-proof")
    assert run("--check", *files, "--verifier", SIGNER.verifier).exit_code == 0
    assert "--verifier KEY" in refusal("--check", *files)


@pytest.mark.parametrize("name", ["record.tlog-proof", "commit.tlog-proof"])
def test_a_changed_receipt_does_not_hold(name: str, written: tuple[Path, str]) -> None:
    path = written[0] / name
    head, extra, *rest = path.read_text().split("\n")
    data = bytearray(b64decode(extra.removeprefix("extra ")))
    data[-5] ^= 1
    path.write_text("\n".join([head, f"extra {b64encode(data).decode()}", *rest]))
    assert "the receipt does not hold" in refusal("--check", written[0])


def test_what_is_not_there_has_no_receipt(folder: Path) -> None:
    assert "nothing in the archive is called" in refusal("nobody/1", "--source", folder)
    far = "does not reach so far"
    assert far in refusal("control.g1/0/999999", "--source", folder)
