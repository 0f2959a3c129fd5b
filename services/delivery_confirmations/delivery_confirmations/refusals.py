"""What is answered to words on a delivery that do not count."""

from __future__ import annotations

from collections.abc import Mapping

from filrouge_contracts.delivery import (
    GoodsLostInTransit,
    GoodsReceived,
    LossRefusal,
    LossRefused,
    ReceptionRefusal,
    ReceptionRefused,
    ShipmentAnnounced,
    ShipmentRefusal,
    ShipmentRefused,
)
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    VerificationRefusal,
    VerificationRefused,
    VerificationWord,
)

Decision = GoodsAdmitted | GoodsReduced | GoodsAdjourned | GoodsRejected
Word = Decision | GoodsPresentedAgain
SAYS: Mapping[VerificationWord, type[Word]] = {
    VerificationWord.ADMITTED: GoodsAdmitted,
    VerificationWord.REDUCED: GoodsReduced,
    VerificationWord.ADJOURNED: GoodsAdjourned,
    VerificationWord.REJECTED: GoodsRejected,
    VerificationWord.PRESENTED_AGAIN: GoodsPresentedAgain,
}
_WORDS = {model: word for word, model in SAYS.items()}


def shipment_refused(said: ShipmentAnnounced, reason: ShipmentRefusal) -> ShipmentRefused:
    return ShipmentRefused(order=said.order, delivery_note=said.delivery_note, reason=reason)


def loss_refused(said: GoodsLostInTransit, reason: LossRefusal) -> LossRefused:
    return LossRefused(order=said.order, delivery_note=said.delivery_note, reason=reason)


def reception_refused(said: GoodsReceived, reason: ReceptionRefusal) -> ReceptionRefused:
    return ReceptionRefused(order=said.order, delivery_note=said.delivery_note, reason=reason)


def verification_refused(said: Word, reason: VerificationRefusal) -> VerificationRefused:
    return VerificationRefused(
        order=said.order,
        delivery_note=said.delivery_note,
        word=_WORDS[type(said)],
        reason=reason,
    )


def unknown_in_time(said: Event) -> Event:
    """The answer to what has waited in vain."""
    match said:
        case ShipmentAnnounced():
            return shipment_refused(said, ShipmentRefusal.UNKNOWN_IN_TIME)
        case GoodsLostInTransit():
            return loss_refused(said, LossRefusal.UNKNOWN_IN_TIME)
        case GoodsReceived():
            return reception_refused(said, ReceptionRefusal.UNKNOWN_IN_TIME)
        case (
            GoodsAdmitted()
            | GoodsReduced()
            | GoodsAdjourned()
            | GoodsRejected()
            | GoodsPresentedAgain()
        ):
            return verification_refused(said, VerificationRefusal.UNKNOWN_IN_TIME)
        case _:
            raise TypeError(f"{type(said).__name__} cannot wait here")
