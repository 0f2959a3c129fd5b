"""A signed report is the same file for everybody who has the archive, and is checked with and without it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filrouge.audit.errors import AuditFailed
from filrouge.audit.report import signed
from filrouge.cli import filrouge
from filrouge.local_archive import ORIGIN, LocalArchive
from filrouge.stream import Source
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER, archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.note import Signer, open_note
from filrouge_archive.store import Store

from workbench.tests.audited import Auditor
from workbench.tests.sound_archive import FACTS, RECORDS, record

REPORTER = Signer("localhost/test/report", SIGNER.private)
DAY = "2020-05-04"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "report-key"
    path.write_text(REPORTER.secret_text() + "\n")
    return path


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(filrouge, ["audit", "report", *map(str, arguments)])


def refusal(*arguments: str | Path) -> str:
    done = report(*arguments)
    assert isinstance(done.exception, AuditFailed), done.output
    return str(done.exception)


def made(source: Path, key: Path, out: Path) -> bytes:
    done = report("--day", DAY, "--source", source, "--key", key, "--out", out)
    assert (done.exit_code, str(REPORTER.verifier) in done.stderr) == (0, True), done.output
    return out.read_bytes()


def test_the_same_archive_gives_the_same_signed_file_and_so_does_a_copy_of_it(
    sound: Path, key: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(sound, tmp_path / "copy"))
    first = made(sound, key, tmp_path / "first")
    assert made(sound, key, tmp_path / "second") == first
    assert made(copy, key, tmp_path / "third") == first
    shown = report("--day", DAY, "--source", sound, "--key", key)
    assert shown.stdout_bytes == first
    text, _ = open_note(first.decode(), [REPORTER.verifier])
    assert json.loads(first.splitlines()[0]) == json.loads(text)
    assert report("--day", DAY, "--source", sound).stdout_bytes == text.encode()


def test_a_signed_report_holds_and_comes_out_again_though_more_was_archived_since(
    sound: Path, key: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    made(sound, key, out)
    trusted = ("--verifier", str(REPORTER.verifier))
    alone = report("--check", out, *trusted)
    assert alone.exit_code == 0
    assert alone.stdout.startswith(f"{DAY}: 0 payments of 0.00 €, over ")
    assert alone.stdout.endswith(f" records, signed by {REPORTER.name}\n")
    more = Archiver(Store(str(sound)), SIGNER, SALT_KEY, "w2")
    first = more.open(FACTS)
    more.append(FACTS, [record(FACTS, n) for n in range(first, RECORDS + 300)])
    more.commit(COMMITTED_AT_MS)
    again = report("--check", out, *trusted, "--source", sound)
    assert (again.exit_code, "the same bytes come out of" in again.stdout) == (0, True)


Doctor = Callable[[Path], bytes]


def resigned(path: Path) -> bytes:
    """By the holder of the key, with another number in it."""
    text = path.read_bytes().partition(b"\n\n")[0] + b"\n"
    return signed(text.replace(b'"payments":0', b'"payments":7'), REPORTER)


DOCTORED: dict[str, tuple[Doctor, str]] = {
    "a number": (
        lambda p: p.read_bytes().replace(b'"payments":0', b'"payments":7'),
        "does not hold",
    ),
    "a number, signed again": (resigned, "is not what comes out of"),
    "no signature": (lambda p: p.read_bytes().partition(b"\n\n")[0] + b"\n", "not a signed note"),
    "not text": (lambda _: b"\xff", "this is no signed report"),
    "another note": (lambda _: signed(b"{}\n", REPORTER), "its format is not"),
    "no report": (lambda _: signed(b"[\n", REPORTER), "this is no report of a day"),
}


@pytest.mark.parametrize("what", DOCTORED)
def test_what_was_changed_is_not_believed(
    sound: Path, key: Path, tmp_path: Path, what: str
) -> None:
    out = tmp_path / "report"
    made(sound, key, out)
    doctor, why = DOCTORED[what]
    out.write_bytes(doctor(out))
    assert why in refusal("--check", out, "--verifier", str(REPORTER.verifier), "--source", sound)


def test_a_shorter_archive_cannot_give_the_report_of_a_longer_one(
    sound: Path, key: Path, tmp_path: Path
) -> None:
    more = Path(shutil.copytree(sound, tmp_path / "more"))
    grown = Archiver(Store(str(more)), SIGNER, SALT_KEY, "w2")
    first = grown.open(FACTS)
    grown.append(FACTS, [record(FACTS, n) for n in range(first, RECORDS + 1)])
    grown.commit(COMMITTED_AT_MS)
    made(more, key, tmp_path / "report")
    trusted = ("--verifier", str(REPORTER.verifier))
    why = refusal("--check", tmp_path / "report", *trusted, "--source", sound)
    assert f"over {RECORDS + 1} records of {FACTS}, and there are fewer" in why


def test_what_makes_no_sense_is_refused_in_a_sentence(sound: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(SIGNER.secret_text())
    no_key = tmp_path / "no key"
    no_key.write_text("hello")
    day = ("--day", DAY, "--source", sound)
    assert "reports of localhost/test are signed by localhost/test/report" in refusal(
        *day, "--key", other
    )
    assert "holds no key that signs" in refusal(*day, "--key", no_key)
    assert "name the day and what to read" in refusal("--day", DAY)
    assert "whose signature is to be believed" in refusal("--check", other)


async def test_a_report_of_an_archive_is_not_compared_with_what_has_no_roots(
    source: Source, recorded: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await archive(source, tmp_path / "archive")
    out = tmp_path / "report"
    await asyncio.to_thread(made, tmp_path / "archive", key, out)
    auditor = Auditor(recorded, monkeypatch)
    why = await auditor.refuses("report", "--check", str(out), "--verifier", str(REPORTER.verifier))
    assert "compare it with an archive" in why


def test_the_key_of_reports_on_a_laptop_is_made_once_and_is_not_the_archives(
    tmp_path: Path,
) -> None:
    local = LocalArchive(tmp_path)
    first, again = (Signer.parse(one.report_key().read_text()) for one in (local, local))
    assert first.verifier == again.verifier
    assert first.name == f"{ORIGIN}/report"
    assert first.verifier.named(ORIGIN) not in local.verifiers()
    assert local.report_key().stat().st_mode & 0o077 == 0
