"""Any words of any partners, in any order, while the clock moves: the books balance all the same."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import hypothesis.strategies as st
from budget_accounting.engagement_state import Step as DebtStep
from equipment_orders.state import Step
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.advance import AdvanceRequested
from filrouge_contracts.budget import (
    CreditsOpened,
    CreditsWithdrawn,
)
from filrouge_contracts.correction import (
    CreditNoteSubmitted,
    PenaltyDecided,
    RepaymentOrdered,
    RepaymentReceived,
)
from filrouge_contracts.delegation import CreditsDelegated
from filrouge_contracts.delivery import GoodsLostInTransit, GoodsReceived, ShipmentAnnounced
from filrouge_contracts.entry import BUDGET_ACCOUNTING, ORDERS
from filrouge_contracts.equipment import (
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.payment import (
    PaymentMade,
    PaymentRefused,
    PaymentRejected,
    PaymentResubmitted,
)
from filrouge_contracts.verification import (
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsRejected,
)
from hypothesis import given, settings

from tests.threads.thread import SEEDS, WORDS, WORTH_CENTS, Thread, invoice


@settings(max_examples=100, deadline=None)
@given(chance=SEEDS, data=st.data())
def test_whatever_partners_say_and_whenever_the_clock_moves_the_books_balance(
    chance: Random, data: st.DataObject
) -> None:
    """Words are left out, said twice, changed, and said in any order while days pass."""
    thread = Thread(chance)
    words: list[Event | None] = [word for word in _two_threads() if chance.random() < 0.9]
    for extra in data.draw(st.lists(_WORDS, max_size=15), label="out of turn"):
        words.insert(chance.randrange(len(words) + 1), extra)
    for word in words:
        if word is None:
            moved = thread.talk.context.now + timedelta(hours=chance.randrange(1, 60))
            thread.talk.tick(moved, settled=chance.random() < 0.5)
        else:
            thread.say(word)
            for _ in range(chance.randrange(5)):
                if thread.talk.under_way:
                    thread.talk.step()
    thread.run()
    thread.check()
    orders = thread.talk.states(ORDERS, "order").values()
    final = {Step.REFUSED, Step.PLACED, Step.COMPLETED}
    assert {order.step for order in orders} <= final
    for state in thread.talk.states(BUDGET_ACCOUNTING, "order").values():
        assert DebtStep.ASKED not in {payable.step for payable in state.payables.values()}
    assert len(thread.talk.of(PaymentRefused)) <= len(thread.talk.of(PaymentMade))


def _two_threads() -> list[Event]:
    """All that partners say of two orders, in the order in which it would be said."""
    second = {
        OrderRequested: example(OrderRequested, order="O-2"),
        ShipmentAnnounced: example(ShipmentAnnounced, order="O-2"),
        GoodsReceived: example(GoodsReceived, order="O-2", imeis=(imei(1), imei(2))),
        GoodsAdmitted: example(GoodsAdmitted, order="O-2"),
        InvoiceSubmitted: example(InvoiceSubmitted, engagement="order:O-2", invoice="F-2"),
        PaymentMade: example(PaymentMade, engagement="order:O-2", invoice="F-2", payment="V-2"),
    }
    return [word for m in WORDS for word in (example(m), second.get(m)) if word is not None]


_ORDER = st.sampled_from(["O-075-0001", "O-2", "O-3"])
_NOTE = st.sampled_from(["BL-0001", "BL-0002"])
_INVOICE = st.sampled_from(["F-2020-0042", "F-2"])
_DEVICES = st.lists(st.integers(0, 5).map(imei), min_size=1, max_size=3, unique=True).map(tuple)
_MONEY: tuple[type[Event], ...] = (
    AdvanceRequested,
    PenaltyDecided,
    CreditNoteSubmitted,
    PaymentRejected,
    PaymentResubmitted,
    RepaymentOrdered,
    RepaymentReceived,
)
_WORDS: st.SearchStrategy[Event | None] = st.one_of(
    st.none(),
    st.sampled_from(WORDS).map(example),
    st.builds(lambda order: example(OrderRequested, order=order), _ORDER),
    st.builds(
        lambda ae, cp: example(CreditsOpened, ae_cents=ae, cp_cents=cp),
        st.sampled_from([0, WORTH_CENTS]),
        st.sampled_from([0, WORTH_CENTS]),
    ),
    st.sampled_from(
        [
            example(CreditsDelegated, ae_cents=WORTH_CENTS, cp_cents=0),
            example(CreditsWithdrawn, ae_cents=WORTH_CENTS, cp_cents=0),
        ]
    ),
    st.builds(
        lambda order, note, devices: example(
            GoodsReceived, order=order, delivery_note=note, imeis=devices
        ),
        _ORDER,
        _NOTE,
        _DEVICES,
    ),
    st.builds(lambda o, n: example(GoodsAdmitted, order=o, delivery_note=n), _ORDER, _NOTE),
    st.builds(
        lambda word, o, n: example(word, order=o, delivery_note=n),
        st.sampled_from([GoodsRejected, GoodsAdjourned, GoodsPresentedAgain, GoodsLostInTransit]),
        _ORDER,
        _NOTE,
    ),
    st.builds(invoice, _ORDER, _INVOICE, _NOTE),
    st.builds(
        lambda word, o: example(word, engagement=f"order:{o}"), st.sampled_from(_MONEY), _ORDER
    ),
    st.builds(
        lambda o, i, p: example(PaymentMade, engagement=f"order:{o}", invoice=i, payment=p),
        _ORDER,
        _INVOICE,
        st.sampled_from(["V-1", "V-2"]),
    ),
)
