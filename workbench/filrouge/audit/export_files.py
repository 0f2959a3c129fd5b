"""Where an export's files lie, and whether those of all shares are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER

from filrouge.audit.columns import Columns
from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import Share, check_whole

_PART = re.compile(r"part-(\d+)-of-(\d+)\.parquet")


def file_of(folder: Path, name: str, share: Share | None) -> Path:
    """Of one type."""
    if share is None:
        return folder / f"{name}.parquet"
    return folder / name / f"part-{share.index:05}-of-{share.of:05}.parquet"


def check_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise AuditFailed(f"{folder} is not empty: name a new folder, an export is never mixed")


def merge(folder: Path) -> Mapping[str, int]:
    """Type → number of events. Raises AuditFailed unless every share has its file of every type, with the
    columns of its contract; nothing is written."""
    return {entry.type: _rows(folder / entry.type, entry.model) for entry in REGISTER}


def _rows(folder: Path, model: type[Event]) -> int:
    paths = [path for path in sorted(folder.glob("*")) if not path.name.startswith(".")]
    found = [(path, _PART.fullmatch(path.name)) for path in paths]
    if strange := [path for path, part in found if part is None]:
        raise AuditFailed(f"{strange[0]} is no share of an export: an export is never mixed")
    shares = [Share(int(part[1]), int(part[2])) for _, part in found if part is not None]
    if not shares:
        raise AuditFailed(f"{folder} holds no share of an export")
    check_whole(shares, f"in {folder}")
    return sum(_rows_of(path, Columns(model)) for path in paths)


def _rows_of(path: Path, columns: Columns) -> int:
    try:
        metadata = pq.read_metadata(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise AuditFailed(f"{path} cannot be read: {error}; export this share again") from error
    if metadata.schema.to_arrow_schema() != columns.schema:
        raise AuditFailed(
            f"{path} has other columns than its contract: export all with one release"
        )
    return int(metadata.num_rows)
