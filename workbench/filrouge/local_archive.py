"""The archive of an installation on this machine: where it lies, its keys, and the process that writes it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from filrouge_archive.note import Signer, Verifier
from filrouge_contracts.entry import AUDIT_TRAIL

from filrouge.audit.report import key_name
from filrouge.supervisor import ServiceProcess, Supervisor

ORIGIN = "localhost/filrouge"
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class LocalArchive:
    """`folder` is the installation's. Keys are made once; whoever has them can sign for the archive."""

    folder: Path
    given_url: str | None = None

    @property
    def url(self) -> str:
        return self.given_url or str(self.folder / "archive")

    def forget(self) -> None:
        """With the topics of earlier runs. Another place than our own folder is somebody else's to empty."""
        for name in ("archive", "archiver"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def verifiers(self) -> list[Verifier]:
        return [Signer.parse(self._key().read_text()).verifier]

    def environment(self) -> Mapping[str, str]:
        """What audit_trail has to be told."""
        return {
            "FILROUGE_ARCHIVE": self.url,
            "FILROUGE_ARCHIVE_ORIGIN": ORIGIN,
            "FILROUGE_ARCHIVE_KEY": str(self._key()),
            "FILROUGE_ARCHIVE_SALT": str(self._secret("salt", token_hex(SALT_BYTES))),
            "FILROUGE_ARCHIVE_MEMORY": str(self.folder / "archiver" / "memory"),
        }

    def report_key(self) -> Path:
        """Another key than the archive's: who vouches for a day's numbers is not who archives."""
        return self._secret("report-key", Signer.generate(key_name(ORIGIN)).secret_text())

    def start(self, supervisor: Supervisor, instance: int = 1) -> ServiceProcess:
        self.report_key()
        return supervisor.start(AUDIT_TRAIL, instance, self.environment())

    def _key(self) -> Path:
        return self._secret("key", Signer.generate(ORIGIN).secret_text())

    def _secret(self, name: str, text: str) -> Path:
        """A file that only we may read; the text counts only if there is none yet."""
        path = self.folder / "archiver" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(text + "\n")
        return path
