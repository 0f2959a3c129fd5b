"""So that a supervisor starts it as it starts every service: told by the environment alone."""

from __future__ import annotations

from filrouge.commands.watch import watch

watch()
