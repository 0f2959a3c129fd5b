"""Why a receipt cannot be given: what is wrong, where, by which rule, and what to do.

Every answer that is not a receipt has this one form, as the verdicts of the gateway have.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from filrouge_archive.errors import ArchiveError, Erased, NotYet
from filrouge_chassis.errors import Transient
from filrouge_contracts.topics import AUDIT

HOW = "Ask GET /receipts/<topic>/<partition>/<offset> or /receipts?source=<source>&id=<id>."
AGAIN_SECONDS = 1


class Problem(NamedTuple):
    """`where`: the part of the request, or the record, that it is about."""

    status: HTTPStatus
    rule: str
    where: str
    error: str
    remedy: str

    @property
    def passes(self) -> bool:
        """Whether the same question may have another answer soon."""
        return self.status in (HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE)


class Wrong(Exception):
    """The question has no answer, whoever asks how often."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.error)
        self.problem = problem


def malformed(rule: str, where: str, error: str, remedy: str) -> Wrong:
    return Wrong(Problem(HTTPStatus.BAD_REQUEST, rule, where, error, remedy))


def unknown(rule: str, where: str, error: str, remedy: str) -> Wrong:
    return Wrong(Problem(HTTPStatus.NOT_FOUND, rule, where, error, remedy))


def not_allowed(method: str) -> Wrong:
    error = f"{method} is not allowed: receipts are read"
    return Wrong(Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method", "method", error, HOW))


def problem_of(error: Transient | ArchiveError, where: str) -> Problem:
    """Of what the archive, its store or Kafka say."""
    said = str(error)
    if isinstance(error, NotYet):
        return Problem(HTTPStatus.CONFLICT, "not-signed-yet", where, said, "Ask again in a second.")
    if isinstance(error, Erased):
        remedy = f"An event on {AUDIT} says who had it erased, and on which ground."
        return Problem(HTTPStatus.GONE, "erased", where, said, remedy)
    if isinstance(error, Transient):
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "away", where, said, "Ask again.")
    remedy = "Tell whoever runs the archive: filrouge audit verify names what is damaged."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "archive-damaged", where, said, remedy)
