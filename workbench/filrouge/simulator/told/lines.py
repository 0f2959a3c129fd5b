"""Stories of budget lines: credits that come, move on, go back or are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from filrouge.simulator.parameters import LINE_WAITING_AT_MOST
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import Dealings
from filrouge.simulator.told.purchase import Purchase
from filrouge.simulator.words import Word

PIECE_CENTS, ORDER_CENTS = 18_000, 36_000
"""With VAT, at the usual price; an order is of two."""
MISTYPED_CENTS = 10**13
"""A hundred billion euros: the most that a line can count."""
SMALL_CENTS = 100_00


def two_orders_ask_for_the_last_euro(on: Stage) -> Iterator[list[Word]]:
    """One gets it, whichever it is; when that one is cancelled, a third gets it."""
    line = on.ref("LINE")
    first, second, third = (
        Dealings(on, name=name, line=line, ae_cents=ORDER_CENTS) for name in ("-1", "-2", "-3")
    )
    yield [first.opens_credits(), *_begins(first), *_begins(second)]
    on.expect("budget.commitment-refused", budget_line=line, reason="not_enough_ae")
    on.expect("equipment.order-refused", reason="commitment_refused")
    (placed,) = on.read("equipment.order-placed")
    yield [(first if placed["order"] == first.order else second).cancels()]
    on.expect("budget.commitment-released", budget_line=line, amount_cents=ORDER_CENTS)
    yield list(_begins(third))
    on.expect("equipment.order-placed", order=third.order)
    on.expect("budget.commitment-accepted", budget_line=line, times=2)


def credits_are_delegated(on: Stage) -> Iterator[list[Word]]:
    """They open another line, or come back when that is another manager's; orders draw on both."""
    here = Purchase(on, ae_cents=4 * ORDER_CENTS, cp_cents=0)
    there = Purchase(on, name="-2", line=on.ref("THERE"))
    yield [here.opens_credits()]
    yield [
        _delegates(here, "D1", there.line, ORDER_CENTS),
        _delegates(here, "D1", there.line, ORDER_CENTS + 1),
        _delegates(here, "D2", there.line, 4 * ORDER_CENTS),
    ]
    on.expect("delegation.delegation-received", decision=on.ref("D1"), budget_line=there.line)
    on.expect("closing.year-opened", budget_line=there.line, year=2020)
    _refuses(on, "D1", "already_said")
    _refuses(on, "D2", "not_enough_available")
    yield [
        _delegates(here, "D3", there.line, ORDER_CENTS, to_uo="UO-ELSEWHERE"),
        *_begins(there),
    ]
    for name in ("returned", "taken-back"):
        on.expect(f"delegation.delegation-{name}", decision=on.ref("D3"), reason="other_uo")
    on.expect("equipment.order-placed", order=there.order)
    yield list(_begins(here))
    on.expect("equipment.order-placed", order=here.order)


def credits_are_mistyped(on: Stage) -> Iterator[list[Word]]:
    """A hundred billion euros are opened, fit nowhere else, and are taken back."""
    here = Purchase(on, ae_cents=MISTYPED_CENTS, cp_cents=0)
    there = Purchase(on, name="-2", line=on.ref("THERE"), ae_cents=SMALL_CENTS, cp_cents=0)
    yield [here.opens_credits(), here.opens_credits(uo="UO-ELSEWHERE"), there.opens_credits()]
    on.expect("budget.credits-refused", budget_line=here.line, reason="other_uo")
    yield [here.opens_credits(), _delegates(here, "D1", there.line, MISTYPED_CENTS)]
    on.expect("budget.credits-refused", budget_line=here.line, reason="too_much")
    for name in ("returned", "taken-back"):
        on.expect(f"delegation.delegation-{name}", decision=on.ref("D1"), reason="too_much")
    yield [_withdraws(here, "D2", MISTYPED_CENTS, reason="cancellation")]
    on.expect("budget.credits-withdrawal-recorded", decision=on.ref("D2"))


def credits_are_withdrawn(on: Stage) -> Iterator[list[Word]]:
    """Only what is not committed can go; the rest when the order is given up."""
    deal = Dealings(on, ae_cents=2 * ORDER_CENTS)
    yield from deal.placed()
    yield [
        _withdraws(deal, "D1", ORDER_CENTS + 1),
        _withdraws(deal, "D2", ORDER_CENTS),
        _withdraws(deal, "D2", 1),
    ]
    _refuses(on, "D1", "not_enough_available")
    _refuses(on, "D2", "already_said")
    yield [deal.cancels()]
    yield [_withdraws(deal, "D3", ORDER_CENTS, reason="reallocation")]
    for decision in ("D2", "D3"):
        on.expect("budget.credits-withdrawal-recorded", decision=on.ref(decision))


def too_many_wait_for_a_line(on: Stage) -> Iterator[list[Word]]:
    """A line never gets credits: so much may wait for it, no more, and not for ever."""
    early, late = Purchase(on, name="-1"), Purchase(on, name="-2")
    line, waiting = {"budget_line": on.ref("NO-LINE")}, LINE_WAITING_AT_MOST - 1
    yield list(_begins(early, **line))
    yield [
        *(_withdraws(early, f"D{number}", 1, **line) for number in range(waiting)),
        _withdraws(early, "D0", 2, **line),
        _withdraws(early, "ONE-MORE", 1, **line),
    ]
    _refuses(on, "D0", "already_said")
    _refuses(on, "ONE-MORE", "too_many_waiting")
    yield list(_begins(late, **line))
    for deal, reason in ((early, "unknown_in_time"), (late, "too_many_waiting")):
        on.expect("budget.commitment-refused", engagement=f"order:{deal.order}", reason=reason)
        on.expect("equipment.order-refused", order=deal.order)
    on.expect("budget.credits-refused", times=waiting, reason="unknown_in_time")


def credits_of_other_years_are_opened(on: Stage) -> Iterator[list[Word]]:
    """Those of a year that is over count for the present one, those of the next one begin it."""
    past = Purchase(on, name="-1", line=on.ref("PAST"))
    coming = Purchase(on, name="-2", line=on.ref("COMING"))
    yield [
        past.opens_credits(opened_at="2019-12-30T08:00:00Z"),
        coming.opens_credits(opened_at="2021-01-04T08:00:00Z"),
    ]
    for deal, year, closed in ((past, 2020, 1), (coming, 2021, 0)):
        on.expect("closing.year-opened", budget_line=deal.line, year=year)
        on.expect("closing.credits-carried-over", closed, budget_line=deal.line, year=2020)
        on.expect("closing.ledger-posted", closed, ledger=f"line:{deal.line}", year=2020)


# --- words -----------------------------------------------------------------------------------------


def _begins(deal: Purchase, **other: Any) -> Iterator[Word]:
    """All that an order needs but the credits, and the order."""
    yield deal.registers_agreement()
    yield deal.declares_need()
    yield deal.orders(**other)


def _delegates(
    deal: Purchase, decision: str, to_line: str, ae_cents: int, to_uo: str = "UO-STORIES"
) -> Word:
    ministry = deal.on.cast.ministry
    return deal.on.say(
        ministry,
        "delegation.credits-delegated",
        8,
        decision=deal.on.ref(decision),
        budget_line=deal.line,
        to_line=to_line,
        to_uo=to_uo,
        ae_cents=ae_cents,
        cp_cents=0,
        delegated_at=deal.on.time(8),
        delegated_by=ministry.user(1),
    )


def _withdraws(deal: Purchase, decision: str, ae_cents: int, **other: Any) -> Word:
    ministry = deal.on.cast.ministry
    data = {
        "decision": deal.on.ref(decision),
        "budget_line": deal.line,
        "ae_cents": ae_cents,
        "cp_cents": 0,
        "reason": "freeze",
        "withdrawn_at": deal.on.time(8),
        "withdrawn_by": ministry.user(1),
    }
    return deal.on.say(ministry, "budget.credits-withdrawn", 8, **{**data, **other})


def _refuses(on: Stage, decision: str, reason: str) -> None:
    on.expect("budget.credits-refused", decision=on.ref(decision), reason=reason)


STORIES = (
    two_orders_ask_for_the_last_euro,
    credits_are_delegated,
    credits_are_mistyped,
    credits_are_withdrawn,
    too_many_wait_for_a_line,
    credits_of_other_years_are_opened,
)
