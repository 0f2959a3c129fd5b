"""A real Kafka and a real PostgreSQL on this machine, started, killed and stopped from Python."""

from filrouge.stack.local import Stack, local_stack
from filrouge.stack.problems import StackFailed

__all__ = ["Stack", "StackFailed", "local_stack"]
