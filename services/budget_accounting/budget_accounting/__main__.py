"""Runs the service: `python -m budget_accounting`."""

from filrouge_chassis.service import run

from budget_accounting.app import DECIDER

raise SystemExit(run(DECIDER))
