"""Decides what becomes of a partner's event: admitted, known already, contradicting itself, refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

from filrouge_chassis.decider import Context
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.event import Event
from filrouge_contracts.problems import Problem, shown
from filrouge_contracts.verdicts import Position, VerdictGiven

from partner_gateway.door import Saying, Understood, understand
from partner_gateway.state import Said

_SOURCE = re.compile(r"urn:filrouge:partner:[a-z0-9][a-z0-9-]{0,39}")

_OWN_FIELDS = {
    "school": (("uai", "uai"),),
    "supplier": (("supplier", "siret"),),
    "association": (("association", "siret"), ("supplier", "siret")),
}
"""Kind of partner → fields of its events that name itself, and what it was registered with."""

_ACCEPTED = Problem("", "accepted", "The event was passed on.", "Nothing to do.")
_DUPLICATE = Problem(
    "", "duplicate", "The same event was accepted before.", "Nothing to do: it counts once."
)
_CONFLICT = Problem(
    "ce_id",
    "conflict",
    "Another event was accepted under this source and id, and stays as it is.",
    "Give every event an id of its own; say a correction in an event of its own.",
)


def admit(said: Said, saying: Saying, context: Context) -> Iterator[Event]:
    """Answers every record with a verdict; passes on, once, what this partner may say."""
    digest = sha256(saying.value or b"").hexdigest()
    understood = understand(saying)
    if isinstance(understood, Problem):
        yield _verdict(saying, digest, "refused", understood)
    elif problem := _objection(understood, saying, context.partners.get(saying.partner)):
        yield _verdict(saying, digest, "refused", problem)
    elif not said.admitted_id:
        yield understood.event
        yield _verdict(saying, digest, "accepted", _ACCEPTED, _first_id(saying))
    elif (said.payload_sha256, said.type) == (digest, saying.type):
        yield _verdict(saying, digest, "duplicate", _DUPLICATE, said.admitted_id)
    else:
        yield _verdict(saying, digest, "conflict", _CONFLICT)


def _objection(
    understood: Understood, saying: Saying, partner: PartnerRegistered | None
) -> Problem | None:
    """Why this partner may not say this."""
    if partner is None:
        detail = f"{saying.partner} is not registered."
        return Problem("", "partner-unknown", detail, "Ask the operator to register you.")
    if saying.source != saying.own_source:
        detail = f"{shown(saying.source)} is not your own source."
        return Problem("ce_source", "own-source", detail, f"Send {saying.own_source}.")
    said_by = understood.entry.said_by
    if partner.kind not in said_by:
        detail = f"is said by {' or '.join(said_by)}, and you are registered as {partner.kind}."
        return Problem("ce_type", "not-your-event", detail, "Let the one concerned say it.")
    return _speaks_for_another(understood.event, partner)


def _speaks_for_another(event: Event, partner: PartnerRegistered) -> Problem | None:
    """Schools, suppliers and associations speak for themselves, when we know which one it is."""
    for field, registered in _OWN_FIELDS.get(partner.kind, ()):
        own = getattr(partner, registered)
        if own and getattr(event, field, own) != own:
            return _other(field, own)
    return None


def _other(where: str, registered: str) -> Problem:
    detail = f"is not {registered}, which you are registered with."
    return Problem(where, "speaks-for-another", detail, "Speak for yourself only.")


def _first_id(saying: Saying) -> str:
    """The id that the chassis gives to the first event that this record causes."""
    return f"{GATEWAY}/{saying.topic}/{saying.partition}/{saying.offset}/0"


def _verdict(
    saying: Saying,
    digest: str,
    outcome: Literal["accepted", "duplicate", "conflict", "refused"],
    problem: Problem,
    admitted_id: str | None = None,
) -> VerdictGiven:
    source = saying.source if _SOURCE.fullmatch(saying.source) else saying.own_source
    detail = f"{problem.where}: {problem.detail}" if problem.where else problem.detail
    return VerdictGiven(
        partner=saying.partner,
        event_source=source,
        event_id=saying.id or f"{saying.partition}/{saying.offset}",
        said_type=saying.type or None,
        outcome=outcome,
        rule=problem.rule,
        detail=detail,
        remedy=problem.remedy,
        payload_sha256=digest,
        position=Position(topic=saying.topic, partition=saying.partition, offset=saying.offset),
        admitted_id=admitted_id,
    )
