"""Generated files are up to date, and generating touches nothing but its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from filrouge_contracts import generate


def test_what_is_committed_is_what_the_register_says() -> None:
    assert generate.stale(generate.ROOT) == []


def test_check_names_what_is_stale_and_writing_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check", "--root", str(tmp_path)]) == 1
    assert "stale: README.md" in capsys.readouterr().out
    assert generate.main(["--root", str(tmp_path)]) == 0
    schema = next((tmp_path / "contracts" / "schemas").iterdir())
    schema.write_text("{}")
    assert generate.main(["--check", "--root", str(tmp_path)]) == 1
    assert schema.name in capsys.readouterr().out


def test_other_text_of_the_readme_is_kept(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Mine\n\n<!-- domains:begin -->\nold\n<!-- domains:end -->\nafter\n")
    generate.write(tmp_path)
    text = readme.read_text()
    assert text.startswith("# Mine\n\n<!-- domains:begin -->\n| Domain")
    assert "<!-- domains:end -->\nafter\n" in text
    assert "\nold\n" not in text
