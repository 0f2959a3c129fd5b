"""The words that can be decided only when something else is known: their rules, and their refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import hold
from filrouge_contracts.advance import AdvanceRefusal, AdvanceRequested
from filrouge_contracts.certification import ServiceCertified, ServiceWithdrawalRequested
from filrouge_contracts.correction import (
    Correction,
    CorrectionRefusal,
    CreditNoteSubmitted,
    PenaltyDecided,
    RepaymentOrdered,
    RepaymentReceived,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceDispute, InvoiceSubmitted
from filrouge_contracts.payment import (
    PaymentMade,
    PaymentRefusal,
    PaymentRejected,
    PaymentResubmitted,
)
from filrouge_contracts.programme import HoursCertified

from budget_accounting.advances import advance_refused, take_advance
from budget_accounting.corrections import (
    decide_penalty,
    order_repayment,
    refused,
    take_credit_note,
    take_repayment,
)
from budget_accounting.engagement_state import Engagement
from budget_accounting.invoices import disputed, match
from budget_accounting.payment_evolutions import transfer
from budget_accounting.payments import payment_refused, take_payment
from budget_accounting.rejections import reject_payment, resubmit
from budget_accounting.service_fait import record_hours, record_service, withdraw


class Unheard(Enum):
    """Why a word is neither decided nor kept."""

    AGAIN = "again"
    TOO_MANY = "too_many"
    TOO_LATE = "too_late"


Refuse = Callable[[Engagement, Any, Unheard, Context], Event]


@dataclass(frozen=True)
class Word:
    """`about`: the name under which it waits. Without `refused` it is never given up."""

    rule: Callable[[Engagement, Any, Context], Iterator[Event]]
    about: Callable[[Any], str]
    refused: Refuse | None = None


ADVANCE_REASONS: Mapping[Unheard, AdvanceRefusal] = {
    Unheard.AGAIN: AdvanceRefusal.ALREADY_ANNOUNCED,
    Unheard.TOO_MANY: AdvanceRefusal.TOO_MANY_WAITING,
    Unheard.TOO_LATE: AdvanceRefusal.UNKNOWN_IN_TIME,
}
PAYMENT_REASONS: Mapping[Unheard, PaymentRefusal] = {
    Unheard.AGAIN: PaymentRefusal.ALREADY_ANNOUNCED,
    Unheard.TOO_MANY: PaymentRefusal.TOO_MANY_WAITING,
    Unheard.TOO_LATE: PaymentRefusal.NOT_ORDERED_IN_TIME,
}
CORRECTION_REASONS: Mapping[Unheard, CorrectionRefusal] = {
    Unheard.AGAIN: CorrectionRefusal.ALREADY_ANNOUNCED,
    Unheard.TOO_MANY: CorrectionRefusal.TOO_MANY_WAITING,
    Unheard.TOO_LATE: CorrectionRefusal.UNKNOWN_IN_TIME,
}


def _advance(_order: Engagement, event: AdvanceRequested, why: Unheard, _: Context) -> Event:
    return advance_refused(event, ADVANCE_REASONS[why])


def _payment(_order: Engagement, event: PaymentMade, why: Unheard, _context: Context) -> Event:
    return payment_refused(event, PAYMENT_REASONS[why])


def _invoice(
    order: Engagement, event: InvoiceSubmitted, _too_late: Unheard, context: Context
) -> Event:
    """It waited as a recorded invoice, so this is the clock."""
    reason = InvoiceDispute.UNKNOWN_IN_TIME
    if order.budget_line:
        reason = InvoiceDispute.MORE_THAN_CERTIFIED
    return disputed(event, reason, context)


def _credit_note(
    order: Engagement, event: CreditNoteSubmitted, why: Unheard, context: Context
) -> Event:
    """Of an invoice that is ordered to be paid it waits as long as that takes."""
    if event.invoice in order.payables and why is Unheard.TOO_LATE:
        return hold(context, event, event.credit_note)
    return refused(context, Correction.CREDIT_NOTE, event.credit_note, CORRECTION_REASONS[why])


def _correction(correction: Correction, about: Callable[[Any], str]) -> Refuse:
    def refuse(_order: Engagement, event: Event, why: Unheard, context: Context) -> Event:
        return refused(context, correction, about(event), CORRECTION_REASONS[why])

    return refuse


def _word(
    correction: Correction,
    rule: Callable[[Engagement, Any, Context], Iterator[Event]],
    about: Callable[[Any], str],
) -> Word:
    return Word(rule, about, _correction(correction, about))


WORDS: Mapping[type[Event], Word] = {
    ServiceCertified: Word(record_service, lambda said: said.delivery_note),
    HoursCertified: Word(record_hours, lambda said: said.certificate),
    ServiceWithdrawalRequested: Word(withdraw, lambda said: said.delivery_note),
    InvoiceSubmitted: Word(match, lambda said: said.invoice, _invoice),
    AdvanceRequested: Word(take_advance, lambda said: said.advance, _advance),
    PaymentMade: Word(take_payment, transfer, _payment),
    CreditNoteSubmitted: Word(take_credit_note, lambda said: said.credit_note, _credit_note),
    PaymentRejected: _word(Correction.PAYMENT_REJECTION, reject_payment, lambda said: said.invoice),
    PaymentResubmitted: _word(Correction.PAYMENT_RESUBMISSION, resubmit, lambda said: said.invoice),
    PenaltyDecided: _word(Correction.PENALTY, decide_penalty, lambda said: said.penalty),
    RepaymentOrdered: _word(
        Correction.REPAYMENT_ORDER, order_repayment, lambda said: said.repayment
    ),
    RepaymentReceived: _word(
        Correction.REPAYMENT_RECEIPT, take_repayment, lambda said: said.receipt
    ),
}
