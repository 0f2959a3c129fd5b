"""The accounts of one aggregate: what its own postings add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from filrouge_contracts.ledger import Account, Balance, Balances, Posting


def booked(balances: Mapping[str, int], postings: Iterable[Posting]) -> dict[str, int]:
    """The balances after these postings, by account; one that is even is left out."""
    after = dict(balances)
    for posting in postings:
        after[posting.account.value] = after.get(posting.account, 0) + posting.amount_cents
    return {account: cents for account, cents in after.items() if cents}


def shown(balances: Mapping[str, int]) -> Balances:
    """The balances as an event says them, in the order of the accounts."""
    return tuple(
        Balance(account=account, amount_cents=balances[account])
        for account in Account
        if account in balances
    )
