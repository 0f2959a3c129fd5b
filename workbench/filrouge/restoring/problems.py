"""Why a stream is not put back."""

from __future__ import annotations


class RestoreRefused(Exception):
    """Going on would make another stream than the archived one; the message says what to do."""
