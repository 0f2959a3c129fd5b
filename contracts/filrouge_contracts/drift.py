"""Files that are made of the code and committed: which are stale, and the command that makes them anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def differing(files: Mapping[Path, str]) -> list[Path]:
    """Those that do not hold what they should, or are not there."""
    return [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(
    prog: str,
    root: Path,
    write: Callable[[Path], None],
    stale: Callable[[Path], Sequence[Path]],
    arguments: Sequence[str] | None,
) -> int:
    """0 when everything is up to date (now), 1 with the names of what is not."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--root", type=Path, default=root, help="the checkout")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options.root)
    left = stale(options.root)
    for path in left:
        sys.stdout.write(f"stale: {path.relative_to(options.root)}\n")
    return 1 if left else 0
