"""Stories of devices and loans: what happens to them rarely, and what is said of them in vain."""

from __future__ import annotations

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_loans import InHand, idle, together

PREPARED, LENT = "device.device-prepared", "loan.device-handed-over"
CONFIRMED, SWAPPED = "loan.handover-confirmed", "swap.device-swapped"
WAITING_AT_MOST = 10


def a_tablet_is_stolen_and_found(on: Stage) -> Days:
    """Stolen from a pupil, it is nobody's to lend; found again, it is lent to another."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    yield from hand.lent(0, pupil=1)
    yield [hand.reports_theft(0)]
    yield [hand.hands_over(0, pupil=2)]
    hand.expect_refused(0, LENT, "not_in_this_state")
    yield [hand.takes_back(0)]
    yield from hand.lent(0, pupil=2)
    hand.expect_moved(0, "in_stock", "stolen", "in_stock")
    for place, pupil in (("stolen", hand.pupil(1)), ("on_loan", hand.pupil(2))):
        on.expect("device.device-moved", imei=on.imei(0), moved_to=place, pupil=pupil)


def nobody_confirms_a_drop(on: Stage) -> Days:
    """One family confirms what was left at its door; of the other drop nobody hears, and it is named."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    dropped = [hand.lent(device, pupil=device, kind="contactless_drop") for device in (0, 1)]
    yield from together(*dropped)
    yield [hand.confirms(0, pupil=1)]
    yield [hand.confirms(0, pupil=0)]
    hand.expect_refused(0, CONFIRMED, "other_pupil")
    hand.expect_moved(0, "on_loan")
    yield from idle(6)
    on.expect("loan.handover-unconfirmed", imei=on.imei(1), pupil=hand.pupil(1))
    on.expect("loan.handover-unconfirmed", times=0, imei=on.imei(0))
    yield [hand.loses(1)]
    hand.expect_moved(1, "lost")


def a_swap_for_a_device_that_was_received_before(on: Stage) -> Days:
    """The supplier's new serial is known: the old one stays, until a new one comes that is new."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    yield [hand.swaps(0, new=1)]
    on.expect("swap.swap-refused", imei=on.imei(0), new_imei=on.imei(1))
    hand.expect_refused(0, SWAPPED, "replacement_known")
    yield [hand.swaps(0, new=2)]
    on.expect("swap.swap-accepted", imei=on.imei(0), new_imei=on.imei(2))
    yield [hand.swaps(1, new=2)]
    on.expect("swap.swap-refused", imei=on.imei(1), new_imei=on.imei(2))
    hand.expect_refused(1, SWAPPED, "replacement_known")
    hand.expect_moved(0, "in_stock", "returned_to_supplier")
    yield from hand.lent(2)
    on.expect("device.device-moved", imei=on.imei(0), replaced_by=on.imei(2))
    on.expect("device.device-moved", imei=on.imei(2), replaces=on.imei(0), moved_to="in_stock")


def a_tablet_breaks_twice(on: Stage) -> Days:
    """Repaired once, the second time beyond repair: it is scrapped, and never lent again."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    yield from hand.lent(0)
    for word in (hand.breaks, hand.repairs, hand.breaks, hand.scraps, hand.prepares):
        yield [word(0)]
    hand.expect_moved(0, "in_stock", "in_repair", "in_stock", "in_repair", "scrapped")
    hand.expect_refused(0, PREPARED, "not_in_this_state")


def a_loan_before_the_admission(on: Stage) -> Days:
    """The school is quicker than the buyer: what it says waits, and happens when the goods are admitted."""
    buy = Purchase(on)
    yield from buy.placed()
    yield from buy.received()
    hand = InHand(on, buy.school, buy.item)
    yield [hand.hands_over(0, hour=13), hand.prepares(0, hour=12)]
    yield from buy.admitted()
    hand.expect_moved(0, "in_stock", "prepared", "on_loan")


def words_that_wait_for_an_admission_in_vain(on: Stage) -> Days:
    """The goods are rejected: what the school said of them is refused in the end, or at once if too much."""
    buy = Purchase(on)
    yield from buy.placed()
    yield from buy.received()
    hand = InHand(on, buy.school, buy.item)
    yield [buy.rejects()]
    yield [hand.prepares(0, hour=hour) for hour in range(WAITING_AT_MOST)]
    yield [hand.loses(0), hand.prepares(1), hand.prepares(1)]
    hand.expect_refused(0, "device.device-lost", "too_many_waiting")
    hand.expect_refused(0, PREPARED, "not_accepted", times=WAITING_AT_MOST)
    hand.expect_refused(1, PREPARED, "already_waiting")
    hand.expect_refused(1, PREPARED, "not_accepted")


def words_that_do_not_fit_a_device(on: Stage) -> Days:
    """Another school speaks of the device, the dates contradict each other, and nobody received a third."""
    buy = Purchase(on)
    yield from buy.in_stock()
    hand = InHand(on, buy.school, buy.item)
    other = InHand(on, next(s for s in on.cast.schools if s != buy.school), buy.item)
    early = on.time(9, days=-5)
    yield [other.prepares(0), hand.prepares(1, prepared_at=early), hand.prepares(2)]
    other.expect_refused(0, PREPARED, "other_site")
    hand.expect_refused(1, PREPARED, "dates_out_of_order")
    hand.expect_refused(2, PREPARED, "unknown_device")
    hand.expect_moved(0, "in_stock")
    hand.expect_moved(1, "in_stock")


STORIES = (
    a_tablet_is_stolen_and_found,
    nobody_confirms_a_drop,
    a_swap_for_a_device_that_was_received_before,
    a_tablet_breaks_twice,
    a_loan_before_the_admission,
    words_that_wait_for_an_admission_in_vain,
    words_that_do_not_fit_a_device,
)
