"""Servers in containers are asked for by name; where there is no engine, that is said in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from filrouge.stack import StackFailed

from tests.containers import chosen, container_stack


@pytest.mark.parametrize(
    ("said", "in_containers"), [(None, False), ("local", False), ("containers", True)]
)
def test_the_local_stack_is_used_unless_containers_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, said: str | None, in_containers: bool
) -> None:
    monkeypatch.delenv("FILROUGE_STACK", raising=False)
    if said is not None:
        monkeypatch.setenv("FILROUGE_STACK", said)
    assert chosen() is in_containers


def test_a_stack_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILROUGE_STACK", "container")
    with pytest.raises(StackFailed, match="it may be local or containers"):
        chosen()


def test_without_an_engine_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
    with (
        pytest.raises(StackFailed, match=r"no container could be started.*DOCKER_HOST"),
        container_stack(tmp_path),
    ):
        pass
