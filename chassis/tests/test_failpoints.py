"""Failpoints: nothing in production, a hook in simulations, SIGKILL or SIGSTOP of real processes."""

from __future__ import annotations

import os
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
    for _ in range(2):
        await reach("before_commit")
        print("committed", flush=True)
        await reach("after_commit")
        print("survived", flush=True)
asyncio.run(go())
"""
BOTH = "committed\nsurvived\n" * 2


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
        ("", BOTH, 0),
        ("after_commit=kill@1", "committed\n", -signal.SIGKILL),
        ("before_journal=kill@1,after_commit=kill@1", "committed\n", -signal.SIGKILL),
        ("after_commit=kill@2", "committed\nsurvived\ncommitted\n", -signal.SIGKILL),
        ("before_commit=kill@2", "committed\nsurvived\n", -signal.SIGKILL),
        ("before_commit=kill@3,after_commit=freeze@4", BOTH, 0),
        ("before_commit=kill@1", "", -signal.SIGKILL),
    ],
)
def test_a_process_dies_at_the_place_that_its_plan_names(
    plan: str, output: str, status: int
) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, plan], capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == (output, status), ended.stderr


def test_a_process_freezes_at_the_place_that_its_plan_names_and_goes_on_when_it_is_woken() -> None:
    plan = [sys.executable, "-c", DIES, "after_commit=freeze@2"]
    with subprocess.Popen(plan, stdout=subprocess.PIPE, text=True) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert os.WSTOPSIG(status) == signal.SIGSTOP
        assert process.stdout is not None
        before = os.read(process.stdout.fileno(), 1000).decode()
        process.send_signal(signal.SIGCONT)
        after, _ = process.communicate(timeout=60)
    assert (before, after) == ("committed\nsurvived\ncommitted\n", "survived\n")
    assert process.returncode == 0


@pytest.mark.parametrize(
    "plan",
    [
        "before_comit=kill@1",
        "before_commit=stop@1",
        "before_commit",
        "before_commit=kill",
        "before_commit=kill@often",
        "before_commit=kill@0",
        "before_commit=kill@-1",
        "before_commit=kill@1.5",
        "before_commit=kill:1",
        "before_commit=kill@1,",
        ",",
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_with_a_sentence(plan: str) -> None:
    with pytest.raises(
        ValueError,
        match=r"is not PLACE=ACTION@TIME, .*place is one of before_commit, .*kill, freeze$",
    ):
        failpoints.install_from(plan)


def test_every_place_is_reached_somewhere_and_no_other() -> None:
    folder = Path(filrouge_chassis.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    assert {name for name in failpoints.NAMES if f'reach("{name}")' in code} == set(
        failpoints.NAMES
    )
    assert code.count("reach(") == len(failpoints.NAMES)
