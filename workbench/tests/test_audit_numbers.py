"""Numbers of lanes are found and judged alike, whether entries are read quickly or each is decoded."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from unittest.mock import patch

import pytest
from filrouge.audit import entry_check
from filrouge.audit.entry_check import EntryCheck
from filrouge.audit.lanes_heard import Heard, LanesHeard
from filrouge.audit.log_check import Finding
from filrouge.audit.log_numbers import LogNumbers, Numbers, written, written_time
from filrouge_archive.entry import encode_entry
from filrouge_archive.store import Store
from filrouge_chassis.records import RawRecord
from hypothesis import given
from hypothesis import strategies as st

from workbench.tests.sound_archive import FACTS, LANE, numbered

BUNDLE = 4
START_MS = 1_588_579_200_000


def entry(source: str, sequence: int, prev: int, at_ms: int, strange: str = "") -> bytes:
    headers = dict(numbered(source, sequence, prev))
    if strange == "number":
        headers["ce_sequence"] = b"a"
    elif strange == "zeros":
        headers["ce_sequence"] = b"0%d" % sequence
    elif strange == "no prev":
        del headers["ce_prev"]
    elif strange == "null lane":
        headers["ce_source"] = None  # type: ignore[assignment]
    elif strange == "no UTF-8":
        headers["ce_source"] = b"\xff"
    record = RawRecord(*FACTS, 0, at_ms, b"key", b"{}", tuple(headers.items()))
    data, _ = encode_entry(record, None)
    return data[:-1] if strange == "cut" else data + b"x" if strange == "longer" else data


Step = tuple[str, int, int, int, str]
SOUND = st.tuples(
    st.sampled_from([LANE, "budget_accounting/1"]),
    st.just(1),
    st.just(0),
    st.just(1_000),
    st.just(""),
)
STRANGE = st.tuples(
    st.just(LANE),
    st.sampled_from([2, 1, 0, -1]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([0, 40_000, -70_000]),
    st.sampled_from(
        ["", "number", "zeros", "no prev", "null lane", "no UTF-8", "cut", "longer", "lost"]
    ),
)


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Mostly events that follow one another."""
    found = draw(st.lists(SOUND, min_size=6 * BUNDLE, max_size=10 * BUNDLE))
    for strange in draw(st.lists(STRANGE, max_size=3)):
        found[draw(st.integers(0, len(found) - 1))] = strange
    return found


def made(steps: list[Step]) -> list[bytes | None]:
    """Events whose numbers go on by a step and whose `prev` is off by some, a while after the one before."""
    last: dict[str, int] = {}
    at_ms, entries = START_MS, list[bytes | None]()
    for source, step, off, later_ms, strange in steps:
        prev = last.get(source, 0)
        at_ms += later_ms
        last[source] = max(0, prev + step)
        sound = entry(source, last[source], max(0, prev + off), at_ms, strange)
        entries.append(None if strange == "lost" else sound)
    return entries


def judged(
    entries: list[bytes | None], before: Mapping[str, int]
) -> tuple[list[Finding], Mapping[str, Heard], list[Finding]]:
    check = EntryCheck(Store("memory:"), FACTS, before, first_new=2)
    for begin in range(0, len(entries), BUNDLE):
        check.look(begin, entries[begin : begin + BUNDLE])
    lanes = LanesHeard({name: Heard(end) for name, end in before.items()})
    lanes.add(check.numbers.of_lanes())
    return check.findings, *lanes.judge(erased=0)


@given(steps(), st.sampled_from([{}, {LANE: 1}, {LANE: 3}]))
def test_reading_quickly_finds_what_decoding_finds(
    said: list[Step], before: Mapping[str, int]
) -> None:
    entries = made(said)
    quickly = judged(entries, before)
    with patch.object(entry_check, "own_numbers_of", return_value=lambda _: None):
        assert judged(entries, before) == quickly


def test_events_that_follow_one_another_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = made([(LANE, 1, 0, 1, "")] * 3 * BUNDLE)
    decoded: list[int] = []
    decode = EntryCheck._decode

    def noted(check: EntryCheck, offset: int, entry: bytes | None) -> None:
        decoded.append(offset)
        decode(check, offset, entry)

    monkeypatch.setattr(EntryCheck, "_decode", noted)
    _, heard, _ = judged(entries, {LANE: 0})
    assert decoded == [2, 3]
    assert heard == {LANE: Heard(3 * BUNDLE, (1, 2))}


def test_a_number_may_be_late_by_a_minute_and_no_longer() -> None:
    three = [(LANE, 1, 0, 1_000, ""), (LANE, 1, 0, 1_000, ""), (LANE, 1, 0, 1_000, "")]
    late = made([*three, (LANE, 2, 0, 1_000, ""), (LANE, 1, 0, 59_999, "")])
    assert judged(late, {LANE: 2})[1:] == ({LANE: Heard(6, (4,))}, [])
    missing = made([*three, (LANE, 2, 0, 1_000, ""), (LANE, 1, 0, 60_000, "")])
    assert judged(missing, {LANE: 2})[2] == [Finding(LANE, "its event 4 is nowhere")]


def of(*at: tuple[int, int], settled: int = 0) -> Mapping[str, Numbers]:
    return {LANE: Numbers(array("q", [number for _, number in at]), settled, list(at))}


@pytest.mark.parametrize(("newest_ms", "found"), [(69_999, ()), (70_000, (2,)), (90_000, (2,))])
def test_the_last_minute_is_that_of_all_logs(newest_ms: int, found: tuple[int, ...]) -> None:
    lanes = LanesHeard({})
    lanes.add(of((9_000, 1), (10_000, 3)))
    lanes.add({"another/0": Numbers(array("q", [1]), 0, [(newest_ms, 1)])})
    heard, gaps = lanes.judge(erased=0)
    assert heard[LANE] == Heard(3, (2,))
    assert gaps == [Finding(LANE, f"its event {number} is nowhere") for number in found]


def test_a_number_that_was_missing_may_come_in_the_next_run_and_no_later() -> None:
    lanes = LanesHeard({LANE: Heard(6, (2, 4))})
    lanes.add(of((0, 4), (0, 7)))
    lanes.add(of((0, 9)))
    gap = Finding(LANE, "its event 2 is nowhere")
    assert lanes.judge(erased=0) == ({LANE: Heard(9, (2, 8))}, [gap])


@pytest.mark.parametrize("sequence", [b"\x013", b"\x012", b"\x0111"])
def test_a_number_that_does_not_rise_does_not_follow(sequence: bytes) -> None:
    numbers, lane, time = LogNumbers(), written(LANE.encode()), written_time(1)
    numbers.add(time, lane, b"\x013")
    assert not numbers.follow([time], [lane], [sequence], [b"\x013"])
    assert numbers.follow([time], [lane], [b"\x0210"], [b"\x013"])
    assert numbers.of_lanes() == {LANE: Numbers(array("q", [3, 10]), 0, [(1, 3), (1, 10)])}


def test_a_record_without_a_time_is_numbered_as_well() -> None:
    numbers, lane = LogNumbers(), written(LANE.encode())
    numbers.add(written_time(0), lane, b"\x011")
    assert numbers.of_lanes()[LANE].sequences == array("q", [1])
