"""Reading a lane's journal: the first record for a range of sequences counts, later ones are void."""

from __future__ import annotations

from collections.abc import AsyncIterator

from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.topics import topic
from pydantic import ValidationError

from filrouge_chassis.errors import LaneStopped, LogLost
from filrouge_chassis.log import Log
from filrouge_chassis.outbound import Identity
from filrouge_chassis.records import Partition, Record


class Journal:
    """The journal partition of one lane, and how far this instance has followed it."""

    def __init__(self, log: Log, partition: Partition, end: int = 0, sequence: int = 0) -> None:
        self._log = log
        self.partition = partition
        self.end = end  # offset after the last record that was followed
        self.sequence = sequence  # last sequence of the last record that counts

    @classmethod
    def of(cls, log: Log, identity: Identity) -> Journal:
        """The lane's journal from its first record on."""
        return cls(log, Partition(topic(f"journal.{identity.service}"), identity.lane))

    async def follow(self) -> AsyncIterator[BatchDecided]:
        """The records that count from here to the end of the partition; advances."""
        bounds = await self._log.bounds([self.partition])
        _, end = bounds[self.partition]
        async for note in self._follow_to(end):
            yield note

    async def _follow_to(self, end: int) -> AsyncIterator[BatchDecided]:
        async for chunk in self._log.read(self.partition, self.end, end):
            for record in chunk:
                note = self._read(record)
                if note.first_sequence > self.sequence + 1:
                    raise LogLost(
                        f"{self.partition}/{record.offset}: sequence {note.first_sequence} follows"
                        f" {self.sequence}; a journal record is missing: restore the topic, nothing"
                        " can be decided again without it"
                    )
                if note.first_sequence == self.sequence + 1:
                    self.sequence = note.last_sequence
                    yield note
        self.end = max(self.end, end)

    def _read(self, record: Record) -> BatchDecided:
        try:
            return BatchDecided.from_json(record.value or b"")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "data"
            raise LaneStopped(
                f"{self.partition}/{record.offset} is no journal record ({where}: {first['msg']});"
                " only its lane may write there: find out who did"
            ) from error

    async def mine(self, note: BatchDecided, offset: int) -> bool:
        """Whether `note`, just acknowledged at `offset`, is the record that counts.

        Normally it lands where the journal ended. If it does not, somebody wrote in between: our
        own earlier attempt, or an instance that should be dead. Whatever counts there and is not
        `note` is another history of this lane, be it of these sequences or of the next ones.
        """
        followed = note.last_sequence <= self.sequence  # by a load, which found it to be ours
        if offset == self.end and (followed or note.first_sequence == self.sequence + 1):
            self.end, self.sequence = offset + 1, max(self.sequence, note.last_sequence)
            return True
        ours = followed
        async for counts in self._follow_to(offset + 1):
            if counts != note:
                return False
            ours = True
        return ours
