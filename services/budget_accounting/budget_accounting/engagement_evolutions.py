"""How each event changes an engagement; every one also books its postings and sets the next deadline.

Those of cash, payments and corrections are in `payment_evolutions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from filrouge_chassis.decider import Evolution, Evolutions, unchanged
from filrouge_chassis.waiting import Waiting, held, let_go, timed
from filrouge_contracts.advance import (
    AdvanceLapsed,
    AdvanceRecorded,
    AdvanceRefusal,
    AdvanceRefused,
    AdvanceRequested,
)
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.closing import LedgerPosted
from filrouge_contracts.engagement import (
    EngagementAdjusted,
    EngagementRecorded,
    EngagementSettled,
    ServiceRecorded,
    YearEndListed,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import (
    InvoiceDispute,
    InvoiceDisputed,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
    MatchedLine,
)
from filrouge_contracts.payment import (
    Purpose,
)
from filrouge_contracts.programme import HoursCertified
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from budget_accounting import payment_evolutions
from budget_accounting.engagement_state import (
    Engagement,
    Note,
    Payable,
    Step,
    once,
    with_payable,
    year_end,
)
from budget_accounting.sub_ledger import booked

KINDS = ("order", "programme")


# --- engagement and service fait -----------------------------------------------------------------


def _engaged(order: Engagement, event: EngagementRecorded) -> Engagement:
    return replace(
        order,
        budget_line=event.budget_line,
        supplier=event.supplier,
        iban=event.iban,
        quantity=event.quantity,
        unit_price_excl_vat_cents=event.unit_price_excl_vat_cents,
        vat_rate_bp=event.vat_rate_bp,
        engaged_cents=event.amount_cents,
        approvers=once(order.approvers, event.ordered_by),
        year_ends_at=year_end(event.committed_at.year),
    )


def _adjusted(order: Engagement, event: EngagementAdjusted) -> Engagement:
    return replace(
        order,
        quantity=event.quantity,
        engaged_cents=event.amount_cents,
        unproven_cents=event.unproven_cents,
        approvers=once(order.approvers, event.adjusted_by),
    )


def _certified(order: Engagement, event: ServiceRecorded) -> Engagement:
    order = let_go(order, ServiceCertified, event.delivery_note)
    order = let_go(order, HoursCertified, event.delivery_note)
    note = Note(
        quantity=event.quantity,
        amount_cents=event.amount_cents,
        certified_at=event.certified_at,
        reduction_cents=event.reduction_cents,
        imeis=event.imeis,
    )
    approvers = once(order.approvers, event.certified_by)
    return replace(order, notes={**order.notes, event.delivery_note: note}, approvers=approvers)


def _withdrawn(order: Engagement, event: ServiceWithdrawn) -> Engagement:
    order = let_go(order, ServiceWithdrawalRequested, event.delivery_note)
    notes = {name: note for name, note in order.notes.items() if name != event.delivery_note}
    return replace(order, notes=notes)


def _not_withdrawn(order: Engagement, event: ServiceWithdrawalRefused) -> Engagement:
    return let_go(order, ServiceWithdrawalRequested, event.delivery_note)


def _settled(order: Engagement, event: EngagementSettled) -> Engagement:
    return replace(order, settled=True, released_cents=order.released_cents + event.released_cents)


def _posted(order: Engagement, event: LedgerPosted) -> Engagement:
    return replace(order, year_ends_at=year_end(event.year + 1))


# --- invoices and advances -----------------------------------------------------------------------


def _invoice_recorded(order: Engagement, event: InvoiceRecorded) -> Engagement:
    kept = Waiting.of(event.submitted, event.invoice, event.due_at)
    return replace(order, waiting=(*order.waiting, kept))


def _invoice_disputed(order: Engagement, event: InvoiceDisputed) -> Engagement:
    if event.reason is InvoiceDispute.ALREADY_SUBMITTED:
        return order  # the invoice of that name that was submitted first goes its way
    return let_go(order, InvoiceSubmitted, event.invoice)


def _invoiced(note: Note, line: MatchedLine) -> Note:
    invoiced = note.invoiced + line.quantity
    left = tuple(imei for imei in note.imeis if imei not in line.imeis)
    return replace(note, invoiced=invoiced, imeis=left if invoiced < note.quantity else ())


def _matched(order: Engagement, event: InvoiceMatched) -> Engagement:
    order = let_go(order, InvoiceSubmitted, event.invoice)
    named = {
        line.delivery_note: _invoiced(order.notes[line.delivery_note], line) for line in event.lines
    }
    liquidated_cents = event.amount_cents - event.reduction_cents - event.penalty_cents
    payable = Payable(
        purpose=Purpose.INVOICE,
        amount_cents=event.payable_cents,
        step=Step.CLOSED,  # until cash is asked for it
        liquidated_cents=liquidated_cents,
        certified_at=max(note.certified_at for note in named.values()),
    )
    return replace(
        order,
        notes={**order.notes, **named},
        payables={**order.payables, event.invoice: payable},
        invoiced_cents=order.invoiced_cents + event.amount_cents,
        liquidated_cents=order.liquidated_cents + liquidated_cents,
        recovered_cents=order.recovered_cents + event.recovered_cents,
    )


def _advance_recorded(order: Engagement, event: AdvanceRecorded) -> Engagement:
    order = let_go(order, AdvanceRequested, event.advance)
    payable = Payable(Purpose.ADVANCE, event.amount_cents)
    return replace(order, payables={**order.payables, event.advance: payable})


def _advance_refused(order: Engagement, event: AdvanceRefused) -> Engagement:
    if event.reason is AdvanceRefusal.ALREADY_ANNOUNCED:
        return order
    return let_go(order, AdvanceRequested, event.advance)


def _advance_lapsed(order: Engagement, event: AdvanceLapsed) -> Engagement:
    return with_payable(order, event.advance, step=Step.CLOSED, amount_cents=0, due_at=None)


# --- the table -----------------------------------------------------------------------------------

CHANGES: Mapping[type[Event], Evolution] = {
    **payment_evolutions.CHANGES,
    EventHeld: held,
    EngagementRecorded: _engaged,
    EngagementAdjusted: _adjusted,
    ServiceRecorded: _certified,
    ServiceWithdrawn: _withdrawn,
    ServiceWithdrawalRefused: _not_withdrawn,
    EngagementSettled: _settled,
    CommitmentReleaseRequested: unchanged,
    YearEndListed: unchanged,
    LedgerPosted: _posted,
    InvoiceRecorded: _invoice_recorded,
    InvoiceDisputed: _invoice_disputed,
    InvoiceMatched: _matched,
    AdvanceRecorded: _advance_recorded,
    AdvanceRefused: _advance_refused,
    AdvanceLapsed: _advance_lapsed,
}


def _kept(change: Evolution) -> Callable[[Engagement, Any], Engagement]:
    def evolve(order: Engagement, event: Event) -> Engagement:
        changed: Engagement = change(order, event)
        balances = booked(changed.balances, getattr(event, "postings", ()))
        return timed(replace(changed, balances=balances))

    return evolve


EVOLUTIONS: Evolutions = {
    (kind, model): _kept(change) for kind in KINDS for model, change in CHANGES.items()
}


def after(order: Engagement, event: Event) -> Engagement:
    """The engagement, of whatever kind, once it has said this."""
    changed: Engagement = EVOLUTIONS["order", type(event)](order, event)
    return changed
