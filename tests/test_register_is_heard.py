"""The register and the tables of the services say the same: no event is said to deaf ears."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.services import deciders
from filrouge_chassis.decider import kind_of
from filrouge_contracts.entry import GATEWAY, SERVICES, Entry
from filrouge_contracts.register import REGISTER

DECIDERS = {decider.service: decider for decider in deciders()}
FACTS = [entry for entry in REGISTER if entry.spread == "key"]
"""The others are written and read by the chassis of each service, without a rule."""


def _deaf(entry: Entry, service: str) -> bool:
    """Whether no rule takes the event, or its newest version, where its key leads."""
    same = REGISTER.versions[entry.model]
    rules = [rule for rule in DECIDERS[service].rules if rule[1] in REGISTER.by_model]
    kinds = {kind for kind, model in rules if model.event_type in same}
    any_kind = entry.key.startswith("{")
    return not kinds if any_kind else kind_of(entry.key) not in kinds


def _hearers() -> Iterator[tuple[Entry, str]]:
    return ((entry, service) for entry in FACTS for service in entry.heard_by)


def test_whoever_hears_an_event_has_a_rule_for_it_where_its_key_leads() -> None:
    hearers = list(_hearers())
    assert {service for _, service in hearers} == set(SERVICES) - {GATEWAY}
    assert [f"{service}: {e.type}" for e, service in hearers if _deaf(e, service)] == []


def test_whoever_says_an_event_knows_how_it_changes_the_one_that_said_it() -> None:
    """What partners say, the gateway says after them."""
    evolved = {name: {model for _, model in of.evolutions} for name, of in DECIDERS.items()}
    sayers = [(entry, service) for entry in FACTS for service in entry.written_by]
    assert {service for _, service in sayers} == set(SERVICES)
    assert [
        f"{service}: {e.type}" for e, service in sayers if e.model not in evolved[service]
    ] == []
