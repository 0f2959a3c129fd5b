"""What is said about tutoring, by whom and in which words; when, and with which mistakes, others know."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.tutoring.plan import Mentor, Pair, Programme, Pupil, Session
from filrouge.simulator.words import digest, text

COORDINATOR, DIRECTOR = 1, 2
"""Users of an association: one vouches for its mentors and sessions, the other for its programmes."""
REGISTRAR, APPROVER = 1, 3
"""Users of the ministry."""


class Sentence(NamedTuple):
    """Who says which event."""

    partner: Partner
    name: str
    data: dict[str, Any]


# --- programmes ----------------------------------------------------------------------------------


def open_credits(cast: Cast, line: str, cents: int, at: datetime) -> Sentence:
    """Engagements and cash for a line of tutoring."""
    data = {
        "budget_line": line,
        "uo": "UO-TUTORING",
        "ae_cents": cents,
        "cp_cents": cents,
        "opened_at": text(at),
        "opened_by": cast.ministry.user(REGISTRAR),
    }
    return Sentence(cast.ministry, "credits", data)


def register_programme(said: Programme, at: datetime) -> Sentence:
    data = {
        "programme": said.id,
        "association": said.association.siret,
        "iban": said.association.iban,
        "budget_line": said.line,
        "funded_hours": said.funded_hours,
        "hourly_rate_cents": said.rate_cents,
        "pupils_targeted": said.pupils,
        "starts_at": text(said.begins),
        "ends_at": text(said.ends),
        "registered_at": text(at),
        "registered_by": said.association.user(DIRECTOR),
    }
    return Sentence(said.association, "programme.programme-registered", data)


def end_programme(said: Programme, ended: datetime) -> Sentence:
    data = {
        "programme": said.id,
        "association": said.association.siret,
        "ended_at": text(ended),
        "ended_by": said.association.user(DIRECTOR),
    }
    return Sentence(said.association, "programme.programme-ended", data)


def approve(cast: Cast, programme: str, certificate: str, at: datetime) -> Sentence:
    """Service fait, by the ministry."""
    data = {
        "programme": programme,
        "certificate": certificate,
        "approved_at": text(at),
        "approved_by": cast.ministry.user(APPROVER),
    }
    return Sentence(cast.ministry, "programme.hours-approved", data)


def invoice(said: Programme, certificate: str, hours: int, at: datetime) -> Sentence:
    """The association's invoice for a certificate; there is no VAT on it."""
    cents = hours * said.rate_cents
    line = {
        "delivery_note": certificate,
        "quantity": hours,
        "unit_price_excl_vat_cents": said.rate_cents,
        "vat_rate_bp": 0,
        "amount_excl_vat_cents": cents,
    }
    data = {
        "engagement": said.engagement,
        "invoice": f"F-{said.id}-{certificate}",
        "supplier": said.association.siret,
        "iban": said.association.iban,
        "lines": [line],
        "amount_excl_vat_cents": cents,
        "vat_cents": 0,
        "amount_cents": cents,
        "issued_at": text(at),
        "submitted_by": said.association.user(DIRECTOR),
    }
    return Sentence(said.association, "invoice", data)


# --- mentors and pupils --------------------------------------------------------------------------


def register_mentor(said: Mentor, at: datetime) -> Sentence:
    data = {
        "mentor": said.id,
        "association": said.association.siret,
        "capacity": said.capacity,
        "check": check(said.association, said.checked, said.checked_until),
        "registered_at": text(at),
        "registered_by": said.association.user(COORDINATOR),
    }
    return Sentence(said.association, "mentor.mentor-registered", data)


def check(by: Partner, checked: datetime, until: datetime, result: str = "clear") -> dict[str, str]:
    """The check of a criminal record, as far as anybody is told of it."""
    return {
        "type": "b3",
        "result": result,
        "checked_at": text(checked),
        "expires_at": text(until),
        "checked_by": by.user(COORDINATOR),
    }


def check_mentor(said: Mentor, checked: datetime, until: datetime, result: str) -> Sentence:
    data = {
        "mentor": said.id,
        "association": said.association.siret,
        "check": check(said.association, checked, until, result),
    }
    return Sentence(said.association, "mentor.mentor-checked", data)


def suspend(said: Mentor, since: datetime) -> Sentence:
    data = {
        "mentor": said.id,
        "association": said.association.siret,
        "reason": "alert",
        "suspended_at": text(since),
        "suspended_by": said.association.user(COORDINATOR),
    }
    return Sentence(said.association, "mentor.mentor-suspended", data)


def reinstate(said: Mentor, since: datetime) -> Sentence:
    data = {
        "mentor": said.id,
        "association": said.association.siret,
        "reinstated_at": text(since),
        "reinstated_by": said.association.user(COORDINATOR),
    }
    return Sentence(said.association, "mentor.mentor-reinstated", data)


def enrol(pupil: Pupil, said: Programme, at: datetime) -> Sentence:
    data = {
        "pupil": pupil.id,
        "association": said.association.siret,
        "programme": said.id,
        "uai": pupil.uai,
        "qpv": pupil.qpv,
        "parental_authorisation_sha256": digest(f"authorisation {pupil.id}"),
        "enrolled_at": text(at),
        "enrolled_by": said.association.user(COORDINATOR),
    }
    return Sentence(said.association, "pupil.pupil-enrolled", data)


def leave(pupil: Pupil, said: Programme, left: datetime) -> Sentence:
    data = {
        "pupil": pupil.id,
        "association": said.association.siret,
        "programme": said.id,
        "reason": "moved",
        "left_at": text(left),
        "left_by": said.association.user(COORDINATOR),
    }
    return Sentence(said.association, "pupil.pupil-left", data)


def form_pair(said: Pair, at: datetime) -> Sentence:
    association = said.programme.association
    data = {
        "pair": said.id,
        "association": association.siret,
        "programme": said.programme.id,
        "mentor": said.mentor.id,
        "pupil": said.pupil.id,
        "formed_at": text(at),
        "formed_by": association.user(COORDINATOR),
    }
    return Sentence(association, "mentor.pair-formed", data)


def end_pair(said: Pair, ended: datetime) -> Sentence:
    association = said.programme.association
    data = {
        "pair": said.id,
        "association": association.siret,
        "mentor": said.mentor.id,
        "ended_at": text(ended),
        "ended_by": association.user(COORDINATOR),
    }
    return Sentence(association, "mentor.pair-ended", data)


# --- sessions ------------------------------------------------------------------------------------


def schedule(said: Session, at: datetime) -> Sentence:
    pair = said.pair
    association = pair.programme.association
    data = {
        "session": said.id,
        "association": association.siret,
        "programme": pair.programme.id,
        "pair": pair.id,
        "mentor": pair.mentor.id,
        "pupil": pair.pupil.id,
        "starts_at": text(said.starts),
        "planned_minutes": 60,
        "mode": "visio",
        "scheduled_at": text(at),
        "scheduled_by": association.user(COORDINATOR),
    }
    return Sentence(association, "session.session-scheduled", data)


def report(said: Session, at: datetime, minutes: int, attendance: str = "present") -> Sentence:
    """The mentor's declaration."""
    data = {
        **_held(said, minutes, attendance),
        "reported_at": text(at),
        "reported_by": said.pair.mentor.user,
    }
    return Sentence(said.pair.programme.association, "session.session-reported", data)


def correct(said: Session, at: datetime, minutes: int, attendance: str = "present") -> Sentence:
    data = {
        **_held(said, minutes, attendance),
        "corrected_at": text(at),
        "corrected_by": said.pair.mentor.user,
    }
    return Sentence(said.pair.programme.association, "session.session-corrected", data)


def _held(said: Session, minutes: int, attendance: str) -> dict[str, Any]:
    return {
        "session": said.id,
        "association": said.pair.programme.association.siret,
        "starts_at": text(said.starts),
        "minutes": minutes,
        "attendance": attendance,
    }


def validate(said: Session, at: datetime) -> Sentence:
    association = said.pair.programme.association
    data = {
        "session": said.id,
        "association": association.siret,
        "validated_at": text(at),
        "validated_by": association.user(COORDINATOR),
    }
    return Sentence(association, "session.session-validated", data)


def reject(said: Session, at: datetime) -> Sentence:
    association = said.pair.programme.association
    data = {
        "session": said.id,
        "association": association.siret,
        "reason": "no_evidence",
        "rejected_at": text(at),
        "rejected_by": association.user(COORDINATOR),
    }
    return Sentence(association, "session.session-rejected", data)
