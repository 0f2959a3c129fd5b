"""What an auditor has seen is held against what is there now, and is not read again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filrouge.audit.errors import AuditFailed
from filrouge.audit.verify import verify
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.store import Store

from workbench.tests.sound_archive import (
    FACTS,
    NEW_KEY,
    OTHER,
    RECORDS,
    checked,
    fill,
    record,
)


def rewritten(folder: Path) -> None:
    """By the holder of the key: every inner check passes."""
    shutil.rmtree(folder)
    fill(folder, said=b'{"n":"another past"}')


def test_a_log_that_is_rewritten_and_signed_again_is_found_by_memory(
    sound: Path, memory: Path, tmp_path: Path
) -> None:
    assert checked(sound, memory).good
    rewritten(sound)

    assert checked(sound, tmp_path / "of somebody else").good
    found = [str(finding) for finding in checked(sound, memory).findings]
    root = "entries do not have the root that this auditor's memory says"
    assert any(one.startswith(f"log/{FACTS}: ") and root in one for one in found)
    assert any(one.startswith("manifest: ") and ".checkpoint says" in one for one in found)


@pytest.mark.parametrize("path", ["manifest/checkpoint", f"log/{FACTS}/checkpoint"])
def test_or_by_a_checkpoint_that_somebody_has_kept(
    path: str, sound: Path, memory: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(sound / path, kept)
    assert checked(sound, tmp_path / "then", against=[kept]).good
    rewritten(sound)

    (finding,) = checked(sound, memory, against=[kept]).findings
    assert str(finding).endswith(f"entries do not have the root that {kept} says")


def test_a_checkpoint_that_is_not_of_this_archive_is_refused(
    sound: Path, memory: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint("localhost/test/manifest", 1, bytes(32)).signed(NEW_KEY))
    with pytest.raises(AuditFailed, match="no signature is by a known key"):
        checked(sound, memory, against=[kept])


def test_an_archive_that_was_put_back_is_found_by_memory(
    sound: Path, memory: Path, tmp_path: Path
) -> None:
    assert checked(sound, memory).good
    shutil.rmtree(sound)
    made = Archiver(Store(str(sound)), SIGNER, SALT_KEY, "w1")
    made.append(FACTS, [record(FACTS, n) for n in range(made.open(FACTS), 100)])
    made.flush()
    made.commit(COMMITTED_AT_MS)

    found = [str(finding) for finding in checked(sound, memory).findings]
    assert "manifest: 3 commits were verified earlier, and there are 1" in found
    assert f"log/{OTHER}: this auditor's memory has it, and no commit does" in found


def test_keys_that_were_trusted_once_are_trusted_on(sound: Path, memory: Path) -> None:
    """The archive's own word is taken the first time, and never again."""
    assert verify(str(sound), memory, processes=1).good
    shutil.rmtree(sound)
    fill(sound, NEW_KEY)

    found = [str(finding) for finding in verify(str(sound), memory, processes=1).findings]
    assert any(one.startswith("verifiers: names a key that is not trusted") for one in found)
    assert any(one.startswith("manifest/checkpoint: no signature is by a known") for one in found)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    paths: list[str] = []
    get = Store.get

    def counted(self: Store, path: str) -> bytes:
        paths.append(path)
        return get(self, path)

    monkeypatch.setattr(Store, "get", counted)
    return paths


def test_the_second_time_only_what_is_new_is_read(
    sound: Path, memory: Path, reads: list[str]
) -> None:
    assert checked(sound, memory).good
    made = Archiver(Store(str(sound)), SIGNER, SALT_KEY, "w2")
    made.append(FACTS, [record(FACTS, n) for n in range(made.open(FACTS), RECORDS + 200)])
    made.flush()
    made.commit(COMMITTED_AT_MS)
    reads.clear()

    assert checked(sound, memory).good
    bundles = [path for path in reads if path.startswith(f"log/{FACTS}/tile/entries/")]
    assert bundles == [f"log/{FACTS}/tile/entries/{name}" for name in ("002", "003.p/32")]
    assert not [path for path in reads if path.startswith("beside/")]

    reads.clear()
    assert checked(sound, memory, everything=True).good
    assert f"log/{FACTS}/tile/entries/000" in reads
