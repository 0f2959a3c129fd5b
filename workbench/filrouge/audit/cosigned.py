"""What witnesses have cosigned: somebody outside says that the manifest was so at a moment, and only grew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from filrouge_archive.checkpoint import Checkpoint, open_checkpoint
from filrouge_archive.commit import manifest_origin
from filrouge_archive.errors import ArchiveError, Missing, Refused
from filrouge_archive.history import MANIFEST_CHECKPOINT, cosigned_path
from filrouge_archive.note import COSIGNATURE, Verifier, open_note
from filrouge_archive.store import Store

from filrouge.audit.errors import AuditFailed
from filrouge.audit.log_check import Finding


class Cosigned(NamedTuple):
    """The newest checkpoint of the manifest that a witness has cosigned."""

    witness: str
    path: str
    checkpoint: Checkpoint
    at: datetime

    def line(self, commits: int) -> str:
        when = self.at.isoformat().replace("+00:00", "Z")
        return (
            f"cosigned by {self.witness}: {self.checkpoint.size:,} of {commits:,} commits, {when}"
        )


def cosigned_by(
    store: Store, verifiers: Sequence[Verifier], witnesses: Sequence[Verifier]
) -> tuple[list[Cosigned], list[Finding]]:
    """Whether what was cosigned is the beginning of what is there, whoever computes the manifest anew says.
    Raises AuditFailed for a key that is no witness's."""
    found, missing = [], []
    for witness in witnesses:
        if witness.kind != COSIGNATURE:
            raise AuditFailed(
                f"--witness: the key of {witness.name} is no witness's: give it as --verifier"
            )
        findings: list[Finding] = []
        held = list(_held(store, verifiers, witness, findings))
        if held:
            found.append(max(held, key=lambda one: one.checkpoint.size))
        elif not findings:
            why = f"is missing, and no checkpoint is cosigned by {witness.name}"
            findings.append(Finding(cosigned_path(witness), why))
        missing += findings
    return found, missing


def _held(
    store: Store, verifiers: Sequence[Verifier], witness: Verifier, findings: list[Finding]
) -> Iterator[Cosigned]:
    """The checkpoint itself, if the witness was quick, and what lies beside it."""
    origin = manifest_origin(verifiers[0].name)
    for path in (MANIFEST_CHECKPOINT, cosigned_path(witness)):
        try:
            note = store.get(path).decode(errors="replace")
            checkpoint = open_checkpoint(note, origin, verifiers)
            _, ((_, seconds),) = open_note(note, [witness])
        except Missing:
            continue
        except Refused as error:
            if path != MANIFEST_CHECKPOINT:  # that one may well have come too early for the witness
                findings.append(Finding.of(error, path))
            continue
        except ArchiveError as error:
            findings.append(Finding.of(error, path))
            continue
        yield Cosigned(witness.name, path, checkpoint, datetime.fromtimestamp(seconds or 0, UTC))
