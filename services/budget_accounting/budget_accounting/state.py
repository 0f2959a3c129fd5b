"""How each event changes what is remembered: budget lines, and engagements of either kind."""

from __future__ import annotations

from filrouge_chassis.decider import Evolutions

from budget_accounting import engagement_evolutions, line_state

EVOLUTIONS: Evolutions = {**line_state.EVOLUTIONS, **engagement_evolutions.EVOLUTIONS}
