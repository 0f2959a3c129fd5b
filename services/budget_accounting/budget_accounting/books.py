"""The accounts of public spending and what each step books on them, debit first.

Each family is balanced on its own:

    AE   autorisations d'engagement: opened = delegated + available + committed
    CP   crédits de paiement: opened = delegated + available + granted + consumed
    debt charges: received and not invoiced (service fait) → supplier payable (liquidation)
         → payment ordered (ordonnancement) → treasury (paiement)

What is taken back is never erased: it is booked the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping

from filrouge_contracts.correction import RepaymentCause
from filrouge_contracts.ledger import Account, Posting

Bookings = tuple[Posting, ...]


def _book(debit: Account, credit: Account, cents: int) -> Bookings:
    return (
        Posting(account=debit, amount_cents=cents),
        Posting(account=credit, amount_cents=-cents),
    )


def credits_opened(ae_cents: int, cp_cents: int) -> Bookings:
    """Ouverture de crédits."""
    ae = _book(Account.AE_AVAILABLE, Account.AE_OPENED, ae_cents)
    return ae + _book(Account.CP_AVAILABLE, Account.CP_OPENED, cp_cents)


def credits_withdrawn(ae_cents: int, cp_cents: int) -> Bookings:
    """Retrait de crédits: what was opened and not used is no longer there."""
    ae = _book(Account.AE_OPENED, Account.AE_AVAILABLE, ae_cents)
    return ae + _book(Account.CP_OPENED, Account.CP_AVAILABLE, cp_cents)


def credits_sent(ae_cents: int, cp_cents: int) -> Bookings:
    """Délégation de crédits, at the line that they leave."""
    ae = _book(Account.AE_DELEGATED, Account.AE_AVAILABLE, ae_cents)
    return ae + _book(Account.CP_DELEGATED, Account.CP_AVAILABLE, cp_cents)


def credits_received(ae_cents: int, cp_cents: int) -> Bookings:
    """Délégation de crédits, at the line that they reach or come back to."""
    ae = _book(Account.AE_AVAILABLE, Account.AE_DELEGATED, ae_cents)
    return ae + _book(Account.CP_AVAILABLE, Account.CP_DELEGATED, cp_cents)


def committed(cents: int) -> Bookings:
    """Engagement juridique: consumes AE."""
    return _book(Account.AE_COMMITTED, Account.AE_AVAILABLE, cents)


def released(cents: int) -> Bookings:
    """Dégagement: gives AE back."""
    return _book(Account.AE_AVAILABLE, Account.AE_COMMITTED, cents)


def service_done(cents: int) -> Bookings:
    """Certification du service fait: a charge to pay that is not invoiced yet."""
    return _book(Account.EXPENSE, Account.RECEIVED_UNINVOICED, cents)


def service_withdrawn(cents: int) -> Bookings:
    """Retrait du service fait: the charge is taken back."""
    return _book(Account.RECEIVED_UNINVOICED, Account.EXPENSE, cents)


def liquidated(
    received_cents: int, invoiced_cents: int, penalty_cents: int, recovered_cents: int
) -> Bookings:
    """Liquidation: the charge becomes a debt, less what is withheld from it.

    `invoiced_cents` is without réfaction; a cent of rounding between the two is a charge.
    """
    payable_cents = invoiced_cents - penalty_cents - recovered_cents
    debt = (
        Posting(account=Account.RECEIVED_UNINVOICED, amount_cents=received_cents),
        Posting(account=Account.SUPPLIER_PAYABLE, amount_cents=-payable_cents),
    )
    others = (
        (Account.EXPENSE, invoiced_cents - received_cents),
        (Account.PENALTIES_DUE, -penalty_cents),
        (Account.ADVANCES, -recovered_cents),
    )
    return debt + tuple(Posting(account=a, amount_cents=cents) for a, cents in others if cents)


def cash_granted(cents: int) -> Bookings:
    """Réservation des crédits de paiement."""
    return _book(Account.CP_GRANTED, Account.CP_AVAILABLE, cents)


def cash_returned(cents: int) -> Bookings:
    """Annulation de la réservation: the CP are available again."""
    return _book(Account.CP_AVAILABLE, Account.CP_GRANTED, cents)


def payment_ordered(cents: int) -> Bookings:
    """Ordonnancement: the accountant is told to pay."""
    return _book(Account.SUPPLIER_PAYABLE, Account.PAYMENT_ORDERED, cents)


def paid(cents: int) -> Bookings:
    """Paiement: money leaves the treasury and consumes CP."""
    debt = _book(Account.PAYMENT_ORDERED, Account.TREASURY, cents)
    return debt + _book(Account.CP_CONSUMED, Account.CP_GRANTED, cents)


def payment_rejected(cents: int) -> Bookings:
    """Rejet de la demande de paiement: the debt is owed again."""
    return _book(Account.PAYMENT_ORDERED, Account.SUPPLIER_PAYABLE, cents)


def payment_came_back(cents: int) -> Bookings:
    """Virement rejeté: the money is back, the debt is owed again, the CP are set aside again."""
    debt = _book(Account.TREASURY, Account.SUPPLIER_PAYABLE, cents)
    return debt + _book(Account.CP_GRANTED, Account.CP_CONSUMED, cents)


def advance_owed(cents: int) -> Bookings:
    """Avance: a debt without a charge, to be recovered."""
    return _book(Account.ADVANCES, Account.SUPPLIER_PAYABLE, cents)


def advance_lapsed(cents: int) -> Bookings:
    """The advance is owed no more."""
    return _book(Account.SUPPLIER_PAYABLE, Account.ADVANCES, cents)


def penalty_decided(cents: int) -> Bookings:
    """Pénalités: a claim on the supplier."""
    return _book(Account.PENALTIES_DUE, Account.PENALTIES, cents)


def credited(cents: int) -> Bookings:
    """Avoir: the debt falls before it is paid."""
    return _book(Account.SUPPLIER_PAYABLE, Account.EXPENSE, cents)


_CLAIMED: Mapping[RepaymentCause, Account] = {
    RepaymentCause.ORDERED: Account.EXPENSE,
    RepaymentCause.CREDIT_NOTE: Account.EXPENSE,
    RepaymentCause.ADVANCE: Account.ADVANCES,
    RepaymentCause.PENALTY: Account.PENALTIES_DUE,
    RepaymentCause.UNPROVEN: Account.EXPENSE,
}


def repayment_due(cause: RepaymentCause, cents: int) -> Bookings:
    """Ordre de reversement: the supplier owes what was paid, or not withheld."""
    return _book(Account.SUPPLIER_RECEIVABLE, _CLAIMED[cause], cents)


def repaid(cents: int) -> Bookings:
    """Reversement: the money is back, and its CP with it."""
    claim = _book(Account.TREASURY, Account.SUPPLIER_RECEIVABLE, cents)
    return claim + _book(Account.CP_GRANTED, Account.CP_CONSUMED, cents)


def late_interest(cents: int) -> Bookings:
    """Intérêts moratoires et indemnité forfaitaire: a charge, and a debt of its own."""
    return _book(Account.LATE_INTEREST, Account.LATE_INTEREST_PAYABLE, cents)
