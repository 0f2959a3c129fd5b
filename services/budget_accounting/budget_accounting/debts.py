"""How an engagement hears what is said of it: decided at once, or kept until it can be decided.

Each word has one rule. A rule that says nothing cannot decide yet, so the word waits; whenever
something has changed, what waits is tried again, oldest first, until nothing more can be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from filrouge_chassis.decider import Context, Contradiction, Due, Rule
from filrouge_chassis.waiting import hold, overdue, waits
from filrouge_contracts.amendment import OrderAmended, OrderCancelled
from filrouge_contracts.cash import CashGranted, CashRefused
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.programme import ProgrammeClosed, ProgrammeFunded
from filrouge_contracts.register import REGISTER

from budget_accounting import engagement, invoices, payments
from budget_accounting.advances import lapsed, lapses
from budget_accounting.cash import ask_cash, give_back_cash
from budget_accounting.engagement_evolutions import KINDS, after
from budget_accounting.engagement_state import Engagement, Step, breach
from budget_accounting.invoices import WAITING_AT_MOST
from budget_accounting.settlement import close_year, settle
from budget_accounting.words import WORDS, Unheard

Telling = Generator[Event, None, tuple[Engagement, bool]]


def hear(order: Engagement, event: Event, context: Context) -> Iterator[Event]:
    """A word that can be decided changes what can be decided next; one that cannot waits."""
    word = WORDS[type(event)]
    about = word.about(event)
    if word.refused and waits(order.waiting, type(event), about):
        yield word.refused(order, event, Unheard.AGAIN, context)
        return
    order, decided = yield from _told(order, word.rule(order, event, context))
    if decided:
        yield from _go_on(order, context)
    elif word.refused and len(order.waiting) >= WAITING_AT_MOST:
        yield word.refused(order, event, Unheard.TOO_MANY, context)
    else:
        yield hold(context, event, about)


def then_go_on(rule: Rule) -> Rule:
    """The rule, and then what it makes possible."""

    def decide(order: Engagement, event: Event, context: Context) -> Iterator[Event]:
        order, _ = yield from _told(order, rule(order, event, context))
        yield from _go_on(order, context)

    return decide


def wake(order: Engagement, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is answered; what has its time is done; the year ends."""
    for event in overdue(order, context.now):
        word = WORDS[type(event)]
        if word.refused:
            answer = word.refused(order, event, Unheard.TOO_LATE, context)
        else:  # what our own services say is never given up: it waits on, and auditors see it
            answer = hold(context, event, word.about(event))
        order, _ = yield from _told(order, [answer])
    for name, payable in order.payables.items():
        if payable.due_at is not None and payable.due_at <= context.now:
            order, _ = yield from _told(order, ALARMS[payable.step](order, name, context))
    order, _ = yield from _told(order, close_year(order, context))
    yield from _go_on(order, context)


def _go_on(order: Engagement, context: Context) -> Iterator[Event]:
    """As long as something that waits can be decided, or the engagement be settled."""
    again = True
    while again:
        order, again = yield from _one_more(order, context)


def _one_more(order: Engagement, context: Context) -> Telling:
    """The first of what waits that can be decided; if there is none, the settlement."""
    for kept in order.waiting:
        rule = WORDS[REGISTER.by_type[kept.type].model].rule
        order, decided = yield from _told(order, rule(order, kept.event(), context))
        if decided:
            return order, decided
    return (yield from _told(order, settle(order, context)))


def _told(order: Engagement, answers: Iterable[Event]) -> Telling:
    """Says the answers; returns what the engagement is then, and whether there were any."""
    said = list(answers)
    for answer in said:
        yield answer
        order = after(order, answer)
        if wrong := breach(order):
            raise Contradiction(f"after {type(answer).__name__}: {wrong}")
    return order, bool(said)


# --- when its time has come ------------------------------------------------------------------------


def _ask_again(order: Engagement, name: str, context: Context) -> Iterator[Event]:
    payable = order.payables[name]
    if lapses(order, payable, context):
        yield lapsed(order, name, context)
    else:
        yield ask_cash(order, name, payable.amount_cents, context)


def _notice_silence(order: Engagement, name: str, context: Context) -> Iterator[Event]:
    payable = order.payables[name]
    pay_by = payable.pay_by or context.now
    yield payments.overdue(name, payable.amount_cents, pay_by, context)


def _return_cash(order: Engagement, name: str, context: Context) -> Iterator[Event]:
    yield give_back_cash(order, name, order.payables[name].cash_cents, context)


ALARMS: Mapping[Step, Callable[[Engagement, str, Context], Iterator[Event]]] = {
    Step.DEFERRED: _ask_again,
    Step.ORDERED: _notice_silence,
    Step.REJECTED: _return_cash,
}

# --- the table -------------------------------------------------------------------------------------

HEARD: Mapping[type[Any], Rule] = {
    **dict.fromkeys(WORDS, hear),
    InvoiceSubmitted: then_go_on(invoices.take_invoice),
    CashGranted: then_go_on(payments.order_payment),
    CashRefused: then_go_on(payments.defer_payment),
    Due: wake,
}
OF_AN_ORDER: Mapping[type[Any], Rule] = {
    OrderPlaced: then_go_on(engagement.engage_order),
    OrderAmended: then_go_on(engagement.amend),
    OrderCancelled: then_go_on(engagement.cancel),
}
OF_A_PROGRAMME: Mapping[type[Any], Rule] = {
    ProgrammeFunded: then_go_on(engagement.engage_programme),
    ProgrammeClosed: then_go_on(engagement.close_programme),
}
RULES: Mapping[tuple[str, type[Any]], Rule] = {
    **{(kind, model): rule for kind in KINDS for model, rule in HEARD.items()},
    **{("order", model): rule for model, rule in OF_AN_ORDER.items()},
    **{("programme", model): rule for model, rule in OF_A_PROGRAMME.items()},
}
