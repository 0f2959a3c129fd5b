"""What an auditor remembers of an archive: every checkpoint it was shown, and how far it has verified.

It lies with the auditor and not with the archive. A log that was rewritten and signed again by the holder of
the key passes every inner check; it does not begin with what is remembered here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.note import Verifier

from filrouge.audit.errors import AuditFailed

ENVIRONMENT = "FILROUGE_MEMORY"
DEFAULT = Path("~/.filrouge/checkpoints")


class LogSeen(msgspec.Struct, frozen=True):
    """A partition's log, verified up to this size. `last`: lane → its last sequence in it."""

    size: int
    root: str
    last: dict[str, int]


class LaneSeen(msgspec.Struct, frozen=True):
    """A lane's numbers, heard up to `end` but for those that are missing."""

    end: int
    missing: tuple[int, ...]


class Seen(msgspec.Struct, frozen=True):
    """What was verified without a finding, so that the next run goes on from there."""

    logs: dict[str, LogSeen] = {}
    lanes: dict[str, LaneSeen] = {}
    commits: int = 0
    last_commit: str = ""
    """SHA-256 of the last commit."""


class Memory:
    """One archive's folder below the auditor's."""

    def __init__(self, folder: Path, archive: str) -> None:
        self.folder = folder / quote(archive, safe="")

    def seen(self) -> Seen:
        """Raises AuditFailed if it cannot be read: it is not to be forgotten silently."""
        path = self.folder / "verified.json"
        if not path.exists():
            return Seen()
        try:
            return msgspec.json.decode(path.read_bytes(), type=Seen)
        except msgspec.DecodeError as error:
            raise AuditFailed(f"{path} is no memory of an auditor: {error}") from error

    def checkpoints(self) -> Iterator[tuple[str, Checkpoint]]:
        """Every checkpoint of the manifest that was seen, and in which file it is kept."""
        for path in sorted(self.folder.glob("*.checkpoint")):
            yield path.name, claimed_checkpoint(path.read_text())

    def verifiers(self) -> list[Verifier]:
        """The keys that were trusted the first time."""
        path = self.folder / "verifiers"
        lines = path.read_text().splitlines() if path.exists() else ()
        return [Verifier.parse(line) for line in lines]

    def trust(self, verifiers: Sequence[Verifier]) -> None:
        text = "".join(f"{verifier}\n" for verifier in verifiers)
        self._write("verifiers", text.encode())

    def remember(self, note: str) -> None:
        """Its signature was verified. The same one, seen again, is the same file."""
        said = claimed_checkpoint(note)
        self._write(f"{said.size:012}-{said.root.hex()[:16]}.checkpoint", note.encode())

    def verified(self, seen: Seen) -> None:
        self._write("verified.json", msgspec.json.encode(seen, order="sorted"))

    def _write(self, name: str, data: bytes) -> None:
        write_whole(self.folder / name, data)


def write_whole(path: Path, data: bytes) -> None:
    """Whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    staged.write_bytes(data)
    staged.replace(path)


def memory_folder(given: Path | None) -> Path:
    return (given or Path(os.environ.get(ENVIRONMENT, DEFAULT))).expanduser()
