"""What events name besides each other: the order, the need, the device, the invoice, the payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filrouge.audit.told import Told

STAGES = (
    "need",
    "order",
    "commitment",
    "delivery note",
    "admission",
    "certification",
    "payment",
    "handover",
)
"""The way of the money and of the goods, as columns."""
ELSEWHERE = "elsewhere"
_OF_TYPE = {
    "equipment.need": "need",
    "equipment.order": "order",
    "engagement.service": "certification",
    "budget.commitment": "commitment",
    "budget.credits": ELSEWHERE,
}
_OF_DOMAIN = {
    "reservation": "order",
    "amendment": "order",
    "programme": "order",
    "engagement": "commitment",
    "delivery": "delivery note",
    "verification": "admission",
    "certification": "certification",
    "invoicing": "payment",
    "payment": "payment",
    "cash": "payment",
    "advance": "payment",
    "correction": "payment",
    "device": "handover",
    "loan": "handover",
    "swap": "handover",
}
NAMES = ("order", "programme", "need", "delivery_note", "certificate", "invoice", "payment")
"""Fields by which a person asks for a thread, besides the engagement and the device."""
DEVICES = ("imei", "new_imei", "replaces", "replaced_by")


def stage_of(told: Told) -> str:
    """Which column an event belongs to."""
    if not told.ours:
        return ELSEWHERE
    _, _, domain, name, *_ = [*told.type.split("."), "", "", ""]
    return _OF_TYPE.get(f"{domain}.{name.partition('-')[0]}") or _OF_DOMAIN.get(domain, ELSEWHERE)


def engagement_of(data: Mapping[str, Any]) -> str | None:
    """`order:O-1` or `programme:P-1`; None for an event about neither."""
    if isinstance(data.get("engagement"), str):
        return str(data["engagement"])
    for kind in ("order", "programme"):
        if isinstance(data.get(kind), str):
            return f"{kind}:{data[kind]}"
    return None


def devices_of(data: Mapping[str, Any]) -> set[str]:
    """The devices that the event is about; those in the list of a delivery note have events of their own."""
    return {data[name] for name in DEVICES if isinstance(data.get(name), str)}


def devices_won(told: Told, data: Mapping[str, Any]) -> set[str]:
    """Devices that became an order's: one that is received a second time stays with its first order."""
    field = {"SerialClaimed": "imei", "SwapAccepted": "new_imei"}.get(told.name)
    return set() if field is None else {data[field]}


def names(told: Told, data: Mapping[str, Any], what: str) -> bool:
    """Whether the event is, or is about, what somebody asks for."""
    return (
        what in (told.id, str(told.place))
        or any(data.get(name) == what for name in (*NAMES, *DEVICES))
        or data.get("engagement") in (what, f"order:{what}", f"programme:{what}")
    )
