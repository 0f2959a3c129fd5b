"""One play in memory for all tests that look at its stories, another one with journals for auditors."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from filrouge.operator import SOURCE
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.told import STORIES
from filrouge.stream import Source
from filrouge.testing.memory_world import played
from filrouge.testing.recorded_world import open_recorded, recorded_play
from filrouge_chassis.testing.conversation import Said

from workbench.tests.audited import Auditor
from workbench.tests.sound_archive import fill


@pytest.fixture(scope="session")
def stories() -> Mapping[str, Sequence[Said]]:
    """Each with its own events and all that control said."""
    _, world = asyncio.run(played(0.01, seed=11))
    names = list(STORIES)
    found: dict[str, list[Said]] = {name: [] for name in STORIES}
    for said in world.said:
        numbers = numbers_in(json.loads(said.event.to_json()))
        for name in names if said.service == SOURCE else (names[number] for number in numbers):
            found[name].append(said)
    return found


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole play with its journals, as a file that any process can open."""
    path = tmp_path_factory.mktemp("recorded") / "play"
    asyncio.run(recorded_play(0.002, seed=11)).save(path)
    return path


@pytest.fixture(scope="session")
def source(recorded: Path) -> Source:
    return asyncio.run(open_recorded(str(recorded)))


@pytest.fixture
def auditor(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> Auditor:
    return Auditor(recorded, monkeypatch)


@pytest.fixture(scope="session")
def sound_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sound")
    fill(made)
    return made


@pytest.fixture
def sound(sound_archive: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound_archive, tmp_path / "archive"))


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory"
