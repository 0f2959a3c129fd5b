"""Names of topics; the generation in each keeps event ids unique for ever.

Those of a domain are named in its table; here are those that everything else is made of.
"""

from __future__ import annotations

GENERATION = "g1"


def topic(name: str) -> str:
    """`control` → `control.g1`; the name may be a template such as `journal.{service}`."""
    return f"{name}.{GENERATION}"


CONTROL = topic("control")
AUDIT = topic("audit")
VERDICTS = topic("partners.{partner}.verdicts")
PARTNER_IN = topic("partners.{partner}.in")
PARTNER_REDRIVE = topic("partners.{partner}.redrive")
