"""A real witness beside a real archiver: what it has cosigned is published, and an auditor sees it.

litewitness is a Go program that `make setup` builds where there is a `go`; elsewhere this is skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filrouge.archived import wait_until_archived
from filrouge.cli import filrouge
from filrouge.kafka_world import prepare
from filrouge.local_archive import LocalArchive
from filrouge.operator import Operator
from filrouge.simulator.words import tick_of
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.supervisor import Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge_archive.commit import manifest_origin
from filrouge_archive.errors import Missing, Refused
from filrouge_archive.history import MANIFEST_CHECKPOINT, cosigned_path
from filrouge_archive.note import open_note
from filrouge_archive.store import Store
from filrouge_archive.witness import Witness

from archive.tests.litewitness import litewitness
from archive.tests.litewitness import missing as missing_for_it
from archive.tests.test_other_tools import tool
from tests.integration.person import CAST

pytestmark = pytest.mark.stack
LANES = 1
PATIENCE_SECONDS = 60.0


@dataclass
class Witnessed:
    """An archive, its archiver's supervisor, and the witness that the archiver was told of."""

    stack: Stack
    supervisor: Supervisor
    archive: LocalArchive
    witness: Witness

    def commit(self, day: int) -> None:
        """Something happens, and is archived."""

        async def tick() -> None:
            async with Operator(self.stack.kafka, LANES) as operator:
                await operator.tick(tick_of(day))
            await wait_until_archived(self.stack.kafka, self.archive)

        asyncio.run(tick())

    def cosigned(self, path: str) -> bool:
        """By the archive's key, too: a witness is no substitute for it."""
        keys = [key.named(manifest_origin(key.name)) for key in self.archive.verifiers()]
        try:
            note = Store(self.archive.url).get(path).decode()
            _, signatures = open_note(note, [*keys, self.witness.verifier])
        except (Missing, Refused):
            return False
        return {one.verifier for one in signatures} == {*keys, self.witness.verifier}

    def wait_until_cosigned(self) -> None:
        paths = (MANIFEST_CHECKPOINT, cosigned_path(self.witness.verifier))
        wait_until(
            lambda: all(map(self.cosigned, paths)),
            PATIENCE_SECONDS,
            lambda why: AssertionError(f"the checkpoint is not cosigned: {why}"),
        )

    def verify(self, memory: Path, *witness: str) -> Result:
        key = str(self.archive.verifiers()[0])
        arguments = ["verify", self.archive.url, "--verifier", key, "--memory", str(memory)]
        return CliRunner().invoke(filrouge, ["audit", *arguments, *witness])


@pytest.fixture
def witnessed(stack: Stack, tmp_path: Path) -> Iterator[Witnessed]:
    program = tool("litewitness")
    if absent := missing_for_it():
        pytest.skip(f"litewitness takes its key from an ssh-agent: {absent} is not installed")
    archive = LocalArchive(tmp_path)
    (key,) = archive.verifiers()
    asyncio.run(empty(stack))
    asyncio.run(prepare(stack, LANES, CAST))
    with litewitness(program, tmp_path, key.named(manifest_origin(key.name))) as witness:
        told = {"FILROUGE_ARCHIVE_WITNESSES": f"{witness.url} {witness.verifier}"}
        with supervised(stack, LANES, told) as supervisor:
            archive.start(supervisor).wait_ready()
            yield Witnessed(stack, supervisor, archive, witness)
    asyncio.run(empty(stack))


def test_the_manifest_is_published_with_the_cosignature_of_a_witness_and_an_auditor_sees_it(
    witnessed: Witnessed, tmp_path: Path
) -> None:
    for day in (0, 1):
        witnessed.commit(day)
        witnessed.wait_until_cosigned()
    name = witnessed.witness.verifier.name
    given = ("--witness", str(witnessed.witness.verifier))
    seen = witnessed.verify(tmp_path / "memory", *given)
    assert (seen.exit_code, f"cosigned by {name}: " in seen.output) == (0, True), seen.output
    # a store without the cosignatures does not convince who insists on them
    store = Store(witnessed.archive.url)
    witnessed.supervisor["audit_trail"].stop()
    store.delete([cosigned_path(witnessed.witness.verifier)])
    bare = store.get(MANIFEST_CHECKPOINT).decode().splitlines(keepends=True)[:5]
    store.put(MANIFEST_CHECKPOINT, "".join(bare).encode())
    assert witnessed.verify(tmp_path / "memory").exit_code == 0
    refused = witnessed.verify(tmp_path / "memory", *given)
    assert refused.exit_code == 1
    assert f"no checkpoint is cosigned by {name}" in refused.output
