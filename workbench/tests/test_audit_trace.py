"""A thread holds all that belongs together, from whatever end it is asked for, and nothing of others."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from filrouge.audit.references import STAGES, stage_of
from filrouge.audit.told import Told
from filrouge.audit.trace import Thread, trace
from filrouge.stream import Source
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.delivery import ReceptionRecorded
from filrouge_contracts.loan import DeviceHandedOver
from filrouge_contracts.payment import PaymentRecorded

from workbench.tests.audited import Auditor, all_told

SVG = "{http://www.w3.org/2000/svg}"


async def a_paid_order(source: Source) -> tuple[str, Told]:
    """Its reference, and the record of its first payment of an invoice, for devices that pupils have."""
    handed_over = {one.data["imei"] for one in await all_told(source, DeviceHandedOver)}
    received = {
        one.data["order"]
        for one in await all_told(source, ReceptionRecorded)
        if handed_over & set(one.data["imeis"])
    }
    payments = await all_told(source, PaymentRecorded)
    return next(
        (order, one)
        for one in payments
        for order in (one.data["engagement"].removeprefix("order:"),)
        if order in received and one.data["purpose"] == "invoice"
    )


def places(thread: Thread) -> set[str]:
    return {str(one.place) for one in thread.events}


async def test_a_payment_and_its_order_have_one_thread_from_the_need_to_the_pupil(
    source: Source,
) -> None:
    order, payment = await a_paid_order(source)
    thread = await trace(source, payment.data["payment"])
    assert places(thread) == places(await trace(source, order))
    assert set(STAGES) <= {stage_of(one) for one in thread.events}
    named = {one.name for one in thread.events}
    assert {
        "NeedOpened",
        *("OrderRequested", "CommitmentAccepted", "OrderPlaced", "ShipmentAnnounced"),
        *("GoodsReceived", "GoodsAdmitted", "ServiceCertified", "InvoiceMatched"),
        *("PaymentOrdered", "PaymentMade", "PaymentRecorded", "DeviceHandedOver"),
    } <= named
    others = {one.data["order"] for one in thread.events if "order" in one.data} - {order}
    assert others == set()


async def test_every_cause_stands_before_its_effect_back_to_who_spoke_first(source: Source) -> None:
    order, _ = await a_paid_order(source)
    thread = await trace(source, order)
    numbers = thread.causes()
    for number, one in enumerate(thread.events, 1):
        if one.cause is not None:
            assert numbers[one.cause] < number, one
    spoke = {one.partner.partition("-")[0] for one in thread.events if not one.ours}
    assert {"school", "buyer", "supplier", "accountant"} <= spoke


async def test_of_a_device_the_other_devices_of_its_order_are_left_out(source: Source) -> None:
    given = (await all_told(source, DeviceHandedOver))[0]
    imei = given.data["imei"]
    thread = await trace(source, imei)
    causes = {one.cause for one in thread.events}
    for one in thread.events:
        if one.ours and one.place not in causes:
            assert one.data.get("imei", imei) == imei
    assert given.place in {one.place for one in thread.events}
    assert "PaymentRecorded" in {one.name for one in thread.events}


async def test_an_event_that_is_about_no_order_has_its_causes_and_effects(source: Source) -> None:
    opened = (await all_told(source, CreditsOpened))[0]
    by_id, by_place = await trace(source, opened.id), await trace(source, str(opened.place))
    assert places(by_id) == places(by_place)
    assert by_id.events[0].partner == "ministry"
    assert {"CreditsOpened", "CreditsRecorded"} <= {one.name for one in by_id.events}


async def test_the_command_prints_a_line_per_event_json_and_a_picture(
    source: Source, auditor: Auditor, tmp_path: Path
) -> None:
    order, _ = await a_paid_order(source)
    thread = await trace(source, order)
    assert (await auditor.run("trace", order)).splitlines() == list(thread.lines())
    said = json.loads(await auditor.run("trace", order, "--json", "--svg", str(tmp_path / "x.svg")))
    assert said == thread.as_json()
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    texts = [node.text or "" for node in root.iter(f"{SVG}text")]
    assert set(STAGES) <= set(texts)
    assert any(text.endswith("PaymentRecorded") for text in texts)
    assert len(list(root.iter(f"{SVG}path"))) > len(STAGES)


async def test_what_was_never_said_is_refused_in_a_sentence(auditor: Auditor) -> None:
    assert "nothing that is recorded is called 'O-NOBODY'" in await auditor.refuses(
        "trace", "O-NOBODY"
    )
