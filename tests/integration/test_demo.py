"""The main job as a user starts it: the demo in the smallest size, its report, and the auditors' manual on
the archive that it leaves."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from filrouge.local_archive import LocalArchive
from filrouge.stack import Stack
from filrouge.stream import our_partitions
from filrouge.testing.emptied import empty

from tests.integration.manual import Auditor, commands

pytestmark = pytest.mark.stack
PROMISED = {
    "scale",
    "partner_events",
    "events",
    "seconds",
    "events_per_second",
    "parked",
    "duplicates",
    "refused",
    "books_match",
    "invariants",
    "rebuild",
    "re_execution",
    "audit",
}
LOST = "1 NOT REPLAYABLE"
"""The demo has words erased: the lane that read them cannot be decided again, which the exit status says."""


@dataclass(frozen=True)
class Demo:
    """As it was after the demo had ended; the servers hold nothing of it any more."""

    done: subprocess.CompletedProcess[str]
    report: Path
    auditor: Auditor
    values: Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def demo(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    asyncio.run(empty(stack))
    folder = tmp_path_factory.mktemp("demo")
    report, data = folder / "report.json", folder / "data"
    program = str(Path(sys.executable).with_name("filrouge"))
    options = ["--lanes", "2", "--seed", "7", "--report", str(report), "--data", str(data)]
    servers = {"FILROUGE_KAFKA": stack.kafka, "FILROUGE_POSTGRES": stack.postgres}
    done = subprocess.run(
        [program, "demo", *options],
        env={**os.environ, **servers},
        capture_output=True,
        text=True,
        check=False,
    )
    asyncio.run(empty(stack))
    auditor = Auditor(LocalArchive(data), tmp_path_factory.mktemp("auditor"), stack.kafka)
    yield Demo(done, report, auditor, auditor.values())
    asyncio.run(empty(stack))


def test_the_demo_is_watched(demo: Demo) -> None:
    assert "/metrics" in (demo.report.parent / "data/logs/watch.log").read_text()


def test_the_demo_agrees_with_itself_and_reports_it(demo: Demo) -> None:
    assert demo.done.returncode == 0, demo.done.stdout + demo.done.stderr
    assert "Everything agrees." in demo.done.stdout
    found = json.loads(demo.report.read_text())
    assert found.keys() >= PROMISED
    assert found["books_match"] is True
    audit = found["audit"]
    assert audit["leaves"] >= found["archived_records"] > 0
    assert (audit["diverged"], audit["findings"], audit["breaches"]) == (0, [], [])
    assert (audit["erased"], audit["not_replayable"]) == (1, 1)
    assert (found["rebuild"], found["re_execution"]) == ("match", "match")
    assert min(found["duplicates"], found["conflicts"], found["refused"]) >= 5
    assert found["parked"] == 0
    assert {rule["status"] for rule in found["invariants"].values()} == {"holds"}


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_auditors_manual_does_what_it_says(
    demo: Demo, command: str, tmp_path: Path
) -> None:
    before = demo.auditor.bytes_of_the_archive()
    written = {
        name: [str(tmp_path / name)] for name in ("FILE", "FOLDER", "PART", "RESULTS", "ZIP")
    }
    done = demo.auditor.follow(command, {**demo.values, **written})
    words, lost = command.split(), LOST in done.output
    assert (done.exit_code, done.output != "") == (int(lost), True), (done.output, done.exception)
    assert lost == ("re-execute" in words) or "--share-index" in words  # of a share: who knows
    for name, (path,) in written.items():
        assert Path(path).exists() == (name in words), path
    assert demo.auditor.bytes_of_the_archive() == before
    # of all that was read nothing came to a broker, but what was sent to it as to a sandbox
    on_the_broker = asyncio.run(our_partitions(demo.auditor.sandbox))
    assert {name.partition(".")[0] for name in on_the_broker} <= {"replay"}
