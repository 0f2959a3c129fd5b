"""The alerts with windows that a test can wait for: minutes are seconds, and days are seconds as well."""

from __future__ import annotations

from typing import Any

from filrouge.monitoring.alerts import rules
from filrouge.monitoring.scale import DAY, MINUTE, Scale

from tests.monitoring.installation import marked

SCRAPES_SECONDS = 5
OF_MINUTES, OF_DAYS = Scale(1 / MINUTE, SCRAPES_SECONDS), Scale(2.5 / DAY, SCRAPES_SECONDS)
IN_DAYS = {
    "FilrougePartnerSilent",
    "FilrougeDeadlinesMissed",
    "FilrougeWitnessSilent",
    "FilrougeWatchBehind",
}


def shortened() -> dict[str, Any]:
    """Of each alert the version whose windows fit it."""
    minutes, days = rules(OF_MINUTES)["groups"], rules(OF_DAYS)["groups"]
    for group, other in zip(minutes, days, strict=True):
        kept = [rule for rule in group["rules"] if rule.get("alert") not in IN_DAYS]
        kept += [rule for rule in other["rules"] if rule.get("alert") in IN_DAYS]
        group["rules"] = [_of_our_own(rule) for rule in kept]
    return marked({"groups": minutes}, windows="short")


def _of_our_own(rule: dict[str, Any]) -> dict[str, Any]:
    """What is recorded has another name than in the file as it is, since both are loaded."""
    renamed = {key: rule[key].replace("filrouge:", "short:") for key in ("expr",)}
    if "record" in rule:
        renamed["record"] = rule["record"].replace("filrouge:", "short:")
    return {**rule, **renamed}


SHORT_RULES = shortened()
