"""`make mutants`: changes the rules a little, one change at a time, and tells which the unit tests let pass.

mutmut works on copies and expects one package beside its tests: each service gets a room like that, of
links, in `.mutants/`. It forks when everything is imported, so that what is made at import, as rules are
that follow on others, stays unchanged: whatever survives is tried once more in a process of its own.
A surviving change that docs/mutation.md explains is not told again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filrouge_contracts.entry import SERVICES

ROOT = Path(__file__).parents[1]
EXPLAINED = ROOT / "docs/mutation.md"
MUTMUT = Path(sys.executable).with_name("mutmut")
KILLED = {"killed", "timeout"}


class Change(NamedTuple):
    """`where`: `service.module.function`. `what`: the lines as they became, or those that went."""

    where: str
    what: str


def modules(wanted: Sequence[str]) -> list[str]:
    """`service.module` of all that has functions, or of what is wanted: services, or modules of them."""
    found = [
        f"{service}.{path.stem}"
        for service in SERVICES
        for path in sorted((ROOT / "services" / service / service).glob("*.py"))
        if re.search(r"^\s*def ", path.read_text(), re.MULTILINE)
    ]
    unknown = set(wanted) - {*found, *SERVICES}
    if unknown:
        sys.exit(f"no service or module of a service with functions: {', '.join(sorted(unknown))}")
    return [name for name in found if not wanted or {name, name.partition(".")[0]} & set(wanted)]


def explained() -> set[Change]:
    """The rows of the page: `| function | change | why |`."""
    rows = re.findall(r"^\| `([\w.]+)` \| `(.+?)` \| .+ \|$", EXPLAINED.read_text(), re.MULTILINE)
    return {Change(where, what.replace("\\|", "|")) for where, what in rows}


def room(module: str) -> Path:
    """Where mutmut finds the service of a module, and its tests."""
    return ROOT / ".mutants" / module.partition(".")[0]


def furnish(service: str) -> None:
    """Anew each time: what mutmut remembers of tests that have changed since would be wrong."""
    place, home = room(service), ROOT / "services" / service
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / service).symlink_to(home / service)
    (place / "tests").symlink_to(home / "tests")
    (place / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")


def tested(module: str) -> dict[str, str]:
    """Name of each change that was made in a module → what became of it."""
    run = _mutmut(module, "run", "--max-children", "1", f"{module}.*")
    if run.returncode:
        sys.exit(f"{module}: mutmut could not run the tests:\n{run.stdout[-4000:]}{run.stderr}")
    told = _mutmut(module, "results", "--all", "true").stdout
    return dict(re.findall(rf"^\s+({re.escape(module)}\.x\S+): (.+)$", told, re.MULTILINE))


def shown(name: str) -> tuple[Change, str]:
    """What a change is, and its difference to read."""
    difference = _mutmut(name, "show", name).stdout
    lines = [line for line in difference.splitlines() if not line.startswith(("+++", "---"))]
    added, gone = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "+-"
    )
    module, _, function = name.partition("__mutmut_")[0].rpartition(".")
    function = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return Change(f"{module}.{function}", added or f"without {gone}"), difference


def _mutmut(module: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MUTMUT, *words], cwd=room(module), capture_output=True, text=True, check=False
    )


def survivors(results: dict[str, str], known: set[Change]) -> Iterator[tuple[str, bool]]:
    """Each with its difference, and whether the page says why it may live."""
    for name, result in results.items():
        if result not in KILLED:
            change, difference = shown(name)
            if change in known:
                yield "", True
            elif _passes_alone(name):
                yield f"{change.where}: `{change.what}`\n{difference}", False


def _passes_alone(name: str) -> bool:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    words = [*config["pytest_add_cli_args"], *config["pytest_add_cli_args_test_selection"]]
    place = room(name) / "mutants"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-xq", "--rootdir=.", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place), "MUTANT_UNDER_TEST": name},
        capture_output=True,
        check=False,
    )
    return run.returncode == 0


def main(wanted: Sequence[str]) -> int:
    """Prints a line for each module and every survivor that is not explained; 1 if there is one."""
    known, total = explained(), Counter[str]()
    chosen = modules(wanted)
    for service in {module.partition(".")[0] for module in chosen}:
        furnish(service)
    for module in chosen:
        results = tested(module)
        lived = list(survivors(results, known))
        counts = Counter(
            made=len(results),
            killed=len(results) - len(lived),
            explained=sum(is_known for _, is_known in lived),
        )
        counts["survived"] = len(lived) - counts["explained"]
        total += counts
        sys.stdout.write(f"{module:48}{_counted(counts)}\n")
        sys.stdout.write("".join(f"\n{text}\n" for text, is_known in lived if not is_known))
        sys.stdout.flush()
    sys.stdout.write(f"{'together':48}{_counted(total)}\n")
    return 1 if total["survived"] else 0


def _counted(counts: Counter[str]) -> str:
    return "".join(
        f"{counts[name]:6} {name}" for name in ("made", "killed", "explained", "survived")
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
