"""The sentences of those who have devices in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from filrouge.simulator import identities
from filrouge.simulator.loans.plan import Step, Stock
from filrouge.simulator.words import Word, at, digest, text, word

SHOWN_BY = ("signature", "initialled_list", "one_time_code", "carrier_tracking", "first_connection")
CONDITIONS = ("good", "good", "worn", "incomplete", "damaged")
CAUSES = ("accident", "wear", "negligence", "defect")
SCRAPPED_FOR = ("beyond_repair", "unsafe", "obsolete")
FIRST_REPLACEMENT = 700_000
"""The devices that suppliers give for others are numbered from here on."""
DUE_BACK_AT = text(at(75, 12))
Data = dict[str, Any]


def step(step: Step, stock: Stock, imei: str, new_imei: str, place: int, day: int) -> Word:
    """What is said of a device on a day, after `place` sentences; `new_imei`: in a swap for it."""
    name, says = _SAYS[step]
    data = {"imei": imei, "uai": stock.uai, **says(stock, imei, day)}
    if name == _SWAPPED:
        data["new_imei"] = new_imei
    return word(stock.holder, name, f"loan:{imei}:{place}", at(day, 16), data)


def count(stock: Stock, counted: int, day: int) -> Word:
    """Somebody counts what is in the cupboard."""
    data = {
        "item": stock.item,
        "uai": stock.uai,
        "counted": counted,
        "counted_at": text(at(day, 15)),
        "counted_by": stock.holder.user(4),
    }
    return word(stock.holder, "stock.stock-counted", _name("count", stock), at(day, 16), data)


def explain(stock: Stock, direction: str, day: int) -> Word:
    """Somebody else says which device is missing, or was found."""
    data = {
        "item": stock.item,
        "uai": stock.uai,
        "imeis": [stock.device],
        "direction": direction,
        "reason": "not_found" if direction == "missing" else "found_again",
        "adjusted_at": text(at(day, 15)),
        "adjusted_by": stock.holder.user(5),
    }
    return word(stock.holder, "stock.stock-adjusted", _name("explain", stock), at(day, 16), data)


def replacement(imei: str) -> str:
    """The new device that the supplier gives for this one."""
    return identities.imei(FIRST_REPLACEMENT + number_of(imei))


def number_of(imei: str) -> int:
    return int(imei[8:14])


def pupil(imei: str, which: str = "") -> str:
    """The pseudonym of the pupil who has the device; random to anybody who does not know how."""
    return str(UUID(bytes=sha256(f"pupil{which}-{imei}".encode()).digest()[:16], version=4))


def _name(what: str, stock: Stock) -> str:
    return f"{what}:{stock.item}:{stock.uai}"


def _prepared(stock: Stock, imei: str, day: int) -> Data:
    return {"prepared_at": text(at(day, 9)), "prepared_by": stock.holder.user(3)}


def _lent(stock: Stock, imei: str, day: int, kind: str = "", which: str = "") -> Data:
    kind = kind or SHOWN_BY[number_of(imei) % len(SHOWN_BY)]
    return {
        "pupil": pupil(imei, which),
        "qpv": stock.qpv,
        "loan_agreement_sha256": digest(f"loan{which}-{imei}"),
        "due_back_at": DUE_BACK_AT,
        "evidence": [{"kind": kind, "sha256": digest(f"{kind}{which}-{imei}")}],
        "handed_over_at": text(at(day, 10)),
        "handed_over_by": stock.holder.user(3),
    }


def _lent_to_another(stock: Stock, imei: str, day: int) -> Data:
    return _lent(stock, imei, day, which="-other")


def _dropped(stock: Stock, imei: str, day: int) -> Data:
    return _lent(stock, imei, day, kind="contactless_drop")


def _confirmed(stock: Stock, imei: str, day: int) -> Data:
    return {
        "pupil": pupil(imei),
        "evidence": [{"kind": "one_time_code", "sha256": digest(f"code-{imei}")}],
        "confirmed_at": text(at(day, 11)),
        "confirmed_by": stock.holder.user(3),
    }


def _returned(stock: Stock, imei: str, day: int) -> Data:
    return {
        "condition": CONDITIONS[number_of(imei) % len(CONDITIONS)],
        "returned_at": text(at(day, 12)),
        "taken_back_by": stock.holder.user(3),
    }


def _lost(stock: Stock, imei: str, day: int) -> Data:
    return _reported(stock, "lost_at", day) | {"declaration_sha256": digest(f"lost-{imei}")}


def _stolen(stock: Stock, imei: str, day: int) -> Data:
    return _reported(stock, "stolen_at", day) | {"complaint_sha256": digest(f"stolen-{imei}")}


def _broken(stock: Stock, imei: str, day: int) -> Data:
    return _reported(stock, "broken_at", day) | {"cause": CAUSES[number_of(imei) % len(CAUSES)]}


def _repaired(stock: Stock, imei: str, day: int) -> Data:
    return _reported(stock, "repaired_at", day)


def _reported(stock: Stock, moment: str, day: int) -> Data:
    return {moment: text(at(day, 12)), "reported_by": stock.holder.user(3)}


def _swapped(stock: Stock, _imei: str, day: int) -> Data:
    return {"swapped_at": text(at(day, 13)), "swapped_by": stock.holder.user(3)}


def _scrapped(stock: Stock, imei: str, day: int) -> Data:
    return {
        "reason": SCRAPPED_FOR[number_of(imei) % len(SCRAPPED_FOR)],
        "scrapped_at": text(at(day, 13)),
        "scrapped_by": stock.holder.user(3),
    }


_LENT, _CONFIRMED = "loan.device-handed-over", "loan.handover-confirmed"
_SWAPPED = "swap.device-swapped"
_SAYS: Mapping[Step, tuple[str, Callable[[Stock, str, int], Data]]] = {
    Step.PREPARE: ("device.device-prepared", _prepared),
    Step.LEND: (_LENT, _lent),
    Step.LEND_TO_ANOTHER: (_LENT, _lent_to_another),
    Step.DROP: (_LENT, _dropped),
    Step.CONFIRM: (_CONFIRMED, _confirmed),
    Step.CONFIRM_LATE: (_CONFIRMED, _confirmed),
    Step.RETURN: ("loan.device-returned", _returned),
    Step.LOSE: ("device.device-lost", _lost),
    Step.STEAL: ("device.device-stolen", _stolen),
    Step.BREAK: ("device.device-broken", _broken),
    Step.REPAIR: ("device.device-repaired", _repaired),
    Step.SWAP: (_SWAPPED, _swapped),
    Step.SWAP_FOR_KNOWN: (_SWAPPED, _swapped),
    Step.SCRAP: ("device.device-scrapped", _scrapped),
}
"""Step → type of its event, and what it says besides device and school."""
