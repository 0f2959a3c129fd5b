"""The register agrees with itself and with the models."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from datetime import UTC, datetime

import filrouge_contracts
import pytest
from filrouge_contracts.control import ParameterSet, TickPassed
from filrouge_contracts.entry import OBSERVERS
from filrouge_contracts.event import Event, type_name
from filrouge_contracts.register import PARTNER_KINDS, REGISTER, SERVICES, Entry
from pydantic import ValidationError


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_topic_and_key_name_fields_of_the_event(entry: Entry) -> None:
    for template in (entry.key, entry.topic):
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert names <= set(entry.model.model_fields)
    assert entry.meaning.endswith(".")


def test_the_type_is_derived_from_module_and_class() -> None:
    assert TickPassed.event_type == "fr.filrouge.control.tick-passed.v1"
    assert REGISTER.by_type[TickPassed.event_type].model is TickPassed


def test_the_successor_of_a_type_is_a_class_beside_it() -> None:
    assert type_name("control", "TickPassedV2") == "fr.filrouge.control.tick-passed.v2"
    assert type_name("control", "TickPassedV12") == "fr.filrouge.control.tick-passed.v12"


def test_a_key_is_rendered_from_the_event() -> None:
    said = ParameterSet(
        name="grace_seconds", value=60, effective_at=datetime(2020, 5, 4, tzinfo=UTC)
    )
    assert REGISTER.by_model[ParameterSet].key_of(said) == "parameter:grace_seconds"


def test_json_comes_back_as_the_same_bytes() -> None:
    data = TickPassed(at=datetime(2020, 5, 4, 8, tzinfo=UTC)).to_json()
    assert TickPassed.from_json(data).to_json() == data


@pytest.mark.parametrize("at", ["2020-05-04T08:00:00+02:00", "2020-05-04T08:00:00", 1588579200])
def test_an_instant_that_is_not_utc_is_refused(at: object) -> None:
    with pytest.raises(ValidationError):
        TickPassed.model_validate({"at": at})


def test_every_event_class_is_registered_once() -> None:
    for module in pkgutil.iter_modules(filrouge_contracts.__path__):
        importlib.import_module(f"filrouge_contracts.{module.name}")
    models = {m for m in Event.__subclasses__() if m.__module__.startswith("filrouge_contracts.")}
    assert models == set(REGISTER.by_model)
    assert len(REGISTER.by_type) == len(REGISTER.by_model) == len(list(REGISTER))


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_who_says_and_hears_is_somebody(entry: Entry) -> None:
    somebody = {*SERVICES, *OBSERVERS, *PARTNER_KINDS, "operator"}
    assert entry.said_by
    assert {*entry.said_by, *entry.heard_by} <= somebody
    for service in set(entry.heard_by) & set(SERVICES):
        assert entry.topic in REGISTER.topics_read_by(service)


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_what_comes_next_exists(entry: Entry) -> None:
    named = set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", entry.next_step))
    assert named <= {model.__name__ for model in REGISTER.by_model}


def test_partners_are_heard_by_a_service() -> None:
    assert all(set(e.heard_by) & set(SERVICES) for e in REGISTER if set(e.said_by) & PARTNER_KINDS)
