"""Identifiers: the official examples pass, and no single wrong digit does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from filrouge_contracts import identifiers
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

GOOD = [
    (identifiers.check_uai, "0750655E"),
    (identifiers.check_uai, "0750654D"),
    (identifiers.check_siret, "73282932000074"),
    (identifiers.check_siret, "35600000009075"),
    (identifiers.check_siret, "35600000000048"),
    (identifiers.check_siret, "11000201100044"),
    (identifiers.check_siren, "732829320"),
    (identifiers.check_qpv, "QP075019"),
    (identifiers.check_qpv, "QP02A001"),
    (identifiers.check_imei, "490154203237518"),
    (identifiers.check_rna, "W751234567"),
    (identifiers.check_iccid, "8933012345678901231"),
    (identifiers.check_iban, "FR1420041010050500013M02606"),
]
BAD = [
    (identifiers.check_uai, "0750655F"),
    (identifiers.check_uai, "0750655e"),
    (identifiers.check_siret, "7328293200007"),
    (identifiers.check_siret, "732 829 320 00074"),
    (identifiers.check_qpv, "QN07519M"),
    (identifiers.check_imei, "49015420323751"),
    (identifiers.check_imei, "4901542032375180"),
    (identifiers.check_imei, "490154203237519"),
    (identifiers.check_rna, "W75123456"),
    (identifiers.check_iccid, "7933012345678901231"),
    (identifiers.check_iban, "FR1420041010050500013M02607"),
]


@pytest.mark.parametrize(("check", "value"), GOOD)
def test_a_valid_identifier_is_returned_as_it_is(check: Callable[[str], str], value: str) -> None:
    assert check(value) == value


@pytest.mark.parametrize(("check", "value"), BAD)
def test_an_invalid_identifier_is_refused(check: Callable[[str], str], value: str) -> None:
    with pytest.raises(PydanticCustomError):
        check(value)


@given(st.integers(0, 14), st.integers(1, 9))
def test_an_imei_with_one_wrong_digit_is_refused(place: int, shift: int) -> None:
    good = "490154203237518"
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    with pytest.raises(PydanticCustomError):
        identifiers.check_imei(wrong)


def test_an_odd_iccid_is_warned_about_and_not_refused() -> None:
    assert identifiers.iccid_warnings("8933012345678901231") == ()
    assert identifiers.iccid_warnings("8933012345678901232")
    assert identifiers.check_iccid("8933012345678901232")
