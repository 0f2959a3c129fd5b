"""Money, instants, codes, check digits and postings, over many values."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from math import floor

import pytest
from filrouge_contracts import identifiers
from filrouge_contracts.budget import (
    CommitmentReleased,
)
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.control import TickPassed
from filrouge_contracts.equipment import OrderCompleted
from filrouge_contracts.ledger import (
    Account,
    Posting,
)
from filrouge_contracts.problems import problems_in
from filrouge_contracts.register import REGISTER
from filrouge_contracts.reservation import ReservationRecorded
from filrouge_contracts.values import line_total_cents, vat_cents
from filrouge_contracts.verdicts import VerdictGiven
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from stdnum import luhn

NOW = datetime(2020, 5, 4, 8, tzinfo=UTC)
CODES = st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,39}", fullmatch=True)


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_vat_is_rounded_half_up(excl_vat_cents: int, rate_bp: int) -> None:
    exact = Fraction(excl_vat_cents * rate_bp, 10_000)
    assert vat_cents(excl_vat_cents, rate_bp) == floor(exact + Fraction(1, 2))


def test_vat_is_rounded_on_the_line_and_not_on_the_unit() -> None:
    assert line_total_cents(quantity=3, unit_price_excl_vat_cents=3, vat_rate_bp=1000) == 10


@given(st.text("0123456789", min_size=1, max_size=20))
def test_our_luhn_is_that_of_stdnum(digits: str) -> None:
    assert identifiers.luhn_remainder(digits) == luhn.checksum(digits)


@pytest.mark.parametrize("siret", ["73282932000074", "11000201100044"])
@given(place=st.integers(0, 13), shift=st.integers(1, 9))
def test_a_siret_with_one_wrong_digit_is_refused(siret: str, place: int, shift: int) -> None:
    wrong = siret[:place] + str((int(siret[place]) + shift) % 10) + siret[place + 1 :]
    with pytest.raises(PydanticCustomError):
        identifiers.check_siret(wrong)


def test_la_poste_may_take_another_multiple_of_five() -> None:
    assert identifiers.check_siret("35600000009020") == "35600000009020"


@given(CODES, CODES)
def test_different_orders_have_different_keys(one: str, other: str) -> None:
    def key(order: str) -> str:
        event = OrderCompleted(order=order, quantity=1, completed_at=NOW)
        return REGISTER.by_model[OrderCompleted].key_of(event)

    assert (key(one) == key(other)) == (one == other)
    assert key(one).split(":") == ["order", one]


def test_the_source_in_the_key_of_a_verdict_ends_at_the_first_slash() -> None:
    schema = VerdictGiven.model_json_schema()["properties"]["event_source"]
    assert "/" not in schema["pattern"]


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_only_balanced_postings_are_booked(debit: int, credit: int) -> None:
    def read() -> CommitmentReleased:
        return CommitmentReleased(
            engagement="order:O-1",
            budget_line="L-1",
            amount_cents=1,
            postings=(
                Posting(account=Account.AE_AVAILABLE, amount_cents=debit),
                Posting(account=Account.AE_COMMITTED, amount_cents=credit),
            ),
        )

    assert [p.rule for p in problems_in(read)] == ([] if debit == -credit else ["double-entry"])


def test_none_is_never_written() -> None:
    recorded = ReservationRecorded(order="O-1", target="need:N-1")
    assert recorded.to_json() == b'{"order":"O-1","target":"need:N-1"}'


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1.0", "1e3", '"1"', "true", "null"])
def test_money_is_nothing_but_an_integer(amount: str) -> None:
    data = (
        '{"budget_line":"L-1","engagement":"order:O-1","invoice":"F-1","amount_cents":%s,'
        '"requested_at":"2020-05-04T08:00:00Z"}'
    )
    assert CashRequested.from_json(data % "100").amount_cents == 100
    assert [p.where for p in problems_in(lambda: CashRequested.from_json(data % amount))] == [
        "amount_cents"
    ]


@pytest.mark.parametrize(
    "at", ['"1588579200"', "1588579200", '"2020-05-04"', '"2020-05-04T10:00:00+02:00"']
)
def test_an_instant_is_written_in_full_and_in_utc(at: object) -> None:
    assert [p.rule for p in problems_in(lambda: TickPassed.from_json(f'{{"at":{at}}}'))] == [
        "instant-utc"
    ]


def test_a_field_of_a_later_release_is_not_heard() -> None:
    assert TickPassed.from_json('{"at":"2020-05-04T08:00:00Z","later":1}') == TickPassed(at=NOW)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        TickPassed(at=NOW).at = NOW  # type: ignore[misc]
