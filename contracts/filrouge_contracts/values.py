"""Money, quantities, instants and our own identifiers: the words that all events are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

from filrouge_contracts.problems import Says, refusal

MAX_CENTS = 10**13
"""A hundred billion euros: far beyond the plan, and exact in every JSON reader (below 2**53)."""
MAX_QUANTITY = 1_000_000
FULL_BP = 10_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
BEYOND = datetime(2100, 1, 1, tzinfo=UTC)

_INSTANT_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)$"


class _InUtc:
    """Aware, in UTC, of our time so that a deadline can be added to it.

    From JSON only the RFC 3339 form, never a number of seconds.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        instant = core_schema.datetime_schema(tz_constraint=0, strict=True, ge=EARLIEST, lt=BEYOND)
        from_text = core_schema.datetime_schema(
            tz_constraint=0, strict=False, ge=EARLIEST, lt=BEYOND
        )
        text = core_schema.str_schema(pattern=_INSTANT_TEXT, strict=True)
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([text, from_text]),
            python_schema=instant,
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": _INSTANT_TEXT}


Instant = Annotated[
    datetime,
    _InUtc(),
    Says(
        "instant-utc",
        "must be an instant in UTC from 1970 to 2099, such as 2020-05-04T08:00:00Z.",
        "Convert local time to UTC and write it with Z.",
    ),
]

_CENTS = Says(
    "cents",
    f"must be a whole number of cents from 0 to {MAX_CENTS}.",
    "Send cents as an integer: 185 euros are 18500.",
)
Cents = Annotated[int, Field(ge=0, le=MAX_CENTS), _CENTS]
PositiveCents = Annotated[
    int,
    Field(gt=0, le=MAX_CENTS),
    Says(
        "positive-cents",
        f"must be a whole number of cents from 1 to {MAX_CENTS}.",
        "Send cents as an integer greater than 0: 185 euros are 18500.",
    ),
]
SignedCents = Annotated[int, Field(ge=-MAX_CENTS, le=MAX_CENTS)]
TotalCents = Annotated[int, Field(ge=0, lt=2**53)]
"""A sum over many events, still exact in every JSON reader."""
SignedTotalCents = Annotated[int, Field(gt=-(2**53), lt=2**53)]
Quantity = Annotated[
    int,
    Field(gt=0, le=MAX_QUANTITY),
    Says(
        "quantity",
        f"must be a whole number from 1 to {MAX_QUANTITY}.",
        "Send the number of pieces as an integer.",
    ),
]
Pieces = Annotated[
    int,
    Field(ge=0, le=MAX_QUANTITY),
    Says(
        "pieces",
        f"must be a whole number from 0 to {MAX_QUANTITY}.",
        "Send the number of pieces as an integer; none is 0.",
    ),
]
SignedPieces = Annotated[int, Field(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
Hours = Pieces
Minutes = Annotated[
    int,
    Field(ge=0, le=1440),
    Says(
        "minutes",
        "must be a whole number of minutes from 0 to 1440.",
        "Send how long it lasted; nothing when nobody came is 0.",
    ),
]
TotalMinutes = Annotated[int, Field(ge=0, le=60 * MAX_QUANTITY * 100)]
"""A sum over the sessions of a programme."""
SignedMinutes = Annotated[int, Field(ge=-1440, le=1440)]
BasisPoints = Annotated[
    int,
    Field(ge=0, le=FULL_BP),
    Says(
        "basis-points",
        f"must be a whole number of hundredths of a percent from 0 to {FULL_BP}.",
        "Send 20 % as 2000, 5.5 % as 550.",
    ),
]

Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Says(
        "sha256",
        "must be a SHA-256 digest: 64 digits 0-9 a-f.",
        "Send the digest of the document's bytes in small hexadecimal letters.",
    ),
]
"""What a document that is kept elsewhere is recognised by."""

_CODE = r"^[A-Z0-9][A-Z0-9-]{0,39}$"
_SLUG = r"^[a-z0-9][a-z0-9-]{0,39}$"
_CODE_SAYS = Says(
    "code",
    "must be 1 to 40 capital letters A-Z, digits or hyphens, the first not a hyphen.",
    "Send your own reference in this form, such as O-075-0001.",
)
_CODE_SHAPE = StringConstraints(pattern=_CODE)

OrderId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
NeedId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
AgreementId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
EngagementId = Annotated[
    str,
    StringConstraints(pattern=r"^(order|programme):[A-Z0-9][A-Z0-9-]{0,39}$"),
    Says(
        "engagement",
        "must be order: or programme: and the reference of what the State has engaged itself to.",
        "Send what you are paid for, such as order:O-075-0001.",
    ),
]
"""Engagement juridique: what the accounts call an order of goods or a tutoring programme."""
BudgetLineId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
UoId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""Unité opérationnelle: the manager of a share of the programme's credits."""
DecisionId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""The act by which credits are delegated or withdrawn; it is carried out once."""
ProgrammeId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
CertificateId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""A statement of hours that the State approves, as a delivery note is for goods."""
MentorId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
PairId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""A mentor and a pupil who work together in a programme."""
SessionId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
DeliveryNoteId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
InvoiceId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
PaymentId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
PenaltyId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
RepaymentId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""What is due back: a credit note, an order to repay, or the accounts' own reference."""
ItemId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
UserId = Annotated[str, _CODE_SHAPE, _CODE_SAYS]
"""Who acted, as an opaque code of the partner's own; never a name or an address."""
PartnerId = Annotated[
    str,
    StringConstraints(pattern=_SLUG),
    Says(
        "partner-id",
        "must be 1 to 40 small letters a-z, digits or hyphens, the first not a hyphen.",
        "Send the id that you were registered under, such as school-0750655e.",
    ),
]
PupilId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    Says(
        "pupil",
        "must be a UUID in small letters, such as 7c9e6679-7425-40de-944b-e07fc1f90ae7.",
        "Send the random UUID that the school gave the pupil; never a name or an INE.",
    ),
]
"""Whom it means, only the school knows."""


def vat_cents(excl_vat_cents: int, vat_rate_bp: int) -> int:
    """VAT on a line's total, half a cent rounded up; integers only."""
    return (excl_vat_cents * vat_rate_bp + FULL_BP // 2) // FULL_BP


def line_total_cents(quantity: int, unit_price_excl_vat_cents: int, vat_rate_bp: int) -> int:
    """Line total including VAT; VAT is rounded once, on the line, not on the unit."""
    excl_vat_cents = quantity * unit_price_excl_vat_cents
    return excl_vat_cents + vat_cents(excl_vat_cents, vat_rate_bp)


def some_credits(ae_cents: int, cp_cents: int) -> None:
    """Raises the refusal of credits that are none."""
    if not ae_cents and not cp_cents:
        detail = "neither ae_cents nor cp_cents is more than 0."
        raise refusal("credits-of-nothing", detail, "Say how much is moved.")
