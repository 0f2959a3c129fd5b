"""Amounts as an accountant works them out by hand, each a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from budget_accounting.amounts import (
    Liquidation,
    allowed_advance_cents,
    interest_cents,
    late_days,
    liquidation,
    share_cents,
)
from hypothesis import given
from hypothesis import strategies as st

from services.budget_accounting.tests.papers import NOON

CENTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("invoiced", "reduction", "penalties", "advances", "owed"),
    [
        (100_00, 0, 0, 0, Liquidation(0, 0, 0, 100_00)),
        (100_00, 10_00, 5_00, 30_00, Liquidation(10_00, 5_00, 30_00, 55_00)),
        (100_00, 0, 0, 120_00, Liquidation(0, 0, 100_00, 0)),  # the rest with the next invoice
        (100_00, 0, 120_00, 30_00, Liquidation(0, 100_00, 0, 0)),
        (100_00, 101_00, 5_00, 30_00, Liquidation(100_00, 0, 0, 0)),
        (100_00, 70_00, 20_00, 30_00, Liquidation(70_00, 20_00, 10_00, 0)),
    ],
)
def test_what_is_withheld_never_exceeds_what_is_owed(
    invoiced: int, reduction: int, penalties: int, advances: int, owed: Liquidation
) -> None:
    assert liquidation(invoiced, reduction, penalties, advances) == owed


@given(CENTS, CENTS, CENTS, CENTS)
def test_the_parts_of_an_invoice_add_up(
    invoiced: int, reduction: int, penalties: int, advances: int
) -> None:
    owed = liquidation(invoiced, reduction, penalties, advances)
    assert sum(owed) == invoiced
    assert min(owed) >= 0


@given(CENTS, st.lists(st.integers(1, 50), min_size=1, max_size=10))
def test_shares_add_up_to_the_whole_however_it_is_cut(whole: int, parts: list[int]) -> None:
    before, shares = 0, []
    for quantity in parts:
        shares.append(share_cents(whole, before, quantity, sum(parts)))
        before += quantity
    assert sum(shares) == whole
    assert min(shares) >= 0


@pytest.mark.parametrize(
    ("engaged", "basis_points", "allowed"),
    [(369_60, 3000, 110_88), (0, 3000, 0), (1, 3000, 0), (99, 10_000, 99)],
)
def test_an_advance_is_a_part_of_the_engagement(
    engaged: int, basis_points: int, allowed: int
) -> None:
    assert allowed_advance_cents(engaged, basis_points) == allowed


@pytest.mark.parametrize(
    ("seconds", "days"),
    [(-1, 0), (0, 0), (1, 1), (86_400, 1), (86_401, 2), (-86_401, 0), (16 * 86_400, 16)],
)
def test_a_day_begun_is_a_day_late(seconds: int, days: int) -> None:
    assert late_days(NOON, NOON + timedelta(seconds=seconds)) == days


@pytest.mark.parametrize(
    ("paid", "rate_bp", "days", "interest"),
    [
        (100_00, 800, 365, 8_00),
        (369_60, 800, 16, 1_30),  # 129.6 cents
        (369_60, 800, 1, 8),
        (1, 800, 1, 0),
        (365_00, 100, 5, 5),
        (182_50, 100, 1, 1),  # half a cent is one
    ],
)
def test_interest_runs_by_the_day(paid: int, rate_bp: int, days: int, interest: int) -> None:
    assert interest_cents(paid, rate_bp, days) == interest
