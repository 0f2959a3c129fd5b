"""The accounts of public spending and what each step books on them, debit first.

Each family is balanced on its own:

    AE   autorisations d'engagement: opened = delegated + available + committed
    CP   crédits de paiement: opened = delegated + available + granted + consumed
    debt charges: received and not invoiced (service fait) → supplier payable (liquidation)
         → payment ordered (ordonnancement) → treasury (paiement)
"""

from __future__ import annotations

from filrouge_contracts.ledger import (
    Account,
    Posting,
)

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


def liquidated(received_cents: int, invoiced_cents: int) -> Bookings:
    """Liquidation: the charge becomes a debt; a cent of rounding between the two is a charge."""
    rounding_cents = invoiced_cents - received_cents
    bookings = (
        Posting(account=Account.RECEIVED_UNINVOICED, amount_cents=received_cents),
        Posting(account=Account.SUPPLIER_PAYABLE, amount_cents=-invoiced_cents),
    )
    if not rounding_cents:
        return bookings
    return (*bookings, Posting(account=Account.EXPENSE, amount_cents=rounding_cents))


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
