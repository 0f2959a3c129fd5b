"""Structured logs: one JSON object a line; never a payload, never personal data."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from filrouge_contracts.journal import BatchDecided

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


Where = Mapping[str, object]
"""Fields that say where in its streams a lane stands."""


def rebuilding(lane: str) -> None:
    logger.warning(
        "%s will be rebuilt from its stream: its database is behind, or has another shape", lane
    )


def loaded(lane: str, rebuilt: bool, where: Where) -> None:
    how = "is rebuilt from its stream" if rebuilt else "is loaded"
    logger.info("%s %s", lane, how, extra=dict(where))


def loaded_again(lane: str, error: Exception, where: Where) -> None:
    name = type(error).__name__
    logger.warning("%s is loaded again: %s", lane, error, extra={"error": name, **where})


def stopped(lane: str, error: Exception, where: Where) -> None:
    """An error of ours says all; of any other it is told where it was made. No traceback otherwise:
    behind it may be the data that a contract refused."""
    trace = None if isinstance(error, FilrougeError) else error
    name = type(error).__name__
    logger.error("%s has stopped: %s", lane, error, exc_info=trace, extra={"error": name, **where})


def decided(lane: str, note: BatchDecided) -> None:
    """One line for a batch, and one for each record that raised: which one, never what is in it."""
    logger.debug(
        "%s has decided",
        lane,
        extra={
            "batch": note.batch,
            "first_sequence": note.first_sequence,
            "last_sequence": note.last_sequence,
            "read": {part.partition: [part.first, part.end] for part in note.read},
        },
    )
    for defect in note.defects:
        logger.warning(
            "%s could not process a record",
            lane,
            extra={
                "event_id": f"{note.service}/{defect.partition}/{defect.offset}",
                "error": defect.error,
                "remedy": defect.remedy,
            },
        )
