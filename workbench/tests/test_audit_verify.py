"""Whatever is done to an archive is named by whoever verifies it; what was verified is not read again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge.audit.errors import AuditFailed
from filrouge.audit.verify import Verified, verify
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER, archive
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.note import Signer
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.topics import AUDIT, PARTNER_IN

FACTS = Partition("equipment.g1", 0)
OTHER = Partition("budget.g1", 0)
WORDS = Partition(PARTNER_IN.format(partner="school-1"), 0)
ERASURES = Partition(AUDIT, 0)
LANE = "equipment-orders/0"
RECORDS, LARGE, FIRST_COMMIT = 600, 7, 256
NEW_KEY = Signer("localhost/test", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


def record(place: Partition, offset: int, said: bytes = b"") -> RawRecord:
    value = said or b'{"n":%d}' % offset
    headers = {
        FACTS: _numbered(LANE, offset + 1, offset),
        OTHER: _numbered("budget-accounting/0", offset + 1, offset),
    }.get(place, ())
    if place == FACTS and offset == LARGE:
        value *= 60_000
    return RawRecord(*place, offset, 1_588_579_200_000 + offset * 1000, b"key", value, headers)


def _numbered(source: str, sequence: int, prev: int) -> tuple[tuple[str, bytes], ...]:
    numbers = (("ce_source", source), ("ce_sequence", str(sequence)), ("ce_prev", str(prev)))
    return tuple((name, text.encode()) for name, text in numbers)


def erasure(offset: int) -> RawRecord:
    said = RecordErased(
        erased_by="office",
        ground="GDPR, article 17(1)(d)",
        topic=WORDS.topic,
        partition=WORDS.number,
        offset=offset,
        erased_at=datetime(2020, 5, 4, tzinfo=UTC),
    )
    headers = (*_numbered("operator", 1, 0), ("ce_type", RecordErased.event_type.encode()))
    return RawRecord(*ERASURES, 0, 1_588_579_200_000, b"key", said.to_json(), headers)


def fill(folder: Path, signer: Signer = SIGNER, said: bytes = b"") -> None:
    """Two commits. `said`: what record 3 of the facts says instead."""
    made = Archiver(Store(str(folder)), signer, SALT_KEY, "w1")
    for end in (FIRST_COMMIT, RECORDS):
        for place in (FACTS, OTHER):
            first = made.open(place)
            chunk = [record(place, n, said if n == 3 else b"") for n in range(first, end)]
            made.append(place, chunk if place == FACTS else chunk[: len(chunk) - 10])
        made.append(WORDS, [record(WORDS, n) for n in range(made.open(WORDS), 5)])
        made.flush()
        made.commit(COMMITTED_AT_MS)
    made.open(ERASURES)
    made.append(ERASURES, [erasure(2)])
    made.flush()
    made.commit(COMMITTED_AT_MS)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sound")
    fill(made)
    return made


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "archive"))


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


def checked(folder: Path, memory: Path, **more: object) -> Verified:
    return verify(str(folder), memory, [SIGNER.verifier], processes=1, **more)  # type: ignore[arg-type]


def flip(path: Path, position: int = 40) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def beside(folder: Path, place: Partition, offset: int) -> Path:
    """The object beside the log that holds a record."""
    ((_, (entry,)),) = Archive.open(str(folder)).raw(place, offset, offset + 1)
    digest = entry[11:43].hex()
    return folder / "beside" / digest[:2] / digest


def swap(folder: Path) -> None:
    one, other, aside = folder / f"log/{FACTS}", folder / f"log/{OTHER}", folder / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def other_size(folder: Path) -> None:
    path = folder / f"log/{FACTS}/checkpoint"
    path.write_text(path.read_text().replace(f"\n{RECORDS}\n", f"\n{RECORDS - 1}\n"))


def other_key(folder: Path) -> None:
    path = folder / "manifest/checkpoint"
    path.write_text(claimed_checkpoint(path.read_text()).signed(NEW_KEY))


def other_root(folder: Path) -> None:
    path = folder / "manifest/commit/001"
    root = Archive.open(str(folder)).partitions[FACTS].root
    path.write_text(path.read_text().replace(root, "0" * 64))


def other_root_signed(folder: Path) -> None:
    """The holder of the key commits to another root than that of the entries."""
    path = folder / f"log/{FACTS}/checkpoint"
    said = Checkpoint(f"localhost/test/log/{FACTS}", RECORDS, bytes(32))
    path.write_text(said.signed(SIGNER))


TAMPERED: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "a byte of a bundle": (
        lambda f: flip(f / f"log/{FACTS}/tile/entries/001", 50),
        (f"log/{FACTS}/tile/entries/001: not what was committed to: entry 256",),
    ),
    "a byte of the last bundle": (
        lambda f: flip(f / f"log/{FACTS}/tile/entries/002.p/88", 50),
        (f"log/{FACTS}/tile/entries/002.p/88: not what was committed to: entry 512",),
    ),
    "a byte of a tile": (
        lambda f: flip(f / f"log/{FACTS}/tile/0/001"),
        (f"log/{FACTS}/tile/0/001: its hashes are not those of its bundle",),
    ),
    "a byte of a tile of tiles": (
        lambda f: flip(f / f"log/{FACTS}/tile/1/000.p/2"),
        (f"log/{FACTS}/tile/1/000.p/2: its hash of log/{FACTS}/tile/0/001 is not the one",),
    ),
    "a missing bundle": (
        lambda f: (f / f"log/{FACTS}/tile/entries/000").unlink(),
        (f"log/{FACTS}/tile/entries/000: is missing",),
    ),
    "a truncated bundle": (
        lambda f: (f / f"log/{FACTS}/tile/entries/000").write_bytes(b"\0\5ab"),
        (f"log/{FACTS}/tile/entries/000: the bundle ends within",),
    ),
    "a checkpoint of another size": (
        other_size,
        (f"log/{FACTS}/checkpoint: the signature of localhost/test/log/{FACTS} does not hold",),
    ),
    "a checkpoint of another root, signed": (
        other_root_signed,
        (f"log/{FACTS}: the first {RECORDS} entries do not have the root that log/{FACTS}/check",),
    ),
    "a commit rewritten": (
        lambda f: flip(f / "manifest/commit/001", -60),
        ("manifest/commit/001: is not the commit that the manifest has",),
    ),
    "a commit missing": (
        lambda f: (f / "manifest/commit/000").unlink(),
        ("manifest/commit/000: is missing",),
    ),
    "the newest commit missing": (
        lambda f: (f / "manifest/commit/002").unlink(),
        ("manifest/commit/002: is missing",),
    ),
    "the manifest signed with another key": (
        other_key,
        ("manifest/checkpoint: no signature is by a known key",),
    ),
    "the root in a head": (
        other_root,
        ("manifest/commit/001: is not the commit that the manifest has",),
    ),
    "an object beside the log": (
        lambda f: flip(beside(f, FACTS, LARGE)),
        ("beside/", "is not what the leaf's digest and size say"),
    ),
    "an object beside the log missing": (
        lambda f: beside(f, FACTS, LARGE).unlink(),
        ("beside/", "is missing"),
    ),
    "words missing without erasure": (
        lambda f: beside(f, WORDS, 3).unlink(),
        ("beside/", f"is missing, and no erasure names it ({WORDS}/3)"),
    ),
    "two logs swapped": (
        swap,
        (
            f"log/{FACTS}/checkpoint: no signature is by a known key",
            f"log/{OTHER}/checkpoint: no signature is by a known key",
        ),
    ),
}


def test_a_sound_archive_holds(folder: Path, memory: Path) -> None:
    done = checked(folder, memory)
    assert done.findings == []
    assert (done.commits, done.logs, done.records) == (3, 4, RECORDS + RECORDS - 10 + 5 + 1)
    assert done.leaves == done.records + done.commits


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_named(name: str, folder: Path, memory: Path) -> None:
    tamper, named = TAMPERED[name]
    tamper(folder)
    found = [str(finding) for finding in checked(folder, memory).findings]
    for part in named:
        assert any(part in one for one in found), found


@pytest.mark.parametrize("name", [name for name in TAMPERED if name != "two logs swapped"])
def test_nothing_else_is_blamed(name: str, folder: Path, memory: Path) -> None:
    tamper, _ = TAMPERED[name]
    tamper(folder)
    assert len(checked(folder, memory).findings) == 1


def rewritten(folder: Path) -> None:
    """By the holder of the key: every inner check passes."""
    shutil.rmtree(folder)
    fill(folder, said=b'{"n":"another past"}')


def test_a_log_that_is_rewritten_and_signed_again_is_found_by_memory(
    folder: Path, memory: Path, tmp_path: Path
) -> None:
    assert checked(folder, memory).good
    rewritten(folder)

    assert checked(folder, tmp_path / "of somebody else").good
    found = [str(finding) for finding in checked(folder, memory).findings]
    root = "entries do not have the root that this auditor's memory says"
    assert any(one.startswith(f"log/{FACTS}: ") and root in one for one in found)
    assert any(one.startswith("manifest: ") and ".checkpoint says" in one for one in found)


@pytest.mark.parametrize("path", ["manifest/checkpoint", f"log/{FACTS}/checkpoint"])
def test_or_by_a_checkpoint_that_somebody_has_kept(
    path: str, folder: Path, memory: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(folder / path, kept)
    assert checked(folder, tmp_path / "then", against=[kept]).good
    rewritten(folder)

    (finding,) = checked(folder, memory, against=[kept]).findings
    assert str(finding).endswith(f"entries do not have the root that {kept} says")


def test_a_checkpoint_that_is_not_of_this_archive_is_refused(
    folder: Path, memory: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint("localhost/test/manifest", 1, bytes(32)).signed(NEW_KEY))
    with pytest.raises(AuditFailed, match="no signature is by a known key"):
        checked(folder, memory, against=[kept])


def test_an_archive_that_was_put_back_is_found_by_memory(
    folder: Path, memory: Path, tmp_path: Path
) -> None:
    assert checked(folder, memory).good
    shutil.rmtree(folder)
    made = Archiver(Store(str(folder)), SIGNER, SALT_KEY, "w1")
    made.append(FACTS, [record(FACTS, n) for n in range(made.open(FACTS), 100)])
    made.flush()
    made.commit(COMMITTED_AT_MS)

    found = [str(finding) for finding in checked(folder, memory).findings]
    assert "manifest: 3 commits were verified earlier, and there are 1" in found
    assert f"log/{OTHER}: this auditor's memory has it, and no commit does" in found


def test_erased_words_are_counted_and_damage_nothing(folder: Path, memory: Path) -> None:
    beside(folder, WORDS, 2).unlink()
    done = checked(folder, memory)
    assert done.good
    assert done.erased == 1


def test_keys_that_were_trusted_once_are_trusted_on(folder: Path, memory: Path) -> None:
    """The archive's own word is taken the first time, and never again."""
    assert verify(str(folder), memory, processes=1).good
    shutil.rmtree(folder)
    fill(folder, NEW_KEY)

    found = [str(finding) for finding in verify(str(folder), memory, processes=1).findings]
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
    folder: Path, memory: Path, reads: list[str]
) -> None:
    assert checked(folder, memory).good
    made = Archiver(Store(str(folder)), SIGNER, SALT_KEY, "w2")
    made.append(FACTS, [record(FACTS, n) for n in range(made.open(FACTS), RECORDS + 200)])
    made.flush()
    made.commit(COMMITTED_AT_MS)
    reads.clear()

    assert checked(folder, memory).good
    bundles = [path for path in reads if path.startswith(f"log/{FACTS}/tile/entries/")]
    assert bundles == [f"log/{FACTS}/tile/entries/{name}" for name in ("002", "003.p/32")]
    assert not [path for path in reads if path.startswith("beside/")]

    reads.clear()
    assert checked(folder, memory, everything=True).good
    assert f"log/{FACTS}/tile/entries/000" in reads


def test_a_number_that_a_lane_gave_to_no_event_is_named(tmp_path: Path, memory: Path) -> None:
    made = Archiver(Store(str(tmp_path / "gap")), SIGNER, SALT_KEY, "w1")
    made.open(FACTS)
    all_records = [record(FACTS, n) for n in range(200)]
    late = [
        RawRecord(
            *FACTS, n, r.timestamp, r.key, r.value, _numbered(LANE, n + 2, n + 1 if n > 5 else n)
        )
        for n, r in enumerate(all_records)
        if n >= 5
    ]
    late[0] = RawRecord(*FACTS, 5, all_records[5].timestamp, b"key", b"{}", _numbered(LANE, 7, 5))
    made.append(FACTS, [*all_records[:5], *late])
    made.flush()
    made.commit(COMMITTED_AT_MS)

    (finding,) = checked(tmp_path / "gap", memory).findings
    assert str(finding) == f"{LANE}: its event 6 is nowhere"


def test_the_command_says_what_was_found_and_its_status(folder: Path, memory: Path) -> None:
    """In processes."""
    arguments = ["audit", "verify", str(folder), "--memory", str(memory), "--processes", "2"]
    key = ["--verifier", str(SIGNER.verifier)]
    done = CliRunner().invoke(filrouge, [*arguments, *key])
    assert done.exit_code == 0, done.output
    assert "1,199 leaves in" in done.output

    flip(folder / f"log/{FACTS}/tile/entries/001", 50)
    done = CliRunner().invoke(filrouge, [*arguments, *key, "--all"])
    assert done.exit_code == 1
    assert f"DAMAGED log/{FACTS}/tile/entries/001" in done.output


async def test_a_whole_play_holds(source: Source, tmp_path: Path, memory: Path) -> None:
    await archive(source, tmp_path / "play")
    done = await asyncio.to_thread(checked, tmp_path / "play", memory)
    assert done.findings == []
    assert done.records == sum(end for _, end in source.bounds.values())
