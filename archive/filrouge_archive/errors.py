"""The tree of errors of the archive, below the chassis's.

FilrougeError
├── Transient
│   ├── StoreAway      the object store did not answer: try again
│   └── NotYet         not archived, or not signed, so far: ask again in a second
└── ArchiveError
    ├── Damaged        an object is not what the roots commit to; it names the object
    │   └── Missing    an object that has to be there is not
    ├── Erased         the words of a record were erased; the proof of them stands
    ├── Refused        a note, proof, cosignature or receipt does not hold
    └── ArchiverStopped   going on would sign a second history: a person decides
        ├── Gap        a partition's records do not follow what is archived
        ├── Forked     somebody committed to other records than ours
        └── PutBack    the store is in an older state than one that was signed
"""

from __future__ import annotations

from filrouge_chassis.errors import FilrougeError, Transient


class StoreAway(Transient):
    """The store refused or did not answer; nothing is known of what was asked."""


class NotYet(Transient):
    """What is asked for is not in the archive, or under no signature, yet."""


class ArchiveError(FilrougeError):
    """Base of what is wrong with an archive, a proof or an archiver."""


class Damaged(ArchiveError):
    """An object does not hold what it should."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path


class Missing(Damaged):
    """An object is not there."""

    def __init__(self, path: str, why: str = "is missing") -> None:
        super().__init__(path, why)


class Erased(ArchiveError):
    """The object beside the log is gone; the leaf with its digest is not."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"the record whose words have the salted digest {digest} was erased: its leaf and every"
            " proof of it stand; the erasure is an event on the audit topic, or the object is lost"
        )
        self.digest = digest


class Refused(ArchiveError):
    """Something signed or proven does not verify."""


class ArchiverStopped(ArchiveError):
    """This archiver signs nothing until a person has looked."""


class Gap(ArchiverStopped):
    """Offsets of our topics have no gaps."""


class Forked(ArchiverStopped):
    """Two histories of one log or of the manifest."""


class PutBack(ArchiverStopped):
    """The store forgot something that was signed."""
