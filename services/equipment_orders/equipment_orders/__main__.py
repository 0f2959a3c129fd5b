"""Runs the service: `python -m equipment_orders`."""

from filrouge_chassis.service import run

from equipment_orders.app import DECIDER

raise SystemExit(run(DECIDER))
