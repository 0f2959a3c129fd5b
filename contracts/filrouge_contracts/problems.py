"""Validation errors as sentences: what is wrong, where, by which rule, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

SHOWN_CHARACTERS = 60

_REMEDIES = {
    "missing": "Send this field; the schema lists the fields of the event.",
    "json_invalid": "Send one JSON object in UTF-8, without NaN or Infinity.",
    "int_type": "Send a JSON integer, without quotes or decimals; money is in cents.",
    "string_type": "Send a JSON string, in quotes.",
    "enum": "Send one of the values listed.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an event."""

    where: str
    """Path of the field, as in `items.0.item`; empty for the event as a whole."""
    rule: str
    detail: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where or 'event'}: {self.detail} {self.remedy} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Says:
    """Annotation that replaces pydantic's own wording of whatever the type refuses."""

    rule: str
    detail: str
    remedy: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source),
            custom_error_type=self.rule,
            custom_error_message=self.detail,
            custom_error_context={"remedy": self.remedy},
        )


def refusal(rule: str, detail: str, remedy: str) -> PydanticCustomError:
    """The error for a validator to raise; `detail` may hold the refused value."""
    return PydanticCustomError(rule, "{detail}", {"detail": detail, "remedy": remedy})


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Every problem that pydantic found, in its order.

    A list whose items were refused is then reported as too short as well: that is left out.
    """
    found = error.errors(include_url=False)
    return tuple(
        _problem(details)
        for details in found
        if details["type"] != "too_short"
        or not any(
            len(other["loc"]) > len(details["loc"])
            and other["loc"][: len(details["loc"])] == details["loc"]
            for other in found
        )
    )


def problems_in(read: Callable[[], object]) -> tuple[Problem, ...]:
    """What is wrong with an event that `read` reads; nothing when it can be read."""
    try:
        read()
    except ValidationError as error:
        return problems_of(error)
    return ()


def _problem(details: ErrorDetails) -> Problem:
    where = ".".join(str(step) for step in details["loc"])
    rule = details["type"]
    message = details["msg"]
    remedy = details.get("ctx", {}).get("remedy") or _REMEDIES.get(
        rule, "Correct it and send again."
    )
    return Problem(where, rule.replace("_", "-"), message.removesuffix(".") + ".", remedy)


def shown(value: str) -> str:
    """A refused value, quoted and cut, for a message."""
    return repr(value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…")
