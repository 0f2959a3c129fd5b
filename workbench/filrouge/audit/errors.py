"""What an auditor asks for and the record does not have."""

from __future__ import annotations


class AuditFailed(Exception):
    """The message says in a sentence what is not there or not possible, and what to do instead."""
