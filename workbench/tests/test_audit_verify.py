"""Whatever is done to an archive is named by whoever verifies it, and nothing else is blamed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge.audit.errors import AuditFailed
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER, archive
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.history import cosigned_path
from filrouge_archive.log_reader import LogReader
from filrouge_archive.note import COSIGNATURE, Verifier, signature_line
from filrouge_archive.store import Store
from filrouge_chassis.records import RawRecord

from workbench.tests.sound_archive import (
    FACTS,
    LANE,
    LARGE,
    NEW_KEY,
    OTHER,
    RECORDS,
    WORDS,
    beside,
    checked,
    flip,
    numbered,
    record,
)


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


def test_a_sound_archive_holds(sound: Path, memory: Path) -> None:
    done = checked(sound, memory)
    assert done.findings == []
    assert (done.commits, done.logs, done.records) == (3, 4, RECORDS + RECORDS - 10 + 5 + 1)
    assert done.leaves == done.records + done.commits


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_named(name: str, sound: Path, memory: Path) -> None:
    tamper, named = TAMPERED[name]
    tamper(sound)
    found = [str(finding) for finding in checked(sound, memory).findings]
    for part in named:
        assert any(part in one for one in found), found


@pytest.mark.parametrize("name", [name for name in TAMPERED if name != "two logs swapped"])
def test_nothing_else_is_blamed(name: str, sound: Path, memory: Path) -> None:
    tamper, _ = TAMPERED[name]
    tamper(sound)
    assert len(checked(sound, memory).findings) == 1


def test_erased_words_are_counted_and_damage_nothing(sound: Path, memory: Path) -> None:
    beside(sound, WORDS, 2).unlink()
    done = checked(sound, memory)
    assert done.good
    assert done.erased == 1


def test_a_number_that_a_lane_gave_to_no_event_is_named(tmp_path: Path, memory: Path) -> None:
    made = Archiver(Store(str(tmp_path / "gap")), SIGNER, SALT_KEY, "w1")
    made.open(FACTS)
    all_records = [record(FACTS, n) for n in range(200)]
    late = [
        RawRecord(
            *FACTS, n, r.timestamp, r.key, r.value, numbered(LANE, n + 2, n + 1 if n > 5 else n)
        )
        for n, r in enumerate(all_records)
        if n >= 5
    ]
    late[0] = RawRecord(*FACTS, 5, all_records[5].timestamp, b"key", b"{}", numbered(LANE, 7, 5))
    made.append(FACTS, [*all_records[:5], *late])
    made.flush()
    made.commit(COMMITTED_AT_MS)

    (finding,) = checked(tmp_path / "gap", memory).findings
    assert str(finding) == f"{LANE}: its event 6 is nowhere"


def test_the_command_says_what_was_found_and_its_status(sound: Path, memory: Path) -> None:
    """In processes."""
    arguments = ["audit", "verify", str(sound), "--memory", str(memory), "--processes", "2"]
    key = ["--verifier", str(SIGNER.verifier)]
    done = CliRunner().invoke(filrouge, [*arguments, *key])
    assert done.exit_code == 0, done.output
    assert "1,199 leaves in" in done.output

    flip(sound / f"log/{FACTS}/tile/entries/001", 50)
    done = CliRunner().invoke(filrouge, [*arguments, *key, "--all"])
    assert done.exit_code == 1
    assert f"DAMAGED log/{FACTS}/tile/entries/001" in done.output


async def test_a_whole_play_holds(source: Source, tmp_path: Path, memory: Path) -> None:
    await archive(source, tmp_path / "play")
    done = await asyncio.to_thread(checked, tmp_path / "play", memory)
    assert done.findings == []
    assert done.records == sum(end for _, end in source.bounds.values())


WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w")
WITNESS_KEY = Verifier("witness.example/w1", COSIGNATURE, WITNESS.public_key().public_bytes_raw())


def cosigned(said: Checkpoint) -> bytes:
    message = f"cosignature/v1\ntime 1588579200\n{said.text()}".encode()
    line = signature_line(
        WITNESS_KEY.name, WITNESS_KEY.id, (1588579200).to_bytes(8) + WITNESS.sign(message)
    )
    return (said.signed(SIGNER) + line).encode()


def test_what_a_witness_has_cosigned_is_shown_though_more_was_signed_since(
    sound: Path, memory: Path
) -> None:
    store = Store(str(sound))
    origin = "localhost/test/manifest"
    two = Checkpoint(origin, 2, LogReader(store, "manifest", 3, 3).root_at(2))
    store.put(cosigned_path(WITNESS_KEY), cosigned(two))
    done = checked(sound, memory, witnesses=[WITNESS_KEY])
    assert done.good
    assert "cosigned by witness.example/w1: 2 of 3 commits, 2020-05-04T08:00:00Z" in done.lines()
    # one that has cosigned another history is the evidence of it
    store.put(cosigned_path(WITNESS_KEY), cosigned(two._replace(root=bytes(32))))
    (found,) = checked(sound, memory, witnesses=[WITNESS_KEY], everything=True).findings
    assert cosigned_path(WITNESS_KEY) in str(found)


def test_a_witness_that_is_asked_for_and_has_not_cosigned_is_a_finding(
    sound: Path, memory: Path
) -> None:
    (found,) = checked(sound, memory, witnesses=[WITNESS_KEY]).findings
    assert found.why == "is missing, and no checkpoint is cosigned by witness.example/w1"
    store = Store(str(sound))
    store.put(cosigned_path(WITNESS_KEY), store.get("manifest/checkpoint"))
    (found,) = checked(sound, memory, witnesses=[WITNESS_KEY]).findings
    assert found.path == cosigned_path(WITNESS_KEY)
    with pytest.raises(AuditFailed, match="is no witness's"):
        checked(sound, memory, witnesses=[SIGNER.verifier])
