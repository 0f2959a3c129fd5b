"""Runs the service: `python -m delivery_confirmations`."""

from filrouge_chassis.service import run

from delivery_confirmations.app import DECIDER

raise SystemExit(run(DECIDER))
