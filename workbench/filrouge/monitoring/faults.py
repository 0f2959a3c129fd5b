"""The faults that `make drill` plays: what calls somebody, where each is seen, and what ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`alerts`: those that call somebody, the first one first; `seen`: where one sees what it is."""

    happened: str
    alerts: tuple[str, ...]
    seen: str
    ended: str


FAULTS: Mapping[str, Fault] = {
    "gateway-killed": Fault(
        "The gateway was killed, and nothing starts it again.",
        ("FilrougeServiceDown", "FilrougeAdmissionBudgetBurning"),
        'Infrastructure, "Instances that answer"; its log ends anywhere',
        "start it",
    ),
    "accounts-frozen": Fault(
        "The accounts hold their port and their lanes, and do nothing.",
        ("FilrougeServiceDown", "FilrougeBookingBudgetBurning"),
        'Infrastructure, "Instances that answer", although the process runs; its log has ended',
        "it is frozen: end it, start it",
    ),
    "postgresql-killed": Fault(
        "PostgreSQL was killed.",
        ("FilrougeLaneFailing", "FilrougeLaneStuck"),
        'Service, "Reasons to load a lane again"; the log line names PostgreSQL, `filrouge status` too',
        "bring PostgreSQL back",
    ),
    "kafka-killed": Fault(
        "Kafka was killed.",
        ("FilrougeClockNotTicking",),
        "the log of the clock, of the watch and of services: `Unable connect to node`",
        "bring Kafka back, then start the clock",
    ),
    "topic-refuses": Fault(
        "Somebody gave a topic settings by which it takes nothing.",
        ("FilrougeLaneFailing", "FilrougeOutboxStuck"),
        'Flow, "Age of what waits in the outbox"; the log line names the topic and why',
        "its settings are put back",
    ),
    "bad-release": Fault(
        "A release of the accounts has a rule that raises.",
        ("FilrougeRecordsParked",),
        'Flow, "Records set aside, by service"; `filrouge parked list`',
        "the release before; `filrouge parked redrive`",
    ),
    "older-release": Fault(
        "A release that made states of a new shape was taken back.",
        ("FilrougeLaneStopped",),
        'Service, "Lanes that have stopped"; the log line says which shape, and what to do',
        "the newer release again",
    ),
    "archiver-ended": Fault(
        "The archiver has ended.",
        ("FilrougeServiceDown", "FilrougeArchiveBehind"),
        'Infrastructure, "Instances that answer"; its log does not end with `audit_trail_stopped`',
        "start it",
    ),
    "archiver-froze": Fault(
        "The archiver was frozen for some seconds, and goes on.",
        ("FilrougeProofBudgetBurning",),
        'Audit, "Seconds until a record is proven"',
        "nothing: it is being paid for",
    ),
    "witness-away": Fault(
        "The witness does not answer.",
        ("FilrougeWitnessSilent",),
        'Audit, "Since each witness cosigned"; the log line `not_cosigned`',
        "its operator is called",
    ),
    "partner-silent": Fault(
        "The ministry says nothing any more.",
        ("FilrougePartnerSilent",),
        'Partners, "Silent for longest": one',
        "they are called",
    ),
    "words-never-came": Fault(
        "Credits were withdrawn from lines that nobody has opened.",
        ("FilrougeDeadlinesMissed",),
        'Partners, "Refused by our rules, by event and reason"; `filrouge audit replay` names each',
        "nothing: the office in charge is told",
    ),
    "clock-ended": Fault(
        "The clock has ended.",
        ("FilrougeClockNotTicking",),
        'Plan, "The plan\'s clock", while `filrouge status` shows that Kafka answers',
        "start it",
    ),
    "watch-killed": Fault(
        "The watch was killed.",
        ("FilrougeWatchDown",),
        'Infrastructure, "Instances that answer"',
        "start it",
    ),
    "watch-starved": Fault(
        "The watch was started again with a tenth of a processor.",
        ("FilrougeWatchDown", "FilrougeWatchBehind"),
        'Plan, "Records not in these figures yet"; Infrastructure, "Running since"',
        "more processor for it",
    ),
    "record-missing": Fault(
        "A record says that another one came before it, which nobody has.",
        ("FilrougeLaneStopped", "FilrougeInvariantBroken"),
        'Service, "Lanes that have stopped"; the log line; `filrouge audit check`',
        "not at night: its writer is found, the record comes back from the archive",
    ),
    "stranger-wrote": Fault(
        "Somebody who is none of us wrote to a topic of facts.",
        ("FilrougeInvariantBroken", "FilrougeRecordsParked"),
        'Audit, "Breaches by rule"; `filrouge audit check` names the place',
        "not by itself: its writer is found, and both alerts are silenced with the explanation",
    ),
}
