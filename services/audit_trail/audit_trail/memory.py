"""What this archiver has signed, remembered elsewhere: a store that was put back cannot deny it."""

from __future__ import annotations

import os
from pathlib import Path

from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.errors import PutBack, Refused
from filrouge_chassis.testing import failpoints


class Memory:
    """A file with the newest checkpoint of the manifest; each instance has its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recall(self) -> Checkpoint | None:
        """None: nothing was signed yet. Raises PutBack if the file cannot be read."""
        try:
            return claimed_checkpoint(self._path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, Refused) as error:
            raise PutBack(
                f"{self._path} does not say what was signed ({error}): restore it; or, if an auditor has"
                " confirmed the manifest's checkpoint, put that in its place"
            ) from error

    def remember(self, note: str) -> None:
        """On the disk when it returns; never half of it."""
        failpoints.reach_in_thread("before_stored_memory")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        staged = self._path.with_name(f"{self._path.name}.new")
        with staged.open("w") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)
        failpoints.reach_in_thread("after_stored_memory")
