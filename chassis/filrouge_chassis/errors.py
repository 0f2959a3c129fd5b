"""The tree of errors: what is retried, what stops a lane, what is parked.

    FilrougeError
    ├── Transient            the world is away for a moment: backoff, reload, try again; never parks
    │   ├── LaneLost         another instance swapped the lane row, or COMMIT's outcome is unknown
    │   └── PublishFailed    Kafka did not acknowledge every record of a row
    ├── Defect               our own mistake with one record: the record is parked, its key closed
    │   ├── Malformed        a record from inside that is not understood
    │   ├── TooLarge         a decided event that Kafka would never accept
    │   ├── RuleFailed       a rule or an evolution raised
    │   └── NotedDefect      when deciding again: what the journal notes of one of the above
    ├── SkippedRecords       a record beyond the position: seek back, process nothing
    └── LaneStopped          going on would lose or double something: stop loudly, a person decides
        ├── SequenceHole     a producing lane's events are missing from a partition
        ├── LogLost          Kafka no longer holds, or never held, what the lane row has seen
        ├── UnknownShape     the lane's states have a shape that this release does not know
        ├── Diverged         deciding a journalled batch again gave other bytes
        └── TooManyDefects   a bad release: many records in a row failed

Refusals are not errors: what a partner says wrongly is answered by an event.
"""

REASON_AT_MOST_CHARACTERS = 500


class FilrougeError(Exception):
    """Base of every error that the chassis raises on purpose."""


class Transient(FilrougeError):
    """Retry with backoff after reloading the lane."""


class LaneLost(Transient):
    """The lane row holds another version than the one this instance loaded."""


class PublishFailed(Transient):
    """A row was not acknowledged in full; it is published again as a whole."""


class Defect(FilrougeError):
    """One record cannot be processed; it is parked with this reason."""

    remedy = "fix the release, then run: filrouge parked redrive"

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def reason(self) -> str:
        """What happened; cut where the journal would grow too large."""
        return str(self)[:REASON_AT_MOST_CHARACTERS]


class Malformed(Defect):
    """A record that should have come from one of our own lanes, but does not read like it."""

    remedy = "find out who wrote the record; correct the writer or the contract, then redrive"


class TooLarge(Defect):
    """An event over the size that its topic takes."""


class RuleFailed(Defect):
    """A rule, an evolution or the encoding of its events raised."""


class NotedDefect(Defect):
    """A defect in the words of the first time, whatever this release would say."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self._name, self.remedy = name, remedy

    @property
    def name(self) -> str:
        return self._name


class SkippedRecords(FilrougeError):
    """The consumer was handed an offset beyond the lane's position."""


class LaneStopped(FilrougeError):
    """The lane refuses to go on until a person has looked."""


class SequenceHole(LaneStopped):
    """`prev` names an event of the producing lane that this partition never showed us."""


class LogLost(LaneStopped):
    """A partition starts after, or ends before, what was already read or written."""


class UnknownShape(LaneStopped):
    """Another release owns the lane's states."""


class Diverged(LaneStopped):
    """A journalled batch was decided differently by this release."""


class TooManyDefects(LaneStopped):
    """More records in a row failed than a single bad record explains."""
