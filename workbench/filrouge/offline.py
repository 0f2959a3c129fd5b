"""What an auditor finds in the archive alone, when nothing else runs any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filrouge.audit.again import DIVERGED, NOT_REPLAYABLE
from filrouge.audit.check import Checked, check
from filrouge.audit.shares import Part, re_execute
from filrouge.audit.source import opener_of
from filrouge.audit.verify import Verified, verify
from filrouge.local_archive import LocalArchive

Progress = Callable[[int, int], None]
STEPS = 3


@dataclass(frozen=True, slots=True)
class Audited:
    """The archive verified, decided again, and held against the invariants."""

    verified: Verified
    again: Part
    again_seconds: float
    checked: Checked

    @property
    def good(self) -> bool:
        """A lane that read words which are erased cannot be decided again, and no other may be so."""
        counts = self.again.counts
        not_replayable = counts.get(NOT_REPLAYABLE, 0)
        return (
            self.verified.good
            and self.checked.good
            and self.again.decisions > 0
            and not counts.get(DIVERGED, 0)
            and not_replayable <= self.verified.erased
        )

    def as_json(self) -> dict[str, Any]:
        verified, again = self.verified, self.again
        return {
            "good": self.good,
            "leaves": verified.leaves,
            "verify_seconds": round(verified.seconds, 2),
            "verified_leaves_per_second": round(verified.leaves / max(verified.seconds, 0.001)),
            "findings": [str(finding) for finding in verified.findings],
            "erased": verified.erased,
            "re_executed": again.decisions,
            "decisions_per_second": round(again.decisions / max(self.again_seconds, 0.001)),
            "diverged": again.counts.get(DIVERGED, 0),
            "not_replayable": again.counts.get(NOT_REPLAYABLE, 0),
            "breaches": [str(breach) for breach in self.checked.report.breaches],
        }


def audit(archive: LocalArchive, memory: Path, progress: Progress) -> Audited:
    """`memory`: where this auditor keeps the checkpoints that it has seen."""
    opener = opener_of(archive.url)
    verified = verify(archive.url, memory, archive.verifiers())
    progress(1, STEPS)
    started = time.monotonic()
    again = re_execute(opener)
    seconds = time.monotonic() - started
    progress(2, STEPS)

    async def checked() -> Checked:
        return await check(await opener())

    found = Audited(verified, again, seconds, asyncio.run(checked()))
    progress(STEPS, STEPS)
    return found
