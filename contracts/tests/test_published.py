"""Published revisions are added and never changed, and nothing is published that breaks one."""

from __future__ import annotations

from pathlib import Path

import pytest
from filrouge_contracts.event import Event
from filrouge_contracts.generate import ROOT
from filrouge_contracts.published import DIGESTS, main
from filrouge_contracts.register import REGISTER, Entry, Register

from contracts.tests.changes import TYPE, Fields, N, entry, event

Printed = pytest.CaptureFixture[str]
GROWN = {**N, "m": (int, 0)}
BROKEN = {"n": (str, ...)}


def with_fields(fields: Fields) -> Register:
    return Register((entry(event(fields)),))


def run(root: Path, register: Register, *flags: str) -> int:
    return main(["--root", str(root), *flags], register)


def test_what_is_published_here_is_undamaged_and_nothing_breaks_it(capsys: Printed) -> None:
    assert main(["--root", str(ROOT)]) == 0, capsys.readouterr().out


def test_without_anything_published_nothing_is_broken(tmp_path: Path) -> None:
    assert run(tmp_path, REGISTER) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_revision_is_added_when_there_is_something_new(tmp_path: Path, capsys: Printed) -> None:
    folder = tmp_path / "contracts" / "published"
    for fields in (N, N, GROWN, GROWN):
        assert run(tmp_path, with_fields(fields), "--publish") == 0
    assert [path.name for path in sorted((folder / TYPE).iterdir())] == ["1.json", "2.json"]
    assert [line.split()[1] for line in (folder / DIGESTS).read_text().splitlines()] == [
        f"{TYPE}/1.json",
        f"{TYPE}/2.json",
    ]
    assert capsys.readouterr().out.count("published: ") == 2


def test_every_event_of_the_register_can_be_published(tmp_path: Path) -> None:
    assert run(tmp_path, REGISTER, "--publish") == 0
    assert run(tmp_path, REGISTER) == 0
    folder = tmp_path / "contracts" / "published"
    assert {path.name for path in folder.iterdir()} == {*REGISTER.by_type, DIGESTS}


def test_what_breaks_a_published_event_is_named_and_not_published(
    tmp_path: Path, capsys: Printed
) -> None:
    run(tmp_path, with_fields(N), "--publish")
    capsys.readouterr()
    for flags in ((), ("--publish",)):
        assert run(tmp_path, with_fields(BROKEN), *flags) == 1
        said = capsys.readouterr().out
        assert said.startswith(
            f"{TYPE}, revision 1: n: type was integer and is string. Said before"
        )
        assert "CONTRIBUTING.md" in said
    assert len(list((tmp_path / "contracts" / "published" / TYPE).iterdir())) == 1


def test_contributing_has_the_paragraph_that_a_break_names() -> None:
    assert "## Change an event" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ["edited", "deleted", "added"])
def test_a_published_file_stays_as_it_is(damage: str, tmp_path: Path, capsys: Printed) -> None:
    for fields in (N, GROWN):
        run(tmp_path, with_fields(fields), "--publish")
    capsys.readouterr()
    folder = tmp_path / "contracts" / "published" / TYPE
    number = {"edited": 1, "deleted": 1, "added": 3}[damage]
    path = folder / f"{number}.json"
    if damage == "deleted":
        path.unlink()
    else:
        path.write_text((folder / "2.json").read_text())
    assert run(tmp_path, with_fields(GROWN), "--publish") == 1
    said = capsys.readouterr().out
    assert said.startswith(f"published/{TYPE}/{number}.json ")
    assert "Put it back" in said or "Take it away" in said
    assert not (folder / "4.json").exists()


def test_an_older_version_stays_published_beside_its_successor(tmp_path: Path) -> None:
    run(tmp_path, with_fields(N), "--publish")
    first = entry(event(N))
    second = Entry(ThingSaidV2, first.topic, first.key, first.said_by, first.heard_by, "", "")
    assert run(tmp_path, Register((first, second)), "--publish") == 0
    assert run(tmp_path, Register((second,))) == 1


class ThingSaidV2(Event):
    """A thing was said in another way."""

    n: str
