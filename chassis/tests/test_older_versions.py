"""Rules know the newest version only, whichever is on the topic, in a state or in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from filrouge_chassis.decider import Context, Decider, Rule, unchanged
from filrouge_chassis.errors import Malformed
from filrouge_chassis.facts import Fact
from filrouge_chassis.rebuild import rebuild
from filrouge_chassis.replay import Replayed, reexecute
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_chassis.waiting import Holder, Waiting, held, hold, waiting_of, waits, without
from filrouge_contracts.equipment import NeedDeclared, NeedDeclaredV2, NeedOpened
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER, OlderVersion
from msgspec.structs import replace

OLD, NEW = NeedDeclared.event_type, NeedDeclaredV2.event_type
SAID = example(NeedDeclared)
READ = NeedDeclaredV2.of_v1(SAID)


class Need(msgspec.Struct, frozen=True):
    """A need, which opens with the pupils that lack a device."""

    pupils: int = 0


def open_need(_need: Need, event: NeedDeclaredV2, _context: Context) -> Iterator[Event]:
    if event.pupils_without_device == toy.POISON:
        raise toy.Poisoned(event.need)
    yield example(NeedOpened, need=event.need, quantity=event.pupils_without_device)


def opened(need: Need, event: NeedOpened) -> Need:
    return Need(need.pupils + event.quantity)


NEEDS = Decider(
    service="equipment_orders",
    states={"need": Need},
    rules={("need", NeedDeclaredV2): open_need},
    evolutions={("need", NeedOpened): opened},
)


def need(number: int, quantity: int = 5) -> NeedDeclared:
    return example(NeedDeclared, need=f"N-{number}", quantity=quantity)


def read(lane: Stepwise, said: Event, type_name: str = "") -> Fact:
    (record,) = lane.hear(said)
    headers = dict(record.headers)
    headers["ce_type"] = (type_name or said.event_type).encode()
    fact = lane.reader.read(replace(record, headers=tuple(headers.items())))
    assert isinstance(fact, Fact)
    return fact


@pytest.mark.parametrize("said", [SAID, READ])
def test_a_rule_gets_the_newest_version_of_what_was_said(said: Event) -> None:
    fact = read(Stepwise(NEEDS), said)
    assert fact.key == "need:N-075-0001"
    assert fact.event() == READ


def test_a_version_that_nobody_can_read_as_the_newest_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"v3: this release hears another version"):
        read(Stepwise(NEEDS), READ, "fr.filrouge.equipment.need-declared.v3").event()


def test_an_older_version_that_breaks_its_own_contract_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"^NeedDeclared\.quantity: "):
        read(Stepwise(NEEDS), SAID.model_copy(update={"quantity": 0})).event()


def test_an_upcaster_that_raises_costs_one_record_and_not_the_lane(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hasty(_said: Event) -> Event:
        raise ZeroDivisionError("no pupils")

    monkeypatch.setitem(REGISTER.readers, OLD, OlderVersion(NeedDeclared, (hasty,)))
    lane = Stepwise(NEEDS)
    decided = lane.keep(lane.batch(*lane.hear(need(1), READ)))
    (parked,) = parked_in(decided)
    assert parked.reason == "NeedDeclared: reading it raised ZeroDivisionError: no pupils"
    assert lane.states == {"need:N-075-0001": Need(30)}


def test_a_rule_for_what_is_read_as_its_successor_is_refused() -> None:
    rules: dict[tuple[str, type[Any]], Rule] = {("need", NeedDeclared): open_need}
    with pytest.raises(ValueError, match="rule for NeedDeclared, which is read as its successor"):
        dataclasses.replace(NEEDS, rules=rules)


def test_what_a_service_said_in_an_older_version_counts_as_the_newest() -> None:
    def counted(_need: Need, event: NeedDeclaredV2) -> Need:
        return Need(event.pupils_without_device)

    gateway = Decider("partner_gateway", {"said": Need}, {}, {("said", NeedDeclaredV2): counted})
    assert gateway.evolve("said", Need(), SAID) == Need(30)
    rows: dict[tuple[str, type[Event]], Any] = {("said", NeedDeclared): unchanged}
    still = dataclasses.replace(gateway, evolutions={**gateway.evolutions, **rows})
    assert still.evolve("said", Need(7), SAID) == Need(7)
    assert still.evolve("said", Need(7), READ) == Need(30)


async def test_the_past_is_folded_and_decided_again_alike_whichever_version_was_said() -> None:
    lane = Stepwise(NEEDS)
    await lane.open()
    for said in ([need(1), need(2)], [REGISTER.newest(need(3)), need(1)], [need(2)]):
        lane.hear(*said)
        lane.publish(await lane.commit(lane.batch(*lane.unread())))
    assert lane.states == {"need:N-1": Need(10), "need:N-2": Need(10), "need:N-3": Need(5)}
    assert (await rebuild(lane.past, lane.journal())).states == lane.states
    replayed = [Replayed(), *[part async for part in reexecute(lane.past)]][-1]
    assert (replayed.batches, replayed.first_difference) == (3, None)


def test_an_older_version_that_was_parked_is_read_as_the_newest_when_it_comes_again() -> None:
    lane = Stepwise(NEEDS)
    (failed,) = parked_in(lane.keep(lane.batch(*lane.hear(need(1, toy.POISON)))))
    lane.decider = dataclasses.replace(NEEDS, rules={("need", NeedDeclaredV2): _open_any})
    lane.keep(lane.batch(*lane.redrive(failed)))
    assert lane.states == {"need:N-1": Need(toy.POISON)}
    assert lane.committed.closed == {}


def _open_any(_need: Need, event: NeedDeclaredV2, _context: Context) -> Iterator[Event]:
    yield example(NeedOpened, need=event.need, quantity=event.pupils_without_device)


def test_what_began_to_wait_in_an_older_version_is_found_as_the_newest() -> None:
    due_at = toy.START + timedelta(days=3)
    kept = (Waiting.of(SAID, "N-1", due_at), Waiting.of(READ, "N-2", due_at))
    assert waiting_of(kept, NeedDeclaredV2) == [READ, READ]
    assert waits(kept, NeedDeclaredV2, "N-1")
    assert without(kept, NeedDeclaredV2, "N-1") == kept[1:]
    context = Context(now=toy.START, key="need:N-1")
    for said in (SAID, READ):
        again = held(Holder(kept), hold(context, said, "N-2", due_at))
        assert again.waiting == (kept[0], Waiting.of(said, "N-2", due_at))


@pytest.mark.parametrize("said", [SAID, READ])
def test_the_testing_tools_read_as_the_lanes_do(said: Event) -> None:
    wanted = example(NeedOpened, quantity=30)
    Scenario(NEEDS).when(said).then(wanted)
    talk = Conversation(NEEDS)
    talk.say(said)
    talk.settle()
    assert talk.of(NeedOpened) == [wanted]
