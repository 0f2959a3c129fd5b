"""What time, parameters and the chassis of every service say."""

from __future__ import annotations

from filrouge_contracts.control import (
    ParameterSet,
    PartnerRegistered,
    RuleVersionStarted,
    TickPassed,
)
from filrouge_contracts.entry import GATEWAY, PARTNER_KINDS, SERVICES, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import CONTROL, VERDICTS, topic
from filrouge_contracts.verdicts import VerdictGiven
from filrouge_contracts.waiting import EventHeld


def _control(model: type[Event], key: str, next_step: str, within: str) -> Entry:
    return Entry(model, CONTROL, key, ("operator",), SERVICES, next_step, within, spread="single")


ENTRIES = (
    _control(TickPassed, "clock", "what is due by then is decided", "when topics are read"),
    _control(ParameterSet, "parameter:{name}", "later decisions use it", "effective_at"),
    _control(PartnerRegistered, "partner:{partner}", "its topic is read", "one minute"),
    _control(RuleVersionStarted, "rule:{service}/{rule}", "it decides", "effective_at"),
    Entry(
        BatchDecided,
        topic("journal.{service}"),
        "lane:{lane}",
        SERVICES,
        (),
        "the batch's events are published",
        "at once",
        spread="lane",
    ),
    Entry(
        EventHeld,
        topic("held"),
        "{key}",
        tuple(service for service in SERVICES if service != GATEWAY),
        (),
        "it is decided when what is missing is known, else refused",
        "due_at",
    ),
    Entry(
        RecordParked,
        topic("parked.{service}"),
        "{key}",
        SERVICES,
        (),
        "the defect is mended and the record re-driven",
        "one working day",
        spread="lane",
    ),
    Entry(
        RecordRedriven,
        topic("redrive.{service}"),
        "{key}",
        ("operator",),
        SERVICES,
        "the record is decided",
        "at once",
        spread="lane",
    ),
    Entry(
        VerdictGiven,
        VERDICTS,
        "said:{event_source}/{event_id}",
        (GATEWAY,),
        tuple(sorted(PARTNER_KINDS)),
        "the partner reads it, and corrects what was refused",
        "at once",
        spread="single",
    ),
)
