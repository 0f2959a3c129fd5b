"""One trace from a partner's word to the payment, through all services, as a collector gets it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import get_args

import pytest
from aiokafka import AIOKafkaProducer
from filrouge.operator import NewPartner, Operator
from filrouge.quiet import Quiet
from filrouge.reexecution import reexecute_everything
from filrouge.stack import Stack
from filrouge.supervisor import supervised
from filrouge.testing.emptied import empty
from filrouge.testing.held import in_memory
from filrouge.topics import ensure_topics
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.testing.collector import Collector, TakenSpan, collecting
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.partners import partner_record
from filrouge_chassis.testing.scenario import START
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.control import PartnerKind
from filrouge_contracts.delivery import GoodsReceived, ShipmentAnnounced
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, GATEWAY, ORDERS, SERVICES
from filrouge_contracts.equipment import NeedDeclared, OrderRequested
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import VERDICTS
from filrouge_contracts.verification import GoodsAdmitted

pytestmark = pytest.mark.stack
LANES = 2
PARTNERS: tuple[PartnerKind, ...] = get_args(PartnerKind)
TRACE, PARTNERS_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
WAITING_FOR_THE_ORDER: Sequence[type[Event]] = (
    CreditsOpened,
    AgreementRegistered,
    NeedDeclared,
    ShipmentAnnounced,
    GoodsReceived,
    GoodsAdmitted,
    InvoiceSubmitted,
    PaymentMade,
)

EDGES = {
    (GATEWAY, "OrderRequested", ORDERS),
    (ORDERS, "CommitmentRequested", BUDGET_ACCOUNTING),
    (BUDGET_ACCOUNTING, "CommitmentAccepted", ORDERS),
    (ORDERS, "OrderPlaced", DELIVERIES),
    (ORDERS, "OrderPlaced", BUDGET_ACCOUNTING),
    (DELIVERIES, "ServiceCertified", BUDGET_ACCOUNTING),
    (DELIVERIES, "DeliveryCompleted", ORDERS),
}


def word(model: type[Event], traceparent: str | None = None) -> RawRecord:
    """The example, said by a partner that may say it."""
    partner = REGISTER.by_model[model].said_by[0]
    trace = None if traceparent is None else traceparent.encode()
    return partner_record(
        partner, example(model), model.__name__, headers={"ce_traceparent": trace}
    )


async def say(stack: Stack, quiet: Quiet, *words: RawRecord) -> None:
    async with AIOKafkaProducer(**client_options(stack.kafka), acks="all") as producer:
        for said in words:
            await producer.send_and_wait(
                said.topic, said.value, partition=0, headers=list(said.headers)
            )
    await quiet.wait(START)


@contextmanager
def services(stack: Stack, ratio: float) -> Iterator[Collector]:
    """All services, telling their traces; all that they told is there after the block."""
    with collecting() as collector:
        environment = {
            "FILROUGE_TRACE_COLLECTOR": collector.address,
            "FILROUGE_TRACE_RATIO": str(ratio),
        }
        with supervised(stack, LANES, environment) as supervisor:
            supervisor.start_all()
            yield collector


async def prepared(stack: Stack) -> None:
    await empty(stack)
    await ensure_topics(stack.kafka, all_topics(LANES, SERVICES, ()))
    async with Operator(stack.kafka, LANES) as operator:
        await operator.register([NewPartner(kind, kind) for kind in PARTNERS], START)
        await operator.tick(START)


async def events_of(stack: Stack, trace: str) -> dict[str, str]:
    """What Kafka holds of a trace: span → its name."""
    places = [Partition(name, n) for name in REGISTER.fact_topics for n in range(LANES)]
    places += [Partition(VERDICTS.format(partner=kind), 0) for kind in PARTNERS]
    log, found = KafkaLog(stack.kafka, "tests"), dict[str, str]()
    for place, (first, end) in (await log.bounds(places)).items():
        async for chunk in log.read(place, first, end):
            for record in chunk:
                headers = dict(record.headers)
                _, of, span, _ = headers["ce_traceparent"].decode().split("-")
                if of == trace:
                    model = REGISTER.by_type[headers["ce_type"].decode()].model
                    found[span] = f"send {model.__name__}"
    return found


async def test_one_trace_from_the_order_to_the_payment_is_the_tree_of_its_events(
    stack: Stack,
) -> None:
    """All others have spoken before, without a trace; so everything follows from the order."""
    await prepared(stack)
    with services(stack, ratio=0) as collector:
        async with Quiet(stack.kafka, stack.postgres, LANES, PARTNERS) as quiet:
            await say(stack, quiet, *(word(model) for model in WAITING_FOR_THE_ORDER))
            await say(stack, quiet, word(OrderRequested, f"00-{TRACE}-{PARTNERS_SPAN}-01"))
    told = collector.spans()
    spans = {span.span: span for span in told}
    assert len(spans) == len(told)
    ours = {name: span for name, span in spans.items() if span.trace == TRACE}
    sent = {name: span for name, span in ours.items() if span.name.startswith("send ")}
    events = await events_of(stack, TRACE)
    assert {name: span.name for name, span in sent.items()} == events
    assert "send PaymentRecorded" in events.values()
    assert {edge for edge in edges(ours) if edge[0] != edge[2]} == EDGES
    (first,) = [span for span in ours.values() if span.parent not in ours]
    assert (first.service, first.name, first.parent) == (GATEWAY, "decide Saying", PARTNERS_SPAN)
    check_shape(ours)
    check_batches(spans, ours)
    again = await reexecute_everything((await in_memory(stack.kafka)).log, LANES)
    assert again.differences == []


def edges(spans: Mapping[str, TakenSpan]) -> Iterator[tuple[str, str, str]]:
    """Who said what to whom."""
    for span in spans.values():
        if span.name.startswith("decide ") and span.parent in spans:
            sent = spans[span.parent]
            yield sent.service, sent.name.removeprefix("send "), span.service


def check_shape(ours: Mapping[str, TakenSpan]) -> None:
    """A decision is of what its parent sent, and sends as many events as it says, all itself."""
    children: defaultdict[str, list[TakenSpan]] = defaultdict(list)
    for span in ours.values():
        children[span.parent].append(span)
    for name, span in ours.items():
        what, _, event = span.name.partition(" ")
        if what == "send":
            assert {child.name for child in children[name]} <= {f"decide {event}"}
        else:
            said = span.attributes["filrouge.events_said"]
            assert [child.service for child in children[name]] == [span.service] * int(said)


def check_batches(spans: Mapping[str, TakenSpan], ours: Mapping[str, TakenSpan]) -> None:
    """Every decision and its batch are linked both ways, and no other batch is told of."""
    batches = {name: span for name, span in spans.items() if span.name == "batch"}
    linked = {(batch, decision) for batch, span in batches.items() for decision in span.links}
    assert linked == {(batch, name) for name, span in ours.items() for batch in span.links}
    assert {decision for _, decision in linked} == {
        name for name, span in ours.items() if span.name.startswith("decide ")
    }
    assert {batch for batch, _ in linked} == batches.keys()
    assert len(spans) == len(ours) + 5 * len(batches)
    phases = Counter((spans[s.parent].name, s.name) for s in spans.values() if s.parent in batches)
    assert phases == {
        ("batch", phase): len(batches) for phase in ("read", "fold", "commit", "publish")
    }
