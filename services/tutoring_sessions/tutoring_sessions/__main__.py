"""Runs the service: `python -m tutoring_sessions`."""

from filrouge_chassis.service import run

from tutoring_sessions.app import DECIDER

raise SystemExit(run(DECIDER))
