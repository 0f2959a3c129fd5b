"""Releases of the accounts that are not as they should be, as the text of a module to run in their place."""

from __future__ import annotations


def raising(line: str) -> str:
    """A defect: credits of this budget line make the rule raise."""
    return f"""
from dataclasses import replace
from budget_accounting.app import DECIDER
from filrouge_chassis.service import run
from filrouge_contracts.budget import CreditsOpened

def stumble(line, event, context):
    if event.budget_line == "{line}":
        raise ZeroDivisionError("a bad release")
    return DECIDER.rules["line", CreditsOpened](line, event, context)

rules = {{**DECIDER.rules, ("line", CreditsOpened): stumble}}
raise SystemExit(run(replace(DECIDER, rules=rules)))
"""


def reshaped() -> str:
    """The next shape of the states, with the same rules."""
    return """
from dataclasses import replace
from budget_accounting.app import DECIDER
from filrouge_chassis.service import run

raise SystemExit(run(replace(DECIDER, shape=DECIDER.shape + 1)))
"""
