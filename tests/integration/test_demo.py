"""The main job as a user starts it: the demo in the smallest size, and its report."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filrouge.stack import Stack
from filrouge.testing.emptied import empty

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


async def test_the_demo_agrees_with_itself_and_reports_it(stack: Stack, tmp_path: Path) -> None:
    await empty(stack)
    report = tmp_path / "report.json"
    command = [
        str(Path(sys.executable).with_name("filrouge")),
        "demo",
        "--lanes",
        "2",
        "--seed",
        "7",
    ]
    options = ["--report", str(report), "--data", str(tmp_path / "data")]
    servers = {"FILROUGE_KAFKA": stack.kafka, "FILROUGE_POSTGRES": stack.postgres}
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, *options],
        env={**os.environ, **servers},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything agrees." in done.stdout
    found = json.loads(report.read_text())
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
