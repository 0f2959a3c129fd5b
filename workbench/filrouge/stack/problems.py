"""What can go wrong with the stack, said in one sentence that says what to do."""

from __future__ import annotations


class StackFailed(Exception):
    """A process of the stack could not be started, reached or stopped."""
