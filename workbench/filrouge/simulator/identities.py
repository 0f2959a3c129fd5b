"""Invented identifiers with right check digits, and the same with one digit wrong.

The check digits are computed here and not with the contracts' validators, so that a mistake in
those would show.
"""

from __future__ import annotations

_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_TYPE_ALLOCATION = "35990000"
"""First digits of the IMEIs: a range that no device on the market has."""


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` followed by it pass the Luhn check."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number // 10 + number % 10
    return str(-total % 10)


def uai(departement: str, number: int) -> str:
    """A school: département, serial number, and the letter that is the number modulo 23."""
    digits = f"{departement}{number:04d}"
    return digits + _UAI_LETTERS[int(digits) % 23]


def qpv(departement: str, number: int) -> str:
    """A priority neighbourhood in the geography of 2015."""
    return f"QP{departement}{number % 1000:03d}"


def siret(number: int) -> str:
    """An establishment of an invented company; both its SIREN and itself pass the check."""
    head = f"{80_000_000 + number:08d}"
    siren = head + luhn_digit(head)
    return f"{siren}0001{luhn_digit(f'{siren}0001')}"


def imei(number: int) -> str:
    """The `number`-th device of the whole play."""
    digits = f"{_TYPE_ALLOCATION}{number:06d}"
    return digits + luhn_digit(digits)


def pupil(number: int, story: int | None = None) -> str:
    """A UUID that a school gave a pupil; those of a scripted story begin with an f and its number."""
    head = f"{number:08x}" if story is None else f"f{story:07x}"
    return f"{head}-0000-4000-8000-{number:012x}"


def iban(number: int) -> str:
    """A French account: bank, branch and number with their RIB key, then the two digits of the IBAN."""
    bank, branch, account = "30001", "00794", f"{number:011d}"
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    check = 98 - int(f"{bban}152700") % 97  # F is 15 and R is 27
    return f"FR{check:02d}{bban}"


def with_wrong_digit(identifier: str) -> str:
    """The last digit one higher: no check notices nothing of that."""
    place = max(index for index, character in enumerate(identifier) if character.isdigit())
    digit = str((int(identifier[place]) + 1) % 10)
    return identifier[:place] + digit + identifier[place + 1 :]
