"""Official identifiers with their check digits; python-stdnum where it has the rule.

python-stdnum strips spaces, dots and hyphens and takes 14- and 16-digit IMEIs: the exact shape is
always checked first. Schools, companies and accounts come back thousands of times, so those answers
are remembered; an IMEI comes once, so its check is written for speed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from filrouge_contracts.problems import refusal, shown

_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_LUHN_DOUBLED = bytes.maketrans(b"0123456789", bytes([48, 50, 52, 54, 56, 49, 51, 53, 55, 57]))
_RIB_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_FRENCH_RIB_COUNTRIES = ("FR", "MC")

UAI = r"^[0-9]{7}[A-HJ-NPR-Z]$"
SIREN = r"^[0-9]{9}$"
SIRET = r"^[0-9]{14}$"
QPV = r"^QP([0-9]{3}|02[AB])[0-9]{3}$"
IMEI = r"^[0-9]{15}$"
RNA = r"^W[0-9]{9}$"
ICCID = r"^89[0-9]{17,18}$"
IBAN = r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"


def _shape(pattern: str, name: str, form: str) -> Callable[[str], None]:
    """A check of the whole text against `pattern`, ASCII digits only, no surrounding spaces."""
    match = re.compile(pattern.removeprefix("^").removesuffix("$")).fullmatch

    def check(value: str) -> None:
        if match(value) is None:
            detail = f"{shown(value)} is not {name}: it has {form}."
            raise refusal(
                f"{name.split()[-1].lower()}-shape", detail, "Correct it, without spaces."
            )

    return check


def luhn_remainder(digits: str) -> int:
    """0 when the Luhn check digit at the end of these ASCII digits is right."""
    raw = digits.encode()
    odd, doubled = raw[-1::-2], raw[-2::-2].translate(_LUHN_DOUBLED)
    return (sum(odd) + sum(doubled) - 48 * len(raw)) % 10


_uai_shape = _shape(UAI, "a UAI", "7 digits and a letter, as in 0750655E")
_siren_shape = _shape(SIREN, "a SIREN", "9 digits, as in 732829320")
_siret_shape = _shape(SIRET, "a SIRET", "14 digits, as in 73282932000074")
_qpv_shape = _shape(
    QPV, "a QPV", "QP, the département in 3 characters and 3 digits, as in QP075019"
)
_imei_shape = _shape(IMEI, "an IMEI", "exactly 15 digits, as in 490154203237518")
_rna_shape = _shape(RNA, "an RNA", "W and 9 digits, as in W751234567")
_iccid_shape = _shape(ICCID, "an ICCID", "19 or 20 digits that begin with 89")
_iban_shape = _shape(
    IBAN, "an IBAN", "country, 2 digits and the account, as in FR1420041010050500013M02606"
)


def _wrong_check(name: str, value: str, part: str, remedy: str) -> Exception:
    detail = f"{shown(value)} is not a valid {name}: wrong {part}."
    return refusal(f"{name.lower()}-check", detail, remedy)


@lru_cache(maxsize=32_768)
def check_uai(value: str) -> str:
    """A school; the letter is the number modulo 23."""
    _uai_shape(value)
    if _UAI_LETTERS[int(value[:7]) % 23] != value[7]:
        raise _wrong_check("UAI", value, "letter", "Copy it from the official school directory.")
    return value


@lru_cache(maxsize=8_192)
def check_siren(value: str) -> str:
    """A company or public body."""
    _siren_shape(value)
    try:
        return stdnum_siren.validate(value)
    except StdnumError:
        raise _wrong_check("SIREN", value, "check digit", "Copy it from Sirene.") from None


@lru_cache(maxsize=8_192)
def check_siret(value: str) -> str:
    """An establishment; those of La Poste add up to a multiple of 5 instead."""
    _siret_shape(value)
    try:
        return stdnum_siret.validate(value)
    except StdnumError:
        raise _wrong_check("SIRET", value, "check digit", "Copy it from Sirene.") from None


def check_qpv(value: str) -> str:
    """A priority neighbourhood in the geography of 2015, the one in force in 2020."""
    if value.startswith("QN"):
        detail = f"{shown(value)} is a QPV of the 2024 geography; in 2020 that of 2015 is in force."
        raise refusal("qpv-generation", detail, "Send the code of 2015, which begins with QP.")
    _qpv_shape(value)
    return value


def check_imei(value: str) -> str:
    """A device with a radio; 15 digits with the Luhn check, never the unchecked 14 or 16."""
    if len(value) != 15 or not (value.isascii() and value.isdigit()):
        _imei_shape(value)
    if luhn_remainder(value):
        raise _wrong_check("IMEI", value, "check digit", "Read the label or *#06# again.")
    return value


def check_rna(value: str) -> str:
    """A registered association; there is no check digit."""
    _rna_shape(value)
    return value


def check_iccid(value: str) -> str:
    """A SIM card; only the shape is certain, see `iccid_warnings`."""
    _iccid_shape(value)
    return value


def iccid_warnings(value: str) -> tuple[str, ...]:
    """What looks odd about an ICCID without being wrong: operators differ."""
    if len(value) == 20:
        return ("20 digits: this form is the operator's own and cannot be checked.",)
    if luhn_remainder(value):
        return ("The check digit does not fit: compare with the card.",)
    return ()


@lru_cache(maxsize=8_192)
def check_iban(value: str) -> str:
    """A bank account; the key of a French one is checked as well."""
    _iban_shape(value)
    try:
        stdnum_iban.validate(value, check_country=False)
    except StdnumError:
        raise _wrong_check("IBAN", value, "check digits", "Copy it from the RIB.") from None
    if value[:2] in _FRENCH_RIB_COUNTRIES and int(value[4:].translate(_RIB_DIGITS)) % 97:
        raise _wrong_check("IBAN", value, "RIB key", "Copy it from the RIB.")
    return value


def _published(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Uai = Annotated[str, AfterValidator(check_uai), _published(UAI, "0750655E")]
Siren = Annotated[str, AfterValidator(check_siren), _published(SIREN, "732829320")]
Siret = Annotated[str, AfterValidator(check_siret), _published(SIRET, "73282932000074")]
Qpv = Annotated[str, AfterValidator(check_qpv), _published(QPV, "QP075019")]
Imei = Annotated[str, AfterValidator(check_imei), _published(IMEI, "490154203237518")]
Rna = Annotated[str, AfterValidator(check_rna), _published(RNA, "W751234567")]
Iccid = Annotated[str, AfterValidator(check_iccid), _published(ICCID, "8933012345678901231")]
Iban = Annotated[str, AfterValidator(check_iban), _published(IBAN, "FR1420041010050500013M02606")]
