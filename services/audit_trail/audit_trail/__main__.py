"""Runs the service: `python -m audit_trail`."""

from audit_trail.app import run

raise SystemExit(run())
