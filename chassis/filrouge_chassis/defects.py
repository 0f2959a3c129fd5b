"""What goes wrong in a batch by a mistake of ours: parked with its reason, its key closed, and noted.

The journal keeps every reason. A replay parks again what was parked then, in the same words, even if
the release that replays has mended the defect.
"""

from __future__ import annotations

from collections.abc import Iterable

from filrouge_contracts.journal import DefectNote

from filrouge_chassis import parking
from filrouge_chassis.errors import Defect, NotedDefect, TooManyDefects
from filrouge_chassis.outbound import Identity, Outbound
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Record

DEFECTS_IN_A_ROW_AT_MOST = 50
CLOSED_KEYS_AT_MOST = 10_000
Place = tuple[str, int, str]
"""(partition, offset, key of the timer or "") of what raised."""


class Defects:
    """The defects of one batch. `noted`: those of the journal record that is decided again."""

    def __init__(
        self,
        identity: Identity,
        progress: Progress,
        out: Outbound,
        noted: Iterable[DefectNote] | None,
    ) -> None:
        self.notes: list[DefectNote] = []
        self._identity, self._progress, self._out = identity, progress, out
        self._closed = progress.row.closed
        self._replays = noted is not None
        self._noted = {(note.partition, note.offset, note.key): note for note in noted or ()}

    def raise_noted(self, place: Place) -> None:
        """Raises what was raised here when it was decided first."""
        note = self._noted.get(place)
        if note is not None:
            raise NotedDefect(note.error, note.reason, note.remedy)

    def note(self, place: Place, error: Defect) -> Defect:
        """For the journal; returns the defect in the words of the first time. Raises TooManyDefects."""
        known = self._noted.get(place)
        if known is not None:
            error = NotedDefect(known.error, known.reason, known.remedy)
        partition, offset, key = place
        self.notes.append(
            DefectNote(
                partition=partition,
                offset=offset,
                key=key,
                error=error.name,
                reason=error.reason,
                remedy=error.remedy,
            )
        )
        self._count(error)
        return error

    def _count(self, error: Defect) -> None:
        self._progress.defects_in_a_row += 1
        if self._progress.defects_in_a_row > DEFECTS_IN_A_ROW_AT_MOST and not self._replays:
            raise TooManyDefects(
                f"{DEFECTS_IN_A_ROW_AT_MOST} records in a row failed; the last one:"
                f" {error.reason}; go back to the release before, or mend this one"
            )

    def park(
        self,
        key: str,
        record: Record | parking.Timer,
        error: Defect | None,
        cause: str,
        traceparent: str,
    ) -> None:
        """Because of `error`, or (None) because the key is closed already. Raises TooManyDefects."""
        if key not in self._closed and len(self._closed) >= CLOSED_KEYS_AT_MOST:
            raise TooManyDefects(f"{len(self._closed)} keys are closed: re-drive them first")
        count, redriven = self._closed.get(key, (0, 0))
        identity = self._identity
        event = parking.parked(identity.service, identity.lane, key, count + 1, record, error)
        self._out.add(key, self._out.prepare([event]), cause, traceparent)
        self._closed[key] = (count + 1, redriven)

    def is_next(self, key: str, index: int) -> bool:
        """Whether a re-driven record is the one whose turn it is."""
        parked, redriven = self._closed.get(key, (0, 0))
        return index == redriven + 1 and index <= parked

    def redriven(self, key: str) -> None:
        """One more of the key was taken; after the last one the key is open again."""
        parked, redriven = self._closed[key]
        if redriven + 1 == parked:
            del self._closed[key]
        else:
            self._closed[key] = (parked, redriven + 1)
