"""Other people's tools take what we write: Tessera's fsck reads logs as they lie, a real witness cosigns.

They are Go programs that `make setup` builds where there is a `go`; elsewhere these tests are skipped.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.commit import manifest_origin
from filrouge_archive.errors import Forked, PutBack, Refused
from filrouge_archive.history import cosigned_path
from filrouge_archive.note import Signer, Verifier, open_note
from filrouge_archive.store import Store
from filrouge_archive.witness import Witness

from archive.tests.litewitness import litewitness, missing
from archive.tests.scene import BUDGET, DELIVERY, PARTNER, SIGNER, archived, archiver, records

BUILT = Path(__file__).parents[2] / ".venv" / ".go"


def tool(name: str) -> str:
    if not (BUILT / name).exists():
        pytest.skip(f"{name} is not built: that needs `go`, and then `make setup`")
    return str(BUILT / name)


def fsck(folder: Path, key: Verifier, work: Path) -> str:
    """What fsck says of a log; its exit status tells nothing."""
    (work / "key").write_text(str(key))
    said = subprocess.run(
        [tool("fsck"), "-ui=false", "-N=64", f"-storage_url={folder.as_uri()}/", f"-public_key={work / 'key'}"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return said.stdout + said.stderr


def accepted(said: str) -> tuple[int, bytes]:
    match = re.search(r"Successfully fsck'd log with size (\d+) and root \S+ \(([0-9a-f]+)\)", said)
    assert match, said
    return int(match[1]), bytes.fromhex(match[2])


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000])
def test_fsck_accepts_a_partitions_log(tmp_path: Path, size: int) -> None:
    archived(Store(str(tmp_path / "archive")), BUDGET, size)
    key = SIGNER.verifier.named(f"localhost/test/log/{BUDGET}")
    found = accepted(fsck(tmp_path / "archive" / "log" / str(BUDGET), key, tmp_path))
    head = Archive(Store(str(tmp_path / "archive")), [SIGNER.verifier]).partitions[BUDGET]
    assert found == (size, bytes.fromhex(head.root))


def test_fsck_accepts_the_manifest_and_logs_with_words_beside_them(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "archive"))
    made = archiver(store)
    for end in range(1, 301):
        for place in (DELIVERY, PARTNER):
            made.append(place, records(place, made.open(place), end))
        if end % 50 == 0:
            made.flush()
        made.commit(end)
    for place in (DELIVERY, PARTNER):
        key = SIGNER.verifier.named(f"localhost/test/log/{place}")
        folder = tmp_path / "archive" / "log" / str(place)
        assert accepted(fsck(folder, key, tmp_path))[0] == 300
    key = SIGNER.verifier.named("localhost/test/manifest")
    assert accepted(fsck(tmp_path / "archive" / "manifest", key, tmp_path))[0] == 300


def test_fsck_refuses_what_was_changed(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "archive"))
    archived(store, BUDGET, 300)
    path = f"log/{BUDGET}/tile/entries/000"
    store.put(path, store.get(path)[:-1] + b"!")
    key = SIGNER.verifier.named(f"localhost/test/log/{BUDGET}")
    said = fsck(tmp_path / "archive" / "log" / str(BUDGET), key, tmp_path)
    assert "Successfully" not in said


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    """A litewitness that knows the test archive's manifest."""
    program = tool("litewitness")
    if absent := missing():
        pytest.skip(f"litewitness takes its key from an ssh-agent: {absent} is not installed")
    with litewitness(program, tmp_path, SIGNER.verifier.named(manifest_origin(SIGNER.name))) as one:
        yield one


def grown(made: Archiver, end: int) -> str:
    made.append(BUDGET, records(BUDGET, made.open(BUDGET), end))
    note = made.commit(end)
    assert note is not None
    return note


def test_a_real_witness_cosigns_the_manifest_as_it_grows(witness: Witness) -> None:
    store = Store("memory:")
    made = archiver(store)
    known = 0
    for end in (1, 2, 5, 300):
        note = grown(made, end)
        cosigned = witness.cosign(note, made.committer.manifest(), known)
        text, signatures = open_note(cosigned, [witness.verifier])
        assert [one.verifier for one in signatures] == [witness.verifier]
        assert signatures[0].time is not None
        assert signatures[0].time > 1_600_000_000
        known = claimed_checkpoint(cosigned).size
        made.committer.publish_cosigned(cosigned)
        made.committer.keep_cosigned(witness.verifier, cosigned)
        assert Archive(store, [SIGNER.verifier]).signed_manifest()[0] == cosigned
        assert text == claimed_checkpoint(note).text()
        assert store.get(cosigned_path(witness.verifier)).decode() == cosigned


def test_a_witness_that_knows_better_what_it_has_cosigned_is_believed(witness: Witness) -> None:
    made = archiver(Store("memory:"))
    witness.cosign(grown(made, 1), made.committer.manifest())
    note = [grown(made, end) for end in (2, 3, 4)][-1]
    witness.cosign(note, made.committer.manifest(), 3)
    witness.cosign(note, made.committer.manifest(), 0)


def test_a_witness_stops_a_manifest_that_was_put_back_or_rewritten(witness: Witness) -> None:
    made = archiver(Store("memory:"))
    early, _, note = (grown(made, end) for end in (1, 2, 3))
    witness.cosign(note, made.committer.manifest())
    with pytest.raises(PutBack, match="3 commits"):
        witness.cosign(early, made.committer.manifest())
    other = archiver(Store("memory:"), "another")
    *_, note = (grown(other, end) for end in (2, 3, 4, 5))
    with pytest.raises(Forked, match="another manifest"):
        witness.cosign(note, other.committer.manifest(), 3)


def test_a_witness_does_not_sign_for_strangers(witness: Witness) -> None:
    stranger = Signer("localhost/test", Signer.generate("x").private)
    made = Archiver(Store("memory:"), stranger, bytes(32), "w1")
    with pytest.raises(Refused, match="403"):
        witness.cosign(grown(made, 1), made.committer.manifest())
    unknown = Archiver(Store("memory:"), Signer.generate("localhost/unknown"), bytes(32), "w1")
    with pytest.raises(Refused, match=r"40[34]"):
        witness.cosign(grown(unknown, 1), unknown.committer.manifest())
