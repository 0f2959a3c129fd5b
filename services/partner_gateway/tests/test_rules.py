"""What becomes of an event that can be understood: the partner's right to say it, and its memory."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from filrouge_chassis.batch import Batch
from filrouge_chassis.control import Control
from filrouge_chassis.facts import FactReader
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.outbound import Identity
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Outgoing, RawRecord
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.partners import partner_record
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.delivery import GoodsReceived, ShipmentAnnounced
from filrouge_contracts.equipment import NeedDeclared, OrderRequested
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.mentor import MentorRegistered
from filrouge_contracts.payment import PaymentMade
from filrouge_contracts.pupil import PupilEnrolled
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from filrouge_contracts.session import SessionReported
from filrouge_contracts.table.device import HOLDERS
from filrouge_contracts.verdicts import VerdictGiven
from filrouge_contracts.verification import GoodsAdmitted
from partner_gateway.app import DECIDER

SCHOOL = "school-0750655e"
NEED = example(NeedDeclared)
SPACED = NEED.to_json().replace(b",", b", ")

SAID_BY_HOLDERS = [example(e.model) for e in REGISTER if set(e.said_by) == set(HOLDERS)]


def _partner(name: str, kind: str, **changes: Any) -> PartnerRegistered:
    return example(PartnerRegistered, partner=name, kind=kind, siret=None, uai=None, **changes)


def _gateway() -> Scenario:
    return Scenario(DECIDER).with_partners(_partner(SCHOOL, "school"))


def _outcome(scenario: Scenario) -> tuple[str, str]:
    verdict = scenario.said[-1]
    assert isinstance(verdict, VerdictGiven)
    return verdict.outcome, verdict.rule


def test_what_is_accepted_is_passed_on_and_answered() -> None:
    digest = sha256(NEED.to_json()).hexdigest()
    verdict = example(VerdictGiven, payload_sha256=digest)
    _gateway().when_read(partner_record(SCHOOL, NEED, "2020-0001")).then(NEED, verdict)


def test_every_event_of_a_partner_may_be_said_by_its_kind_and_by_no_other() -> None:
    for entry in REGISTER:
        for kind in sorted(PARTNER_KINDS.intersection(entry.said_by) and PARTNER_KINDS):
            scenario = Scenario(DECIDER).with_partners(_partner("p", kind))
            scenario.when_read(partner_record("p", example(entry.model)))
            allowed = kind in entry.said_by
            expected = ("accepted", "accepted") if allowed else ("refused", "not-your-event")
            assert _outcome(scenario) == expected


def test_whoever_has_devices_in_hand_speaks_of_a_school() -> None:
    assert len(SAID_BY_HOLDERS) == 12
    assert all("uai" in type(word).model_fields for word in SAID_BY_HOLDERS)


def test_a_partner_that_is_not_registered_is_refused() -> None:
    scenario = Scenario(DECIDER).when_read(partner_record("nobody", NEED))
    assert _outcome(scenario) == ("refused", "partner-unknown")


@pytest.mark.parametrize(
    ("kind", "registered", "event", "allowed"),
    [
        ("school", {"uai": "0750655E"}, NEED, True),
        ("school", {"uai": "0750654D"}, NEED, False),
        ("school", {"uai": "0750654D"}, example(GoodsReceived), False),
        *[("school", {"uai": "0750655E"}, word, True) for word in SAID_BY_HOLDERS],
        *[("school", {"uai": "0750654D"}, word, False) for word in SAID_BY_HOLDERS],
        *[("authority", {"uai": "0750654D"}, word, True) for word in SAID_BY_HOLDERS],
        *[("association", {"uai": "0750654D"}, word, True) for word in SAID_BY_HOLDERS],
        ("authority", {"uai": "0750654D"}, NEED, True),
        ("supplier", {"siret": "73282932000074"}, example(InvoiceSubmitted), True),
        ("supplier", {"siret": "35600000009075"}, example(InvoiceSubmitted), False),
        ("supplier", {"siret": "35600000009075"}, example(ShipmentAnnounced), False),
        ("association", {"siret": "73282932000074"}, example(SessionReported), True),
        ("association", {"siret": "35600000009075"}, example(SessionReported), False),
        ("association", {"siret": "35600000009075"}, example(MentorRegistered), False),
        ("association", {"uai": "0750654D"}, example(PupilEnrolled), True),
        ("buyer", {"siret": "35600000009075"}, example(AgreementRegistered), True),
        ("buyer", {"siret": "35600000009075"}, example(GoodsAdmitted), True),
        ("buyer", {"siret": "35600000009075"}, example(OrderRequested), True),
        ("ministry", {"siret": "35600000009075"}, example(CreditsOpened), True),
        ("accountant", {"siret": "35600000009075"}, example(PaymentMade), True),
    ],
)
def test_schools_suppliers_and_associations_speak_for_themselves(
    kind: str, registered: dict[str, str], event: Event, allowed: bool
) -> None:
    partner = example(
        PartnerRegistered, partner="p", kind=kind, **{"uai": None, "siret": None, **registered}
    )
    scenario = Scenario(DECIDER).with_partners(partner).when_read(partner_record("p", event))
    expected = ("accepted", "accepted") if allowed else ("refused", "speaks-for-another")
    assert _outcome(scenario) == expected


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (partner_record(SCHOOL, NEED, offset=1), "duplicate"),
        (partner_record(SCHOOL, NEED, offset=1, headers={"x": b"y"}), "duplicate"),
        (partner_record(SCHOOL, SPACED, offset=1, type_name=NEED.event_type), "conflict"),
        (partner_record(SCHOOL, example(NeedDeclared, quantity=31), offset=1), "conflict"),
        (partner_record(SCHOOL, example(GoodsReceived), offset=1), "conflict"),
        (partner_record(SCHOOL, b"{}", offset=1, type_name=NEED.event_type), "refused"),
        (partner_record(SCHOOL, NEED, event_id="2", offset=1), "accepted"),
    ],
)
def test_the_same_id_means_the_same_event(again: RawRecord, outcome: str) -> None:
    scenario = _gateway().when_read(partner_record(SCHOOL, NEED)).when_read(again)
    assert _outcome(scenario)[0] == outcome
    assert len(scenario.said) == (2 if outcome == "accepted" else 1)
    if outcome == "duplicate":
        first = f"partner_gateway/partners.{SCHOOL}.in.g1/0/0/0"
        assert scenario.said[0].admitted_id == first  # type: ignore[attr-defined]


def test_what_was_refused_may_be_said_again_under_the_same_id() -> None:
    wrong = partner_record(SCHOOL, NEED.to_json().replace(b":30", b":0"), type_name=NEED.event_type)
    scenario = _gateway().when_read(wrong)
    assert _outcome(scenario)[0] == "refused"
    assert _outcome(scenario.when_read(partner_record(SCHOOL, NEED, offset=1)))[0] == "accepted"


def test_nothing_but_acceptance_changes_what_is_remembered() -> None:
    scenario = _gateway().when_read(partner_record(SCHOOL, NEED))
    outcome = ""
    for other in (example(NeedDeclared, quantity=31), NEED.to_json()[:-1], NEED):
        record = partner_record(SCHOOL, other, type_name=NEED.event_type, offset=1)
        outcome = _outcome(scenario.when_read(record))[0]
    assert outcome == "duplicate"


def test_the_same_payload_as_another_type_is_a_conflict() -> None:
    digest = sha256(NEED.to_json()).hexdigest()
    before = example(VerdictGiven, said_type="fr.filrouge.other.v1", payload_sha256=digest)
    key = f"said:urn:filrouge:partner:{SCHOOL}/1"
    scenario = _gateway().given(key, before).when_read(partner_record(SCHOOL, NEED))
    assert _outcome(scenario) == ("conflict", "conflict")


def test_an_id_of_one_partner_does_not_use_up_that_of_another() -> None:
    scenario = _gateway().with_partners(_partner("school-2", "school"))
    for partner in (SCHOOL, "school-2"):
        assert _outcome(scenario.when_read(partner_record(partner, NEED)))[0] == "accepted"


def test_the_chassis_sends_fact_and_verdict_to_where_they_are_read() -> None:
    """The verdict's topic has one partition, and it names the id that the fact really gets."""
    sent = _batch(
        [partner_record(SCHOOL, NEED, "2020-0001"), partner_record(SCHOOL, b"", offset=1)]
    )
    fact, accepted, refused = sent
    assert (fact.topic, fact.key) == ("equipment.g1", b"need:N-075-0001")
    assert fact.value == NEED.to_json()
    verdict = VerdictGiven.from_json(accepted.value)
    assert dict(fact.headers)["ce_id"].decode() == verdict.admitted_id
    for record in (accepted, refused):
        assert (record.topic, record.partition) == (f"partners.{SCHOOL}.verdicts.g1", 0)
    assert VerdictGiven.from_json(refused.value).rule == "value"


def _batch(records: list[RawRecord]) -> list[Outgoing]:
    """What a real lane would send."""
    row = LaneRow()
    control = Control(now=START, partners={SCHOOL: _partner(SCHOOL, "school")})
    reader = FactReader(DECIDER, "redrive.g1")
    identity = Identity("partner_gateway", 0, 4)
    batch = Batch(DECIDER, identity, row, Progress(row, control), {})
    for record in records:
        batch.take(record, reader.read(record))
    decided = batch.finish()
    assert decided is not None
    return list(decided.events)
