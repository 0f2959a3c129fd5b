"""What each image is made of: the members that a program needs, and of the lock only what these need.

The environment of `make setup` knows what every locked distribution asks for, so no index is asked, and the
same is found on every machine: markers are read as on Linux, for every Python that the project runs on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, cast

from filrouge_contracts.entry import OBSERVERS, SERVICES
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WORKBENCH = "workbench"
PROGRAMS = (*SERVICES, *OBSERVERS, WORKBENCH)
PREFIX = "filrouge/"
BUILD_TOOLS = ("hatchling",)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
_LOCKED = re.compile(
    r"^([\w.-]+)==(\S+)(?: ; (.*?))?(?: \\)?\n((?: +--hash=\S+.*\n)*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Locked:
    """An entry of the lock; the marker says where it is installed, each hash is that of one of its files."""

    version: str
    marker: str
    sha256: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """Of one image: folders of members, distributions of the lock, and who asks for what."""

    program: str
    members: tuple[str, ...]
    distributions: tuple[str, ...]
    asks: Mapping[str, tuple[str, ...]]
    """Name → names, of members too."""

    @property
    def image(self) -> str:
        return PREFIX + self.program.replace("_", "-")


@dataclass(frozen=True)
class Workspace:
    """The members of a checkout and its lock."""

    root: Path

    @cached_property
    def lock(self) -> Mapping[str, Locked]:
        text = (self.root / "requirements.lock").read_text(encoding="utf-8")
        return {
            name: Locked(version, marker, tuple(re.findall(r"sha256:(\w+)", hashes)))
            for name, version, marker, hashes in _LOCKED.findall(text)
        }

    @cached_property
    def members(self) -> Mapping[str, str]:
        """Name → folder."""
        projects = sorted(self.root.glob("*/pyproject.toml"))
        projects += sorted(self.root.glob("services/*/pyproject.toml"))
        return {
            canonicalize_name(_project(path)["name"]): str(path.parent.relative_to(self.root))
            for path in projects
        }

    def named(self, folder: str) -> str:
        (name,) = (name for name, where in self.members.items() if where == folder)
        return name

    def version(self, member: str) -> str:
        return str(_project(self.root / self.members[member] / "pyproject.toml")["version"])

    def parts(self, program: str) -> Parts:
        """Services are no dependency of the workbench, which finds them by their names: it has them all."""
        programs = PROGRAMS if program == WORKBENCH else (program,)
        roots = [self.named(one if one == WORKBENCH else f"services/{one}") for one in programs]
        asks = self._reached((root, "") for root in roots)
        members = (name for name in self.members if name in asks)
        return Parts(
            program,
            tuple(self.members[name] for name in members),
            tuple(sorted(asks.keys() - self.members.keys())),
            asks,
        )

    def requirements(self, distributions: Iterable[str]) -> str:
        """As an installer takes them; their hashes are those of the lock, which is given as a constraint."""
        lines = []
        for name in distributions:
            locked = self.lock[name]
            lines.append(f"{name}=={locked.version}" + f" ; {locked.marker}" * bool(locked.marker))
        return "".join(f"{line}\n" for line in lines)

    def build_tools(self) -> tuple[str, ...]:
        return tuple(sorted(self._reached((tool, "") for tool in BUILD_TOOLS)))

    def _reached(self, roots: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """Everything that they ask for, directly or not: name and extra, again and again."""
        asks: dict[str, set[str]] = {}
        waiting, seen = list(roots), set[tuple[str, str]]()
        while waiting:
            name, extra = one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            asked = asks.setdefault(name, set())
            for requirement in self._requirements_of(name):
                if _applies(requirement, extra):
                    other = canonicalize_name(requirement.name)
                    asked.add(other)
                    waiting += [(other, also) for also in ("", *requirement.extras)]
        return {name: tuple(sorted(asked)) for name, asked in sorted(asks.items())}

    def _requirements_of(self, name: str) -> list[Requirement]:
        """What is not installed here is for another Python or system: its line in the lock says so."""
        if name in self.members:
            said = _project(self.root / self.members[name] / "pyproject.toml")["dependencies"]
        elif name in self.lock:
            try:
                said = distribution(name).requires or []
            except PackageNotFoundError:
                said = []
        else:
            raise LookupError(f"{name} is not in the lock: run `make lock`")
        return [Requirement(text) for text in said]


def files(root: Path) -> dict[Path, str]:
    """Every generated file below deploy/images, and what it should hold."""
    workspace = Workspace(root)
    folder = root / "deploy/images"
    wanted = {folder / "build-tools.txt": workspace.requirements(workspace.build_tools())}
    for program in PROGRAMS:
        parts = workspace.parts(program)
        wanted[folder / "requirements" / f"{program}.txt"] = workspace.requirements(
            parts.distributions
        )
        wanted[folder / "members" / f"{program}.txt"] = "".join(
            f"./{member}\n" for member in parts.members
        )
    return wanted


def _project(path: Path) -> Mapping[str, Any]:
    project: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return project


def _applies(requirement: Requirement, extra: str) -> bool:
    """Under this extra alone: what is asked for without one is reached without one."""
    if requirement.marker is None:
        return extra == ""
    environments: list[dict[str, str]] = [{**one, "extra": extra} for one in _environments()]
    return any(requirement.marker.evaluate({**one}) for one in environments)


def _environments() -> Iterator[dict[str, str]]:
    here = cast(dict[str, str], default_environment())
    for python in PYTHONS:
        for machine in MACHINES:
            yield {
                **here,
                "python_version": python,
                "python_full_version": f"{python}.0",
                "implementation_version": f"{python}.0",
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "platform_machine": machine,
                "platform_system": "Linux",
                "sys_platform": "linux",
                "os_name": "posix",
            }
