"""Runs the service: `python -m partner_gateway`."""

from filrouge_chassis.service import run

from partner_gateway.app import DECIDER

raise SystemExit(run(DECIDER))
