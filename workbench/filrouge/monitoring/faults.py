"""The faults that `make drill` plays: what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`alerts`: those that call somebody, the first one first."""

    happened: str
    alerts: tuple[str, ...]


FAULTS: Mapping[str, Fault] = {
    "gateway-killed": Fault(
        "The gateway was killed, and nothing starts it again.",
        ("FilrougeServiceDown", "FilrougeAdmissionBudgetBurning"),
    ),
    "accounts-frozen": Fault(
        "The accounts hold their port and their lanes, and do nothing.",
        ("FilrougeServiceDown", "FilrougeBookingBudgetBurning"),
    ),
    "postgresql-killed": Fault(
        "PostgreSQL was killed.", ("FilrougeLaneFailing", "FilrougeLaneStuck")
    ),
    "kafka-killed": Fault("Kafka was killed.", ("FilrougeClockNotTicking",)),
    "topic-refuses": Fault(
        "Somebody gave a topic settings by which it takes nothing.", ("FilrougeOutboxStuck",)
    ),
    "bad-release": Fault(
        "A release of the accounts has a rule that raises.", ("FilrougeRecordsParked",)
    ),
    "older-release": Fault(
        "A release that made states of a new shape was taken back.", ("FilrougeLaneStopped",)
    ),
    "archiver-ended": Fault(
        "The archiver has ended.", ("FilrougeServiceDown", "FilrougeArchiveBehind")
    ),
    "archiver-froze": Fault(
        "The archiver was frozen for some seconds, and goes on.", ("FilrougeProofBudgetBurning",)
    ),
    "witness-away": Fault("The witness does not answer.", ("FilrougeWitnessSilent",)),
    "partner-silent": Fault("The ministry says nothing any more.", ("FilrougePartnerSilent",)),
    "words-never-came": Fault(
        "Credits were withdrawn from lines that nobody has opened.", ("FilrougeDeadlinesMissed",)
    ),
    "clock-ended": Fault("The clock has ended.", ("FilrougeClockNotTicking",)),
    "watch-killed": Fault("The watch was killed.", ("FilrougeWatchDown",)),
    "watch-starved": Fault(
        "The watch was started again with a tenth of a processor.", ("FilrougeWatchBehind",)
    ),
    "record-missing": Fault(
        "A record says that another one came before it, which nobody has.",
        ("FilrougeLaneStopped", "FilrougeInvariantBroken"),
    ),
    "stranger-wrote": Fault(
        "Somebody who is none of us wrote to a topic of facts.",
        ("FilrougeInvariantBroken", "FilrougeRecordsParked"),
    ),
}
