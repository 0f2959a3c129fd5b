"""The accounts of one aggregate: what its own postings add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from filrouge_contracts.ledger import Account, Balance, Balances, Posting


def booked(balances: Mapping[str, int], postings: Iterable[Posting]) -> dict[str, int]:
    """The balances after these postings, by account; one that is even is left out."""
    after = dict(balances)
    for posting in postings:
        after[posting.account] = after.get(posting.account, 0) + posting.amount_cents
    return {account: cents for account, cents in after.items() if cents}


def shown(balances: Mapping[str, int]) -> Balances:
    """The balances as an event says them, in the order of the accounts; none is left out."""
    known = [account.value for account in Account if account in balances]
    others = sorted(balances.keys() - known)
    return tuple(Balance(account=name, amount_cents=balances[name]) for name in (*known, *others))
