"""The rules of the house that no linter knows: each one with its reason, checked over what git tracks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from filrouge_contracts.entry import OBSERVERS, SERVICES

LINES_AT_MOST = 350
ROOMS = {"__init__.py", "__main__.py", "app.py", "rules.py", "state.py", "py.typed"}
ROOMS_OF_OBSERVERS = {"__init__.py", "__main__.py", "app.py", "settings.py", "py.typed"}
Found = Iterator[tuple[int, str]]
Rule = Callable[[Path, str], Found]


def tracked() -> list[Path]:
    """Files that git knows or would take, apart from generated ones and those of others."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    left_out = (
        "contracts/asyncapi.json",
        "contracts/examples/",
        "contracts/published/",
        "contracts/schemas/",
        "contracts/tests/asyncapi_schema/",
        "LICENSE",
    )
    return [Path(name) for name in listed if not name.startswith(left_out) and Path(name).is_file()]


def no_path_of_a_machine(path: Path, text: str) -> Found:
    """A path of somebody's machine works nowhere else."""
    return _matches(text, r"(?<![\w.])/(?:work|root|home/\w+|farm|Users/\w+)/", "path of a machine")


def no_registry_host(path: Path, text: str) -> Found:
    """Which registry is asked is the machine's setting."""
    hosts = r"(?:pypi\.org|pythonhosted\.org|repo1?\.maven\.|registry\.npmjs|proxy\.golang)"
    return _matches(text, hosts, "host of a registry")


def short_file(path: Path, text: str) -> Found:
    """What does not fit on a few screens is two ideas."""
    lines = text.count("\n")
    if path.suffix == ".py" and lines > LINES_AT_MOST:
        yield lines, f"{lines} lines, {LINES_AT_MOST} are allowed"


def no_sleep_in_tests(path: Path, text: str) -> Found:
    """A sleep is too short on a slow day and too long on all others: wait for a condition."""
    if "tests" in path.parts or path.name == "conftest.py":
        for call in _calls(path, text):
            if ast.unparse(call.func) in {"time.sleep", "asyncio.sleep"} and not _yields(call):
                yield call.lineno, "sleep in a test"


def no_wall_clock_in_decisions(path: Path, text: str) -> Found:
    """A rule that asks the clock decides differently on replay."""
    of_service = path.parts[:1] == ("services",) and path.parts[1] in SERVICES
    of_service = of_service and "tests" not in path.parts
    if of_service or path.parent.name == "filrouge_contracts":
        for call in _calls(path, text):
            name = ast.unparse(call.func)
            if name in {"datetime.now", "datetime.utcnow", "time.time", "uuid.uuid4", "uuid4"}:
                yield call.lineno, f"{name}() in a decision"


def no_float_money(path: Path, text: str) -> Found:
    """Cents are integers; a float loses one some day."""
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.AnnAssign) or "cents" not in ast.unparse(node.target):
                continue
            if "float" in ast.unparse(node.annotation) or "Decimal" in ast.unparse(node.annotation):
                yield node.lineno, "money that is not integer cents"


def no_swallowed_error(path: Path, text: str) -> Found:
    """What is caught and dropped is never heard of again."""
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler):
                broad = node.type is None or ast.unparse(node.type) in {
                    "Exception",
                    "BaseException",
                }
                if broad and all(isinstance(part, ast.Pass) for part in node.body):
                    yield node.lineno, "an error of any kind is dropped"


def no_open_end(path: Path, text: str) -> Found:
    """What is not done is in docs/state.md, not in a comment."""
    if path.suffix == ".py" and path.name != "house_rules.py":
        yield from _matches(text, r"NotImplementedError|#\s*(?:TODO|FIXME|XXX)", "open end")


def no_client_that_forgets_who_it_is(path: Path, text: str) -> Found:
    """One made by hand works on a laptop, and is not let in anywhere else: write **client_options(address)."""
    if path.name != "kafka_address.py":
        for call in _calls(path, text):
            named, more = {one.arg for one in call.keywords}, ast.unparse(call.func)
            if more.endswith(("AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient")):
                forgets = None not in named
            else:
                forgets = more.endswith("KafkaBroker") and "security" not in named
            if forgets or "bootstrap_servers" in named:
                yield call.lineno, "a client of Kafka without its address"


RULES: tuple[Rule, ...] = (
    no_path_of_a_machine,
    no_registry_host,
    short_file,
    no_sleep_in_tests,
    no_wall_clock_in_decisions,
    no_float_money,
    no_swallowed_error,
    no_open_end,
    no_client_that_forgets_who_it_is,
)


def equal_rooms() -> Iterator[str]:
    """Somebody who knows one service finds everything in the next."""
    for project in sorted(Path("services").glob("*/pyproject.toml")):
        service = project.parent
        rooms = ROOMS_OF_OBSERVERS if service.name in OBSERVERS else ROOMS
        if service.name not in (*SERVICES, *OBSERVERS):
            listed = "contracts/filrouge_contracts/entry.py"
            yield f"{service}: not in SERVICES of {listed}, so nobody starts it or checks its imports"
        there = {path.name for path in (service / service.name).iterdir()}
        for missing in sorted(rooms - there):
            yield f"{service}: {service.name}/{missing} is missing: every service has the same rooms"
        if not (service / "README.md").is_file() or not list(service.glob("tests/test_*.py")):
            yield f"{service}: README.md or tests/ is missing"


def _matches(text: str, pattern: str, what: str) -> Found:
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, f"{what}: {match.group()}"


def _calls(path: Path, text: str) -> Iterator[ast.Call]:
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                yield node


def _yields(call: ast.Call) -> bool:
    """`asyncio.sleep(0)` waits for nothing, it lets others run."""
    return len(call.args) == 1 and ast.unparse(call.args[0]) == "0"


def main() -> int:
    """Prints every breach with its reason; exit status 1 if there is one."""
    breaches = list(equal_rooms())
    for path in tracked():
        if path.name == "house_rules.py":
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            breaches.append(f"{path}: a binary file; commit what makes it instead")
            continue
        for rule in RULES:
            for line, what in rule(path, text):
                breaches.append(f"{path}:{line}: {what}. {rule.__doc__}")
    sys.stdout.write("".join(f"{breach}\n" for breach in breaches))
    return 1 if breaches else 0


if __name__ == "__main__":
    raise SystemExit(main())
