"""What one aggregate's postings add up to, of any accounts."""

from __future__ import annotations

from budget_accounting.sub_ledger import booked, shown
from filrouge_contracts.ledger import Account, Balance, Posting


def test_an_account_of_another_release_is_added_up_and_shown_behind_those_that_are_known() -> None:
    postings = [
        Posting(account="grants_payable", amount_cents=-5),
        Posting(account=Account.EXPENSE, amount_cents=3),
        Posting(account=Account.AE_OPENED, amount_cents=2),
    ]
    balances = booked({"grants_payable": -1, "expense": 1}, postings)
    assert balances == {"grants_payable": -6, "expense": 4, "ae_opened": 2}
    assert shown(balances) == (
        Balance(account=Account.AE_OPENED, amount_cents=2),
        Balance(account=Account.EXPENSE, amount_cents=4),
        Balance(account="grants_payable", amount_cents=-6),
    )


def test_an_account_that_is_even_is_left_out() -> None:
    assert booked({"expense": 3}, [Posting(account=Account.EXPENSE, amount_cents=-3)]) == {}
