"""Which events answer which words on deliveries, so that a story can be held to one answer per word."""

from __future__ import annotations

from filrouge_contracts.delivery import (
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    LossRefused,
    ReceptionOpened,
    ReceptionRefused,
    ShipmentAnnounced,
    ShipmentRecorded,
    ShipmentRefused,
)
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionConfirmed,
    AdmissionRecorded,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    PresentationRecorded,
    RejectionRecorded,
    VerificationRefused,
)

_RECORDED: dict[type[Event], type[Event]] = {
    ShipmentRecorded: ShipmentAnnounced,
    ShipmentRefused: ShipmentAnnounced,
    LossRefused: GoodsLostInTransit,
    LossRecorded: GoodsLostInTransit,
    ReceptionOpened: GoodsReceived,
    AdjournmentRecorded: GoodsAdjourned,
    PresentationRecorded: GoodsPresentedAgain,
    AdmissionConfirmed: GoodsAdmitted,
}
_REFUSED: dict[str, type[Event]] = {
    "admitted": GoodsAdmitted,
    "reduced": GoodsReduced,
    "adjourned": GoodsAdjourned,
    "rejected": GoodsRejected,
    "presented_again": GoodsPresentedAgain,
}


def answered_by(event: Event) -> type[Event] | None:
    """Which word the event is the answer to."""
    match event:
        case VerificationRefused():
            return _REFUSED[event.word]
        case ReceptionRefused():
            return None if event.reason == "no_serial_free" else GoodsReceived
        case AdmissionRecorded():
            by_buyer = GoodsReduced if event.reduction_cents else GoodsAdmitted
            return None if event.tacit else by_buyer
        case RejectionRecorded():
            return GoodsRejected if event.rejected_by else None
    return _RECORDED.get(type(event))
