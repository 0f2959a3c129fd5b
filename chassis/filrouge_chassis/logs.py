"""Structured logs: one JSON object a line; never a payload, never personal data."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from filrouge_contracts.journal import BatchDecided

from filrouge_chassis.catalogue import LogEvent
from filrouge_chassis.errors import FilrougeError

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
Where = Mapping[str, object]
"""Fields that say where in its streams a lane stands."""

KAFKA_AWAY = LogEvent("kafka_away", logging.WARNING, "waiting for Kafka: {error}")
TASK_ENDED = LogEvent("task_ended", logging.ERROR, "task {task} has ended")
REBUILDING = LogEvent(
    "lane_rebuilding",
    logging.WARNING,
    "{lane} will be rebuilt from its stream: its database is behind, or has another shape",
)
LOADED = LogEvent("lane_loaded", logging.INFO, "{lane} {how}")
LOADED_AGAIN = LogEvent("lane_loaded_again", logging.WARNING, "{lane} is loaded again: {reason}")
STOPPED = LogEvent("lane_stopped", logging.ERROR, "{lane} has stopped: {reason}")
DECIDED = LogEvent("batch_decided", logging.DEBUG, "{lane} has decided")
DEFECT = LogEvent("record_parked", logging.WARNING, "{lane} could not process a record")
OFFSETS_KEPT = LogEvent(
    "offsets_not_committed", logging.INFO, "offsets were not committed: {error}"
)
CONTROL_AGAIN = LogEvent("control_read_again", logging.WARNING, "control is read again: {error}")
CONTROL_STRANGE = LogEvent(
    "control_strange",
    logging.ERROR,
    "{place} has type {type!r}, which is not for control; nobody decides by it",
)
CONTROL_INVALID = LogEvent(
    "control_invalid",
    logging.ERROR,
    "{place} is not a valid {type}, nobody decides by it: {problems}",
)
COLLECTOR_BACK = LogEvent("collector_back", logging.INFO, "the collector takes spans again")
COLLECTOR_AWAY = LogEvent(
    "collector_away",
    logging.WARNING,
    "the collector takes no spans, they are dropped until it does: does it run, and"
    " take OTLP over HTTP where FILROUGE_TRACE_COLLECTOR says?",
)
EVENTS = (
    *(KAFKA_AWAY, TASK_ENDED, REBUILDING, LOADED, LOADED_AGAIN, STOPPED, DECIDED, DEFECT),
    *(OFFSETS_KEPT, CONTROL_AGAIN, CONTROL_STRANGE, CONTROL_INVALID),
    *(COLLECTOR_BACK, COLLECTOR_AWAY),
)


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


def loaded(lane: str, rebuilt: bool, where: Where) -> None:
    how = "is rebuilt from its stream" if rebuilt else "is loaded"
    LOADED.say(lane=lane, how=how, more=where)


def loaded_again(lane: str, error: Exception, where: Where) -> None:
    LOADED_AGAIN.say(lane=lane, reason=error, more={"error": type(error).__name__, **where})


def stopped(lane: str, error: Exception, where: Where) -> None:
    """An error of ours says all; of any other it is told where it was made. No traceback otherwise:
    behind it may be the data that a contract refused."""
    trace = None if isinstance(error, FilrougeError) else error
    more = {"error": type(error).__name__, **where}
    STOPPED.say(lane=lane, reason=error, more=more, exc_info=trace)


def decided(lane: str, note: BatchDecided) -> None:
    """One line for a batch, and one for each record that raised: which one, never what is in it."""
    if DECIDED.is_heard():
        read = {part.partition: [part.first, part.end] for part in note.read}
        sequences = {"first_sequence": note.first_sequence, "last_sequence": note.last_sequence}
        DECIDED.say(lane=lane, more={"batch": note.batch, "read": read, **sequences})
    for defect in note.defects:
        event_id = f"{note.service}/{defect.partition}/{defect.offset}"
        more = {"event_id": event_id, "error": defect.error, "remedy": defect.remedy}
        DEFECT.say(lane=lane, more=more)
