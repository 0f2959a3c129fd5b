"""What is refused before anything is said, and keys that are made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from filrouge.cli import filrouge
from filrouge.installation import Installation
from filrouge.operator import OperatorRefuses
from filrouge_archive.note import Signer


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lanes": 0}, "lanes: Input should be greater than or equal to 1"),
        ({"partner": []}, "partner: Extra inputs are not permitted"),
        ({"partners": [{"id": "a", "kind": "king"}]}, r"partners\.0\.kind: Input should be"),
        ({"partners": [{"id": "a", "kind": "school", "uai": "0999999Z"}]}, "is not a valid UAI"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    path = tmp_path / "installation.json"
    path.write_text(json.dumps({"lanes": 2, **changed}))
    with pytest.raises(OperatorRefuses, match=words):
        Installation.read(path)


def test_keys_are_made_once_and_never_over_others(tmp_path: Path) -> None:
    runner = CliRunner()
    folder = tmp_path / "keys"
    assert runner.invoke(filrouge, ["keys", str(folder), "--origin", "here"]).exit_code == 0
    signer = Signer.parse((folder / "key").read_text().strip())
    values = json.loads((folder / "values.json").read_text())
    assert values == {"archive": {"origin": "here", "verifiers": [str(signer.verifier)]}}
    assert (folder / "verifier").read_text().split() == [str(signer.verifier)]
    for secret in ("key", "salt"):
        assert (folder / secret).stat().st_mode & 0o077 == 0
    made = {path.name: path.read_text() for path in folder.iterdir()}
    again = runner.invoke(filrouge, ["keys", str(folder), "--origin", "here"])
    assert isinstance(again.exception, OperatorRefuses)
    assert (
        runner.invoke(filrouge, ["keys", str(folder), "--origin", "here", "--keep"]).exit_code == 0
    )
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


def test_keys_that_were_made_in_part_are_not_kept(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "key").write_text("cut off")
    said = ["keys", str(folder), "--origin", "here", "--keep"]
    assert isinstance(CliRunner().invoke(filrouge, said).exception, OperatorRefuses)
