"""Stories of needs: what schools declare, correct and withdraw, and what of it does not count."""

from __future__ import annotations

from filrouge.simulator.parameters import NEED_WAITING_AT_MOST
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_orders import corrects_need, withdraws_need
from filrouge.simulator.words import Word


def a_need_is_declared_twice(on: Stage) -> Days:
    """A school declares a need again, with another quantity: the first words count."""
    buy = Purchase(on)
    for quantity in (3, 4):
        yield [buy.declares_need(quantity=quantity)]
    on.expect("equipment.need-opened", need=buy.need, quantity=3)
    on.expect("equipment.need-refused", need=buy.need, word="declared", reason="already_open")


def a_need_is_counted_again_and_withdrawn(on: Stage) -> Days:
    """A school corrects its need, not below what is ordered, then withdraws it: the order stays."""
    buy = Purchase(on)
    second = buy.another("2", quantity=1)
    other = on.cast.schools[(on.number + 1) % len(on.cast.schools)]
    yield [
        buy.opens_credits(),
        buy.registers_agreement(),
        _declares_for_pupils(buy, 3),
        buy.orders(),
    ]
    elsewhere = corrects_need(buy, 5, uai=other.uai)
    stranger = on.say(other, "equipment.need-corrected", **elsewhere.data)
    yield [corrects_need(buy, 1, hour=8), corrects_need(buy, 4, hour=9), stranger]
    on.expect("equipment.need-refused", need=buy.need, reason="below_reserved")
    on.expect("equipment.need-refused", need=buy.need, reason="other_place")
    on.expect("equipment.need-correction-recorded", need=buy.need, quantity=4)
    yield [withdraws_need(buy)]
    on.expect("equipment.need-withdrawal-recorded", need=buy.need)
    yield [withdraws_need(buy), corrects_need(buy, 5), second.orders()]
    for word in ("corrected", "withdrawn"):
        on.expect("equipment.need-refused", word=word, reason="already_withdrawn")
    on.expect("reservation.reservation-refused", order=second.order, reason="withdrawn")
    on.expect("equipment.order-refused", order=second.order, reason="need_refused")
    yield from buy.received()
    yield from buy.admitted()
    on.expect("equipment.order-completed", order=buy.order, quantity=2)


def a_need_is_corrected_before_it_is_declared(on: Stage) -> Days:
    """The correction waits for the declaration; under one moment only one waits."""
    buy = Purchase(on)
    moment = on.time(8)
    yield [corrects_need(buy, 4)]
    yield [corrects_need(buy, 5, corrected_at=moment)]
    on.expect("equipment.need-refused", need=buy.need, reason="already_waiting")
    yield [buy.declares_need(quantity=2)]
    on.expect("equipment.need-correction-recorded", need=buy.need, quantity=4)


def nobody_declares_a_need_that_many_speak_of(on: Stage) -> Days:
    """So much waits for it that the next correction and an order are refused, then all the others."""
    buy = Purchase(on)
    yield [
        buy.opens_credits(),
        buy.registers_agreement(),
        *(corrects_need(buy, 2, hour=hour) for hour in range(NEED_WAITING_AT_MOST)),
    ]
    yield [corrects_need(buy, 2), buy.orders()]
    on.expect("equipment.need-refused", need=buy.need, reason="too_many_waiting")
    on.expect(
        "reservation.reservation-refused", target=f"need:{buy.need}", reason="too_many_waiting"
    )
    on.expect("equipment.order-refused", order=buy.order, reason="need_refused")
    on.expect("equipment.need-refused", NEED_WAITING_AT_MOST, reason="unknown_in_time")


def _declares_for_pupils(buy: Purchase, quantity: int) -> Word:
    """The newer words, which say how many pupils lack what."""
    return buy.declares_need(
        "equipment.need-declared.v2",
        quantity=quantity,
        pupils_without_device=quantity,
        pupils_without_connection=1,
    )


STORIES = (
    a_need_is_declared_twice,
    a_need_is_counted_again_and_withdrawn,
    a_need_is_corrected_before_it_is_declared,
    nobody_declares_a_need_that_many_speak_of,
)
