"""Failpoints: nothing in production, a hook in simulations, kill -9 in fault tests of real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import filrouge_chassis
import pytest
from filrouge_chassis.testing import failpoints

DIES = """
import asyncio, sys
from filrouge_chassis.testing.failpoints import install_from, reach
install_from(sys.argv[1])
async def go():
    await reach("before_commit")
    print("committed", flush=True)
    await reach("after_commit")
    print("survived", flush=True)
asyncio.run(go())
"""


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    failpoints.install(None)


@pytest.mark.parametrize("name", failpoints.NAMES)
async def test_a_hook_hears_of_the_places_until_it_is_taken_away(name: str) -> None:
    heard: list[str] = []

    async def hook(place: str) -> None:
        heard.append(place)

    await failpoints.reach(name)
    failpoints.install(hook)
    await failpoints.reach(name)
    failpoints.install(None)
    await failpoints.reach(name)
    assert heard == [name]


@pytest.mark.parametrize(
    ("plan", "output", "status"),
    [
        ("", "committed\nsurvived\n", 0),
        ("after_commit=kill", "committed\n", -signal.SIGKILL),
        ("before_journal=kill,after_commit=kill:1", "committed\n", -signal.SIGKILL),
        ("before_commit=kill:0,after_commit=kill:0.0", "committed\nsurvived\n", 0),
        ("before_commit=kill:1.0", "", -signal.SIGKILL),
    ],
)
def test_a_process_dies_at_the_place_that_its_plan_names(
    plan: str, output: str, status: int
) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, plan], capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == (output, status), ended.stderr


@pytest.mark.parametrize(
    "plan",
    [
        "before_comit=kill:1",
        "before_commit=freeze:1",
        "before_commit",
        "before_commit=kill:often",
        "before_commit=kill:2",
        "before_commit=kill:nan",
        "before_commit=kill:0.5,",
        ",",
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_with_a_sentence(plan: str) -> None:
    with pytest.raises(ValueError, match=r"must be one of before_commit, .*=kill:PROBABILITY"):
        failpoints.install_from(plan)


def test_every_place_is_reached_somewhere_and_no_other() -> None:
    folder = Path(filrouge_chassis.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    assert {name for name in failpoints.NAMES if f'reach("{name}")' in code} == set(
        failpoints.NAMES
    )
    assert code.count("reach(") == len(failpoints.NAMES)
