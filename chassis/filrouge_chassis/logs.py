"""Structured logs: one JSON object a line; never a payload, never personal data."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from filrouge_chassis.errors import FilrougeError

logger = logging.getLogger(__name__)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Fields given as `extra` become fields of the object."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(service: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "faststream", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def loaded_again(lane: str, error: Exception) -> None:
    logger.warning("%s is loaded again: %s", lane, error, extra={"error": type(error).__name__})


def stopped(lane: str, error: Exception) -> None:
    """An error of ours says all; of any other it is told where it was made. No traceback otherwise:
    behind it may be the data that a contract refused."""
    trace = None if isinstance(error, FilrougeError) else error
    name = type(error).__name__
    logger.error("%s has stopped: %s", lane, error, exc_info=trace, extra={"error": name})
