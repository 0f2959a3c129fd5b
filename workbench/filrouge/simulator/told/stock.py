"""Stories of stocks: counts that differ, who explains them, and what explains nothing."""

from __future__ import annotations

from dataclasses import dataclass

from filrouge.simulator.cast import Receiver
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_loans import InHand, idle, together

COUNTED, EXPLAINED = "stock.stock-counted", "stock.stock-adjusted"


def a_count_that_nobody_explains(on: Stage) -> Days:
    """One device is missing: after a week that is named, and explained later all the same."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    yield [hand.counts(1)]
    on.expect("stock.stock-count-recorded", item=buy.item, difference=-1)
    yield from idle(7)
    on.expect("stock.stock-difference-unexplained", item=buy.item, difference=-1)
    yield [hand.explains(0)]
    hand.expect_moved(0, "in_stock", "lost")
    on.expect("stock.stock-moved", item=buy.item, imei=on.imei(0), adjusted=True, unexplained=0)


def a_device_is_found_by_a_count(on: Stage) -> Days:
    """Only somebody else than who counted, no earlier than the count and for no more, explains it."""
    buy = Purchase(on, quantity=3)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    yield [hand.loses(0), hand.loses(1)]
    yield [hand.counts(2)]
    on.expect("stock.stock-count-recorded", item=buy.item, expected=1, difference=1)
    yield [
        hand.explains(0, direction="found", adjusted_by=hand.school.user(4)),
        hand.explains(0, direction="found", adjusted_at=on.time(9, days=-1)),
        hand.explains(0, 1, direction="found"),
        hand.explains(2),
    ]
    reasons = (
        "same_person",
        "dates_out_of_order",
        "more_than_the_difference",
        "nothing_to_explain",
    )
    for reason in reasons:
        _expect_refused(hand, EXPLAINED, reason)
    yield [hand.explains(0, direction="found")]
    on.expect("stock.stock-adjustment-recorded", item=buy.item, direction="found")
    hand.expect_moved(0, "in_stock", "lost", "in_stock")


def counts_that_do_not_count(on: Stage) -> Days:
    """Before the last move, before the last count; and of stocks that nobody has ever had."""
    buy, nothing = Purchase(on, quantity=1), InHand(on, Purchase(on).school, on.ref("NOTHING"))
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    received_at = on.time(0, days=-2)
    yield [
        hand.counts(1, counted_at=received_at),
        hand.explains(0),
        *(nothing.counts(1, hour=5 + number) for number in range(10)),
    ]
    _expect_refused(hand, COUNTED, "moved_since")
    yield [nothing.counts(1, hour=5, counted_at=on.time(5, days=-1)), nothing.counts(1)]
    _expect_refused(nothing, COUNTED, "already_waiting")
    _expect_refused(nothing, COUNTED, "too_many_waiting")
    yield from idle(3)
    _expect_refused(nothing, COUNTED, "unknown_stock", times=10)
    _expect_refused(hand, EXPLAINED, "not_counted")
    yield [hand.counts(1)]
    yield [hand.counts(1, counted_at=on.time(9, days=-1))]
    _expect_refused(hand, COUNTED, "dates_out_of_order")
    on.expect("stock.stock-count-recorded", item=buy.item, difference=0)


@dataclass(frozen=True)
class Elsewhere(Purchase):
    """The same, for the school next door."""

    @property
    def school(self) -> Receiver:
        usual = super().school
        return next(school for school in self.on.cast.schools if school != usual)


def devices_that_explain_nothing(on: Stage) -> Days:
    """Five devices are counted as none; of all that are named, none can be missing here."""
    buy = Purchase(on, quantity=6)
    keys = Purchase(on, name="2", quantity=1)
    there = Elsewhere(on, name="3", quantity=1, item=buy.item)
    back = Purchase(on, name="4", quantity=2)
    purchases = (buy, keys, there, back)
    yield from together(*(purchase.placed() for purchase in purchases))
    yield from together(*(p.received(first=10 * n) for n, p in enumerate(purchases)))
    yield from together(*(p.admitted() for p in (buy, keys, there)), iter([[back.rejects()]]))
    hand = InHand(on, buy.school, buy.item)
    yield from hand.lent(5)
    yield [hand.counts(0), *(hand.prepares(31, hour=number) for number in range(10))]
    before = on.time(10)
    yield [hand.prepares(0, hour=12), hand.explains(5, 10, 20)]
    for device, reason in ((5, "not_in_this_state"), (10, "other_item"), (20, "other_site")):
        _expect_failed(hand, device, reason)
    yield [hand.explains(0, adjusted_at=before), hand.explains(99), hand.explains(30, 31)]
    _expect_failed(hand, 0, "dates_out_of_order")
    _expect_failed(hand, 99, "unknown_device")
    _expect_failed(hand, 31, "too_many_waiting")
    yield [hand.explains(30, adjusted_at=on.time(16, days=-1))]
    _expect_failed(hand, 30, "already_waiting")
    _expect_failed(hand, 30, "not_accepted")
    hand.expect_refused(31, "device.device-prepared", "not_accepted", times=10)
    on.expect("stock.stock-difference-unexplained", item=buy.item, difference=-5)


def _expect_refused(hand: InHand, said: str, reason: str, times: int = 1) -> None:
    hand.on.expect(
        "stock.stock-refused",
        times=times,
        item=hand.item,
        said_type=f"fr.filrouge.{said}.v1",
        reason=reason,
    )


def _expect_failed(hand: InHand, device: int, reason: str) -> None:
    """The device refuses, and the stock says that it still has something to explain."""
    imei = hand.on.imei(device)
    for name in ("stock.adjustment-refused", "stock.adjustment-failed"):
        hand.on.expect(name, item=hand.item, imei=imei, reason=reason)


STORIES = (
    a_count_that_nobody_explains,
    a_device_is_found_by_a_count,
    counts_that_do_not_count,
    devices_that_explain_nothing,
)
