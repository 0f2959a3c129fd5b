"""The lines of the log that only the audit trail says."""

from __future__ import annotations

from logging import DEBUG, ERROR, INFO, WARNING

from filrouge_chassis.catalogue import LogEvent

STOPPED = LogEvent("audit_trail_stopped", ERROR, "audit_trail has stopped: {reason}")
RECEIPT_FAILED = LogEvent("receipt_failed", ERROR, "a receipt could not be made: {error}")
ERASURE_INVALID = LogEvent(
    "erasure_invalid", ERROR, "{place} is not a valid RecordErased: nothing is erased by it"
)
ERASURE_IN_VAIN = LogEvent(
    "erasure_in_vain",
    ERROR,
    "{place} has no words that can be erased: they lie in the log itself",
)
KAFKA_AGAIN = LogEvent("kafka_read_again", WARNING, "Kafka is read again: {error}: {reason}")
PARTITIONS = LogEvent("partitions_read", INFO, "{taken_up} of {of} partitions are taken up")
STORE_AGAIN = LogEvent("store_tried_again", WARNING, "the store is tried again: {error}")
COMMITTED = LogEvent("committed", DEBUG, "commit {commits} is signed")
NOT_COSIGNED = LogEvent("not_cosigned", WARNING, "{witness} has not cosigned: {error}")
CUT_LOST = LogEvent(
    "cut_lost",
    WARNING,
    "{place} is archived from offset {offset} on without what belongs to it: {why}. Until the lane's notes have"
    " caught up, commits are no consistent cut, and a restore may find a loose end. Look whether a"
    " partition has no leader, or who else writes there",
)
EVENTS = (
    *(STOPPED, RECEIPT_FAILED, ERASURE_INVALID, ERASURE_IN_VAIN, KAFKA_AGAIN),
    *(PARTITIONS, STORE_AGAIN, COMMITTED, NOT_COSIGNED, CUT_LOST),
)
