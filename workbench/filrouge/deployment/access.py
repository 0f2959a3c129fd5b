"""Who may touch what in Kafka, as the register says it: everybody what they hear and say, and nothing else.

Nobody may create or delete a topic, and nobody uses transactions: producers are idempotent, for which Write on
a topic is enough. The restorer alone alters topics, and exists on the day of a restore.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from filrouge_chassis.layout import PartnerLayout, layout_of
from filrouge_contracts.entry import OBSERVERS, SERVICES
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import CONTROL, PARTNER_IN, PARTNER_REDRIVE, VERDICTS

from filrouge.operator import SOURCE as OPERATOR
from filrouge.services import decider_of

AUDITOR, RESTORER, PARTNER = "auditor", "restorer", "partner.{partner}"
Operation = Literal["Read", "Write", "Describe", "DescribeConfigs", "AlterConfigs"]


@dataclass(frozen=True, slots=True)
class Grant:
    """A name with `{partner}` is granted once for every partner."""

    kind: Literal["topic", "group"]
    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class User:
    """One who signs in to Kafka; `name` is also that of the Secret with the password."""

    name: str
    grants: tuple[Grant, ...]


def dashed(service: str) -> str:
    """A service's name where underscores are not allowed: images, users, everything in Kubernetes."""
    return service.replace("_", "-")


def users() -> tuple[User, ...]:
    """Everybody but the partners, in a fixed order."""
    return (
        *(User(dashed(service), _of_service(service)) for service in SERVICES),
        *(User(dashed(observer), _of_observer(observer)) for observer in OBSERVERS),
        User(OPERATOR, _of_operator()),
        User(AUDITOR, _topics(every_topic(), ())),
        User(RESTORER, _of_restorer()),
    )


def partner() -> User:
    """A partner speaks at its own door, and reads what was said to it."""
    speak, hear = Grant("topic", PARTNER_IN, ("Write",)), Grant("topic", VERDICTS, ("Read",))
    return User(PARTNER, (speak, hear))


def every_topic() -> tuple[str, ...]:
    """Names in a fixed order, those of partners with `{partner}`."""
    return tuple(spec.name for spec in all_topics(1, SERVICES, ("{partner}",)))


def topics_heard(service: str) -> set[str]:
    """What its lanes subscribe to."""
    layout = layout_of(decider_of(service))
    if isinstance(layout, PartnerLayout):
        return {PARTNER_IN, PARTNER_REDRIVE}
    return set(layout.subscription()["topics"])


def topics_read(service: str) -> set[str]:
    """What it hears, control, and all that it wrote: a lane is rebuilt out of these."""
    return topics_heard(service) | {CONTROL} | topics_written(service)


def topics_written(who: str) -> set[str]:
    """The topics of all events that it says, its own journal among them."""
    return {entry.topic.replace("{service}", who) for entry in REGISTER if who in entry.written_by}


def _of_service(service: str) -> tuple[Grant, ...]:
    group = Grant("group", service, ("Read",))
    return (group, *_topics(topics_read(service), topics_written(service)))


def _of_observer(observer: str) -> tuple[Grant, ...]:
    """The archiver reads every record there is, without a group."""
    return _topics(every_topic(), topics_written(observer))


def _of_operator() -> tuple[Grant, ...]:
    """It looks whether all topics are as they should be, reads what was parked, and sends it back."""
    said = {name for entry in REGISTER if OPERATOR in entry.said_by for name in _named(entry.topic)}
    return _topics(every_topic(), said | {PARTNER_REDRIVE}, "DescribeConfigs")


def _of_restorer() -> tuple[Grant, ...]:
    """It puts every record back, under times that are the archive's, once no service works any more."""
    groups = (Grant("group", service, ("Describe",)) for service in SERVICES)
    every = every_topic()
    return (*groups, *_topics(every, every, "DescribeConfigs", "AlterConfigs"))


def _topics(read: Iterable[str], written: Iterable[str], *besides: Operation) -> tuple[Grant, ...]:
    """What may be written may be read, too: a lane compares what it decides with what it said."""
    both: set[str] = set(written)
    return tuple(
        Grant("topic", name, ("Read", *(("Write",) if name in both else ()), *besides))
        for name in sorted(both.union(read))
    )


def _named(template: str) -> Iterator[str]:
    """`redrive.{service}.g1` of every service."""
    if "{service}" not in template:
        yield template
        return
    for service in SERVICES:
        yield template.replace("{service}", service)
