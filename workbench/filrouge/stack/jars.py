"""The jars of Kafka, resolved once, and others: locked with their SHA-256, verified before every start.

`python -m filrouge.stack fetch` brings what is missing, `lock` resolves anew and writes the lock. The jars
lie in Maven's own local repository, where other tools may share them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import Dependency, MavenContext

from filrouge.stack.problems import StackFailed

LOCK = Path(__file__).with_name("kafka-jars.lock")
ROOTS = ("org.apache.kafka:kafka_2.13:4.4.0", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5")
TIMEOUT_SECONDS = 60
_HEADER = """\
# The class path of the local Kafka broker: coordinate, SHA-256. Made by
# `python -m filrouge.stack lock` from the ROOTS in jars.py; not edited by hand.
"""


@dataclass(frozen=True, slots=True)
class Jar:
    coordinate: str
    sha256: str


METRICS_AGENT = Jar(
    "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1",
    "7d61f737fd661610ccc14aea79764faa1ea94a340cbc8f0029b3d2edea3d80c1",
)
"""Not of the class path: with it a broker tells Prometheus what Strimzi's tell. Newer ones are not on Maven."""


def locked() -> list[Jar]:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return [Jar(*line.split()) for line in lines if line and not line.startswith("#")]


def class_path() -> list[Path]:
    """The locked jars, each verified; what is missing here is fetched."""
    return [verified(jar) for jar in locked()]


def metrics_agent() -> Path:
    return verified(METRICS_AGENT)


def verified(jar: Jar) -> Path:
    """Fetched if it is not here yet; raises StackFailed if it is not the one that was locked."""
    dependency = MavenContext(timeout=TIMEOUT_SECONDS).create_dependency(jar.coordinate)
    cached = dependency.artifact.cached_path
    if cached is not None and cached.exists():
        if _sha256(cached) == jar.sha256:
            return cached
        cached.unlink()  # cut off while it was fetched, or not what was locked
    path = fetched(dependency)
    if (found := _sha256(path)) != jar.sha256:
        raise StackFailed(
            f"{path} has SHA-256 {found}, but {jar.sha256} is locked for {jar.coordinate}: "
            "do not use it; find out what changed it, or use servers of yours"
            " (FILROUGE_KAFKA, FILROUGE_POSTGRES)."
        )
    return path


def fetched(dependency: Dependency) -> Path:
    try:
        return Path(dependency.artifact.resolve())
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise StackFailed(
            f"Maven Central could not be asked for {dependency.artifact} ({error}): run `make setup` "
            "once with a network, or use servers of yours (FILROUGE_KAFKA, FILROUGE_POSTGRES)."
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _resolved(root: str) -> Iterator[tuple[tuple[str, str], Jar]]:
    maven = MavenContext(timeout=TIMEOUT_SECONDS)
    direct, transitive = maven.resolver.resolve([maven.create_dependency(root)])
    for dependency in [*direct, *transitive]:
        if dependency.scope not in {"test", "provided"} and dependency.type == "jar":
            name = (dependency.groupId, dependency.artifactId)
            yield name, Jar(":".join((*name, dependency.version)), _sha256(fetched(dependency)))


def write_lock() -> None:
    """Roots are resolved one by one and the first wins: together, each would manage the other's versions."""
    jars: dict[tuple[str, str], Jar] = {}
    for root in ROOTS:
        for name, jar in _resolved(root):
            jars.setdefault(name, jar)
    lines = "".join(f"{jars[name].coordinate} {jars[name].sha256}\n" for name in sorted(jars))
    LOCK.write_text(_HEADER + lines, encoding="utf-8")
