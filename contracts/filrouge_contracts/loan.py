"""How a device goes to a pupil's family and comes back (convention de prêt)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Imei, Qpv, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import Instant, PupilId, Sha256, UserId


class EvidenceKind(StrEnum):
    """What shows that a family has a device; a signature is never compulsory."""

    SIGNATURE = "signature"
    INITIALLED_LIST = "initialled_list"
    ONE_TIME_CODE = "one_time_code"
    CARRIER_TRACKING = "carrier_tracking"
    FIRST_CONNECTION = "first_connection"
    CONTACTLESS_DROP = "contactless_drop"
    """The carrier left it without contact or signature: it has to be confirmed."""


class HandoverEvidence(Part):
    """A document or record that shows the handover, kept by whoever says so."""

    kind: EvidenceKind
    sha256: Sha256


def _from_the_family(evidence: tuple[HandoverEvidence, ...]) -> tuple[HandoverEvidence, ...]:
    if any(one.kind is EvidenceKind.CONTACTLESS_DROP for one in evidence):
        detail = "a contactless drop confirms nothing."
        raise refusal("confirming-evidence", detail, "Send what shows that the family has it.")
    return evidence


SomeEvidence = Annotated[tuple[HandoverEvidence, ...], Field(min_length=1, max_length=10)]
ConfirmingEvidence = Annotated[SomeEvidence, AfterValidator(_from_the_family)]


class DeviceHandedOver(Event):
    """A prepared device is lent to a pupil of a priority neighbourhood."""

    imei: Imei
    uai: Uai
    pupil: PupilId
    qpv: Qpv
    """Where the pupil lives or goes to school: what makes the loan eligible."""
    loan_agreement_sha256: Sha256
    due_back_at: Instant
    evidence: SomeEvidence
    handed_over_at: Instant
    handed_over_by: UserId

    @model_validator(mode="after")
    def _comes_back_later(self) -> Self:
        if self.due_back_at <= self.handed_over_at:
            detail = "due_back_at is not after handed_over_at."
            raise refusal("loan-period", detail, "Send the date on which the loan ends.")
        return self


class HandoverConfirmed(Event):
    """The family of a pupil has the device that was left without contact."""

    imei: Imei
    uai: Uai
    pupil: PupilId
    evidence: ConfirmingEvidence
    confirmed_at: Instant
    confirmed_by: UserId


class HandoverUnconfirmed(Event):
    """No family has confirmed a contactless drop in time; the device stays in transit."""

    imei: Imei
    uai: Uai
    pupil: PupilId
    handed_over_at: Instant
    confirm_by: Instant


class DeviceCondition(StrEnum):
    """How a device looks when it comes back."""

    GOOD = "good"
    WORN = "worn"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"


class DeviceReturned(Event):
    """A device is back in the school: the loan has ended, or it was found again."""

    imei: Imei
    uai: Uai
    condition: DeviceCondition
    returned_at: Instant
    taken_back_by: UserId
