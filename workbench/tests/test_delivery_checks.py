"""The rules about dates and quantities hold over every story, and are breached by what they forbid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from filrouge.simulator.told import STORIES
from filrouge_chassis.testing.conversation import Said

from workbench.tests.doctors import Doctor, change, drop, more, named, put, repeat, report

RULES = {"I3", "I4"}
URGENT = "goods come before the money is engaged"
GROWS, SHRINKS = (
    "an order grows and is delivered and paid",
    "an order shrinks to what is still wanted",
)
CANCELLED = "an order is cancelled while goods are under way"
PUT_RIGHT, FAULTY = "goods are put right and reduced", "some devices are faulty"
GONE_BACK = "silence is undone and the goods go back"
UNDONE = "silence is undone for a faulty device"
STANDS = "silence stands once it is invoiced"


def _breached(said: Sequence[Said]) -> set[str]:
    return {breach.rule for breach in report(said).breaches} & RULES


@pytest.mark.parametrize("name", STORIES)
def test_every_rule_holds_over(stories: Mapping[str, Sequence[Said]], name: str) -> None:
    assert [str(b) for b in report(stories[name]).breaches if b.rule in RULES] == []


def earlier(name: str, field: str, days: int = 60, number: int = 0) -> Doctor:
    delay = timedelta(days=days)
    return change(name, lambda event: {field: getattr(event, field) - delay}, number)


def later(name: str, field: str, days: int = 60, number: int = 0) -> Doctor:
    return earlier(name, field, -days, number)


def of_device(model: str, field: str, take: Callable[[tuple[str, ...]], Any]) -> Doctor:
    return change(model, lambda event: {field: take(event.imeis)})


def certify_other_devices(said: list[Said]) -> None:
    """As many, but of another note."""
    first, second = (said[n].event for n in named(said, "reception-recorded")[:2])
    wrong = second.imeis[:1] + first.imeis[1:]  # type: ignore[attr-defined]
    put("service-certified", imeis=wrong)(said)


def admit_what_was_rejected(said: list[Said]) -> None:
    place = named(said, "rejection-recorded")[0]
    silent = said[named(said, "admission-recorded")[0]]
    said.insert(place + 1, silent)


DOCTORED: Sequence[tuple[str, str, str, Doctor]] = (
    ("I3", GROWS, "placed before it was asked for", earlier("order-placed", "placed_at")),
    ("I3", GROWS, "engaged after it was placed", later("order-placed", "committed_at")),
    ("I3", GROWS, "amended before it was placed", earlier("order-amended", "amended_at")),
    (
        "I3",
        GROWS,
        "amended before the money was engaged",
        later("commitment-accepted", "committed_at", number=1),
    ),
    ("I3", CANCELLED, "cancelled before it was placed", earlier("order-cancelled", "cancelled_at")),
    ("I3", GROWS, "flagged without need", put("order-placed", regularisation=True)),
    ("I3", URGENT, "an order not flagged", put("order-placed", regularisation=False)),
    ("I3", URGENT, "money not flagged", put("commitment-accepted", regularisation=False)),
    ("I3", URGENT, "urgent and placed later", later("order-placed", "placed_at", days=1)),
    ("I3", URGENT, "urgent and placed earlier", earlier("order-placed", "placed_at", days=1)),
    ("I3", GROWS, "shipped before it was placed", earlier("shipment-recorded", "shipped_at")),
    ("I3", GROWS, "received before it was placed", earlier("reception-recorded", "received_at")),
    ("I3", GROWS, "admitted before it came", earlier("admission-recorded", "admitted_at")),
    ("I3", CANCELLED, "rejected before it came", earlier("rejection-recorded", "rejected_at")),
    ("I3", PUT_RIGHT, "adjourned before it came", earlier("adjournment-recorded", "adjourned_at")),
    (
        "I3",
        PUT_RIGHT,
        "presented before it was adjourned",
        earlier("presentation-recorded", "presented_at", days=5),
    ),
    (
        "I3",
        PUT_RIGHT,
        "decided before it was presented",
        earlier("admission-recorded", "admitted_at", days=3),
    ),
    (
        "I3",
        GROWS,
        "certified before it was admitted",
        change("service-certified", lambda e: {"certified_at": e.received_at}),
    ),
    ("I3", GROWS, "ordered to pay too early", later("payment-ordered", "certified_at")),
    ("I3", GROWS, "paid before it was ordered", earlier("payment-recorded", "paid_at")),
    ("I4", GROWS, "a device claimed twice", repeat("serial-claimed")),
    ("I4", GROWS, "a device never claimed", drop("serial-claimed")),
    ("I4", GROWS, "a device claimed under another note", put("serial-claimed", delivery_note="X")),
    ("I4", GROWS, "received twice", repeat("reception-recorded")),
    ("I4", GROWS, "admitted and not certified", drop("service-certified")),
    ("I4", GROWS, "certified and not admitted", drop("admission-recorded")),
    ("I4", SHRINKS, "admitted twice", repeat("admission-recorded")),
    ("I4", SHRINKS, "certified twice", repeat("service-certified")),
    ("I4", SHRINKS, "devices of another note certified", certify_other_devices),
    ("I4", SHRINKS, "more admitted than received", more("admission-recorded", "quantity")),
    ("I4", PUT_RIGHT, "certified at full price", put("service-certified", reduction_cents=0)),
    (
        "I4",
        FAULTY,
        "a faulty device certified",
        change("admission-recorded", lambda e: {"faulty_imeis": ()}),
    ),
    ("I4", GROWS, "more certified than ordered", drop("order-amended")),
    ("I4", SHRINKS, "less ordered than received", put("order-amended", quantity=1)),
    ("I4", CANCELLED, "more kept than ordered", put("order-cancelled", number=-1, quantity=0)),
    ("I4", CANCELLED, "goods that never went back", drop("rejection-recorded")),
    ("I4", GROWS, "complete and nobody says so", drop("order-completed")),
    ("I4", GROWS, "complete with fewer", put("order-completed", quantity=3)),
    ("I4", GONE_BACK, "still complete", drop("order-reopened")),
    ("I4", GONE_BACK, "rejected and certified", drop("admission-undone")),
    ("I4", GONE_BACK, "rejected and admitted", admit_what_was_rejected),
    ("I4", GONE_BACK, "rejected in part", put("rejection-recorded", quantity=1)),
    ("I4", GONE_BACK, "rejected twice", repeat("rejection-recorded")),
    ("I4", GONE_BACK, "a device that stays in stock", drop("device-sent-back")),
    ("I4", UNDONE, "a faulty device that stays", drop("device-sent-back")),
    ("I4", UNDONE, "undone in part", of_device("admission-undone", "imeis", lambda all_: all_[1:])),
    ("I4", UNDONE, "a buyer's decision undone", put("admission-recorded", tacit=False)),
)


@pytest.mark.parametrize(
    ("rule", "story", "what", "doctor"),
    DOCTORED,
    ids=[f"{rule}-{what}" for rule, _, what, _ in DOCTORED],
)
def test_is_breached_by(
    stories: Mapping[str, Sequence[Said]], rule: str, story: str, what: str, doctor: Doctor
) -> None:
    said = list(stories[story])
    doctor(said)
    assert rule in _breached(said), what


def test_a_device_is_certified_under_one_note_only(stories: Mapping[str, Sequence[Said]]) -> None:
    """Another order has the very same devices, from the claim on."""
    said = list(stories[STANDS])
    renamed = {}
    for one in stories[STANDS]:
        text = one.event.to_json().decode().replace('-O"', '-O9"')
        if "imeis" in text:
            renamed[one] = type(one.event).from_json(text)
    said += [one._replace(event=event) for one, event in renamed.items()]
    sentences = [str(b) for b in report(said).breaches if "is certified twice" in str(b)]
    assert len(sentences) == 2
