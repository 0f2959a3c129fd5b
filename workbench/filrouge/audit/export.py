"""All events as Parquet, a file for each type, for SQL engines and data frames of others.

A partner's own words are not exported: they may be anything. What they became, if they were accepted, is.
Memory is bounded: rows wait until there are enough of one type for a row group, or too many in all.

Of n shares each writes its partitions into a file of its own in the type's folder, which is then one table:
an event is told apart from its repetitions within its partition, so that no share needs to know another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filrouge_contracts.register import REGISTER
from pydantic import ValidationError

from filrouge.audit.columns import Columns
from filrouge.audit.errors import AuditFailed
from filrouge.audit.export_files import check_empty, file_of
from filrouge.audit.share import Share
from filrouge.audit.told import Told, told
from filrouge.stream import Progress, Source

ROWS_OF_A_GROUP = 20_000
ROWS_IN_MEMORY = 100_000


async def export(
    source: Source,
    folder: Path,
    progress: Progress = lambda *_: None,
    rows_of_a_group: int = ROWS_OF_A_GROUP,
    rows_in_memory: int = ROWS_IN_MEMORY,
    share: Share | None = None,
) -> Mapping[str, int]:
    """Type → number of events; every type of the register has a file, with its columns at least."""
    if share is None:
        check_empty(folder)
    paths = {entry.type: file_of(folder, entry.type, share) for entry in REGISTER}
    files = _Files(paths, rows_of_a_group, rows_in_memory)
    chosen = [place for place in source.bounds if share is None or share.has(place)]
    try:
        async for record in source.records(chosen, progress):
            one = told(record)
            if one.ours:
                files.take(one)
    finally:
        files.close()
    files.publish()
    return files.counts


class _Files:
    """The open files, and the rows that wait. Until all is written, the files are hidden."""

    def __init__(
        self, paths: Mapping[str, Path], rows_of_a_group: int, rows_in_memory: int
    ) -> None:
        self.counts = Counter({entry.type: 0 for entry in REGISTER})
        self._at_once, self._at_most = rows_of_a_group, rows_in_memory
        self._columns = {entry.type: Columns(entry.model) for entry in REGISTER}
        self._waiting: dict[str, list[dict[str, Any]]] = {name: [] for name in self._columns}
        self._seen: dict[tuple[str, int, str], int] = {}
        self._rows = 0
        self._paths = paths
        self._writers = {
            name: pq.ParquetWriter(_hidden(path), self._columns[name].schema, compression="zstd")
            for name, path in paths.items()
        }

    def take(self, one: Told) -> None:
        """Once, however often it was published. Raises AuditFailed for what is no event."""
        lane = (one.place.topic, one.place.partition, one.source)
        if one.sequence <= self._seen.get(lane, 0):
            return
        self._seen[lane] = one.sequence
        try:
            self._waiting[one.type].append(self._columns[one.type].row(one))
        except (KeyError, ValidationError) as error:
            raise AuditFailed(
                f"{one.place} is no event of this release's contracts ({one.type}): check it first"
                " with `filrouge audit check`"
            ) from error
        self.counts[one.type] += 1
        self._rows += 1
        if len(self._waiting[one.type]) >= self._at_once:
            self._write(one.type)
        elif self._rows >= self._at_most:
            self._write(max(self._waiting, key=lambda name: len(self._waiting[name])))

    def close(self) -> None:
        for name, writer in self._writers.items():
            if self._waiting[name]:
                self._write(name)
            writer.close()

    def publish(self) -> None:
        for path in self._paths.values():
            _hidden(path).replace(path)

    def _write(self, name: str) -> None:
        """As one row group."""
        rows = self._waiting[name]
        self._writers[name].write_table(
            pa.Table.from_pylist(rows, schema=self._columns[name].schema)
        )
        self._rows -= len(rows)
        rows.clear()


def _hidden(path: Path) -> Path:
    """Where it is written. SQL engines pass over names that begin with a dot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}")
