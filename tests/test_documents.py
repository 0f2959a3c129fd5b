"""What the documents promise is there: settings, metrics, commands, links."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from audit_trail.settings import Settings as ArchiverSettings
from filrouge.cli import filrouge
from filrouge.commands.audit import audit
from filrouge_chassis.settings import Settings

from tests.integration.manual import commands

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", ".stack", ".pytest_cache", "schemas"} & set(path.relative_to(ROOT).parts)
)


def test_every_setting_is_in_the_manual_and_no_other() -> None:
    told = set(re.findall(r"^\| `(FILROUGE_\w+)`", OPERATIONS, re.MULTILINE))
    fields = Settings.model_fields.keys() | ArchiverSettings.model_fields.keys()
    assert told == {f"FILROUGE_{name.upper()}" for name in fields}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_commands_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
        assert (document.parent / target).exists(), target
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    assert set(re.findall(r"`filrouge ([a-z]+)", text)) <= filrouge.commands.keys()


def test_the_auditors_manual_has_every_command_of_theirs() -> None:
    """That each of them works is tested where there is an archive: tests/integration/test_demo.py."""
    assert {command.split()[2] for command in commands()} == audit.commands.keys()


def test_make_help_lists_what_there_is() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("setup", "check", "test", "demo", "bench", "soak", "chaos", "test-faults", "up"):
        assert f"make {target} " in told.stdout
