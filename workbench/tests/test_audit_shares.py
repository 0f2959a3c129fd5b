"""An archive that is verified in shares and then put together is verified as if it was not divided."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from filrouge.audit import log_shares
from filrouge.audit.errors import AuditFailed
from filrouge.audit.memory import Memory
from filrouge.audit.share import Share
from filrouge.audit.verify import Verified, verify
from filrouge.audit.verify_share import verify_share
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER, archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from hypothesis import given
from hypothesis import strategies as st

from workbench.tests.sound_archive import (
    FACTS,
    LANE,
    NEW_KEY,
    RECORDS,
    WORDS,
    beside,
    checked,
    fill,
    flip,
    numbered,
    record,
)
from workbench.tests.test_audit_verify import TAMPERED

KEYS = [SIGNER.verifier]
START_MS = 1_588_579_200_000
SHARES = [Share(index, 3) for index in range(3)]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def in_shares(sound: Path, results: Path) -> list[Verified]:
    return [verify_share(str(sound), share, results, KEYS, processes=1) for share in SHARES]


def merged(sound: Path, results: Path, memory: Path) -> Verified:
    return checked(sound, memory, shares=results)


def grow(folder: Path, last: int) -> None:
    """Some more facts, of a lane whose last number is `last` after all of these."""
    made = Archiver(Store(str(folder)), SIGNER, SALT_KEY, "w2")
    made.append(FACTS, [record(FACTS, n) for n in range(made.open(FACTS), last)])
    made.flush()
    made.commit(COMMITTED_AT_MS)


@given(st.integers(1, 40), st.sampled_from(["budget.g1", "journal.tutoring.g1"]))
def test_every_partition_is_in_one_share_and_those_of_a_topic_are_spread_evenly(
    of: int, topic: str
) -> None:
    shares = [Share(index, of) for index in range(of)]
    found = [[n for n in range(60) if share.has(Partition(topic, n))] for share in shares]
    assert sorted(n for numbers in found for n in numbers) == list(range(60))
    assert max(map(len, found)) - min(map(len, found)) <= 1


def test_shares_of_a_sound_archive_hold_and_leave_what_an_undivided_run_remembers(
    sound: Path, results: Path, memory: Path, tmp_path: Path
) -> None:
    assert all(done.good for done in in_shares(sound, results))
    done = merged(sound, results, memory)
    whole = checked(sound, tmp_path / "undivided")
    assert (done.findings, whole.findings) == ([], [])
    assert (done.commits, done.logs, done.records) == (whole.commits, whole.logs, whole.records)
    remembered = [Memory(one, SIGNER.verifier.name) for one in (memory, tmp_path / "undivided")]
    assert remembered[0].seen() == remembered[1].seen()
    assert list(remembered[0].checkpoints()) == list(remembered[1].checkpoints())
    assert remembered[0].verifiers() == KEYS


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_found_in_any_share_is_named_the_same(
    name: str, sound: Path, results: Path, memory: Path, tmp_path: Path
) -> None:
    tamper, named = TAMPERED[name]
    tamper(sound)
    in_shares(sound, results)
    found = merged(sound, results, memory).findings
    assert sorted(found) == sorted(checked(sound, tmp_path / "undivided").findings)
    for part in named:
        assert any(part in str(one) for one in found), found


def test_what_a_share_has_found_stays_found_when_it_was_mended_since(
    sound: Path, results: Path, memory: Path
) -> None:
    path = sound / f"log/{FACTS}/tile/entries/001"
    flip(path, 50)
    in_shares(sound, results)
    flip(path, 50)
    (finding,) = merged(sound, results, memory).findings
    assert finding.path == f"log/{FACTS}/tile/entries/001"
    assert Memory(memory, SIGNER.verifier.name).seen().logs == {}


def test_damage_in_what_came_after_the_shares_is_found(
    sound: Path, results: Path, memory: Path
) -> None:
    in_shares(sound, results)
    grow(sound, RECORDS + 300)
    flip(sound / f"log/{FACTS}/tile/entries/002", -30)
    (finding,) = merged(sound, results, memory).findings
    assert str(finding).endswith("not what was committed to: entry 767")


def test_shares_may_have_seen_older_states_and_one_of_them_a_log_that_others_have_not(
    sound: Path, results: Path, memory: Path
) -> None:
    for share, last in zip(SHARES, (700, 800, 900), strict=True):
        verify_share(str(sound), share, results, KEYS, processes=1)
        grow(sound, last)
    done = merged(sound, results, memory)
    assert (done.findings, done.records) == ([], 900 + RECORDS - 10 + 5 + 1)
    assert Memory(memory, SIGNER.verifier.name).seen().lanes[LANE].end == 900


def test_a_number_that_no_log_of_any_share_has_is_named(
    tmp_path: Path, results: Path, memory: Path
) -> None:
    """The lane writes to both logs in turns, and leaves one number out."""
    made = Archiver(Store(str(tmp_path / "gap")), SIGNER, SALT_KEY, "w1")
    sequences = {FACTS: [1, 3, 5, 9, 11], Partition(FACTS.topic, 1): [2, 4, 6, 8, 10]}
    for place, numbers in sequences.items():
        made.open(place)
        prevs = [0, *numbers]
        made.append(
            place,
            [
                RawRecord(
                    *place, n, START_MS + n * 100_000, b"key", b"{}", numbered(LANE, number, prev)
                )
                for n, (number, prev) in enumerate(zip(numbers, prevs, strict=False))
            ],
        )
    made.flush()
    made.commit(COMMITTED_AT_MS)
    assert all(done.good for done in in_shares(tmp_path / "gap", results))
    (finding,) = merged(tmp_path / "gap", results, memory).findings
    assert str(finding) == f"{LANE}: its event 7 is nowhere"


def test_erased_words_are_judged_when_all_is_put_together(
    sound: Path, results: Path, memory: Path
) -> None:
    for offset in (2, 3):
        beside(sound, WORDS, offset).unlink()
    assert all(done.good for done in in_shares(sound, results))
    done = merged(sound, results, memory)
    (finding,) = done.findings
    assert done.erased == 1
    assert finding.why == f"is missing, and no erasure names it ({WORDS}/3)"


def test_another_past_than_an_auditor_has_seen_is_found_though_all_shares_hold(
    sound: Path, results: Path, memory: Path
) -> None:
    assert checked(sound, memory).good
    shutil.rmtree(sound)
    fill(sound, said=b'{"n":"another past"}')
    assert all(done.good for done in in_shares(sound, results))
    found = [str(finding) for finding in merged(sound, results, memory).findings]
    assert any("do not have the root that this auditor's memory says" in one for one in found)
    assert any(one.startswith("manifest: ") and ".checkpoint says" in one for one in found)


def test_results_of_another_past_are_found(sound: Path, results: Path, memory: Path) -> None:
    in_shares(sound, results)
    shutil.rmtree(sound)
    fill(sound, said=b'{"n":"another past"}')
    found = [str(finding) for finding in merged(sound, results, memory).findings]
    assert any(one.startswith("manifest: ") and one.endswith(" of 3 says") for one in found)
    assert any(one.startswith(f"log/{FACTS}: ") and one.endswith(" of 3 says") for one in found)
    assert not any(one.startswith(f"log/{WORDS}: ") for one in found)


def test_results_of_a_later_state_than_there_is_are_found(
    sound: Path, results: Path, memory: Path, tmp_path: Path
) -> None:
    later = Path(shutil.copytree(sound, tmp_path / "later"))
    grow(later, RECORDS + 1)
    in_shares(later, results)
    found = [str(finding) for finding in merged(sound, results, memory).findings]
    assert "manifest: 4 commits were verified earlier, and there are 3" in found


def _summary(results: Path) -> Path:
    return results / "share-00001-of-00003.json"


def _twice(results: Path) -> None:
    summary = _summary(results)
    summary.with_name("share-copy.json").write_bytes(summary.read_bytes())


def _without_a_line(results: Path) -> None:
    for path in results.glob("*.logs"):
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))


def _cut(results: Path) -> None:
    for path in results.glob("*.logs"):
        path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (shutil.rmtree, "holds no result of a share: verify with --results first"),
        (lambda r: _summary(r).unlink(), "shares 0, 2 of 3 are no whole: each is needed once, in"),
        (_twice, "shares 0, 1, 1, 2 of 3 are no whole"),
        (lambda r: _summary(r).write_text("{}"), "json is no result of a share"),
        (lambda r: [p.unlink() for p in r.glob("*.logs")], "is missing: run share 0 of 3 again"),
        (_without_a_line, r"has \d logs, and there were \d: run share \d of 3 again"),
        (_cut, "logs is no result of a share"),
    ],
)
def test_shares_that_are_no_whole_are_refused(
    change: Callable[[Path], object], sentence: str, sound: Path, results: Path, memory: Path
) -> None:
    in_shares(sound, results)
    change(results)
    with pytest.raises(AuditFailed, match=sentence):
        merged(sound, results, memory)


def test_a_share_that_was_stopped_half_way_has_no_result_and_is_run_again(
    sound: Path, results: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_shares(sound, results)
    with monkeypatch.context() as patch:
        patch.setattr(log_shares, "check_log", stopped)
        with pytest.raises(KeyboardInterrupt):
            verify_share(str(sound), SHARES[0], results, KEYS, processes=1)
    with pytest.raises(AuditFailed, match="shares 1, 2 of 3 are no whole"):
        merged(sound, results, memory)
    verify_share(str(sound), SHARES[0], results, KEYS, processes=1)
    assert merged(sound, results, memory).good


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_shares_of_another_archive_are_refused(
    sound: Path, results: Path, memory: Path, tmp_path: Path
) -> None:
    fill(tmp_path / "other", NEW_KEY)
    for share in SHARES:
        verify_share(str(tmp_path / "other"), share, results, processes=1)
    with pytest.raises(AuditFailed, match="by other keys than those of localhost/test"):
        merged(sound, results, memory)


async def test_a_whole_play_holds_in_shares(
    source: Source, tmp_path: Path, results: Path, memory: Path
) -> None:
    await archive(source, tmp_path / "play")

    def verified() -> Verified:
        in_shares(tmp_path / "play", results)
        return merged(tmp_path / "play", results, memory)

    done = await asyncio.to_thread(verified)
    assert done.findings == []
    assert done.records == sum(end for _, end in source.bounds.values())
    assert verify(str(tmp_path / "play"), memory, processes=1).good


def test_the_command_verifies_a_share_and_puts_all_together(
    sound: Path, results: Path, memory: Path
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        key = str(SIGNER.verifier)
        done = CliRunner().invoke(
            filrouge, ["audit", "verify", str(sound), "--verifier", key, *arguments]
        )
        return done.exit_code, done.output or str(done.exception)

    merge = ["--merge", str(results), "--memory", str(memory)]
    shares = [
        ["--share-index", index, "--of", "2", "--results", str(results)] for index in ("0", "1")
    ]
    assert [run(*share)[0] for share in shares] == [0, 0]
    assert run(*merge)[0] == 0
    flip(sound / f"log/{FACTS}/tile/entries/001", 50)
    assert sorted(run(*share)[0] for share in shares) == [0, 1]
    code, output = run(*merge)
    assert (code, f"DAMAGED log/{FACTS}/tile/entries/001" in output) == (1, True)
    assert "asked for by --share-index, --of and --results" in run("--results", "x")[1]
    refused = run(*shares[0], "--memory", str(memory))
    assert "are for --merge: a share remembers nothing" in refused[1]
