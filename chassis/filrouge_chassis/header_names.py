"""Header names that are not UTF-8: Kafka takes them, and aiokafka's parser raises on them, for ever.

One such record on its topic would keep a partner from ever being read again. Here the records of the fetch
that raised are parsed a second time, by aiokafka's own parser in Python, with the strange bytes of names
written as `\\xff`. Nothing is lost: values, and headers with readable names, are what they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record import default_records, memory_records


def install() -> None:
    """From now on every consumer of this process reads such records; safe to call again."""
    fetcher.MemoryRecords = _KeptRecords
    fetcher.PartitionRecords = _PartitionRecords


class _KeptRecords(memory_records.MemoryRecords):  # type: ignore[misc]
    """The records of one fetch, which remembers the bytes they came from."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.raw = raw


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """Starts again, leniently, behind the last record that could be read."""

    _records: Any

    def _unpack_records(self) -> Iterator[Any]:
        try:
            yield from super()._unpack_records()
        except (UnicodeDecodeError, CorruptRecordException) as error:
            if not isinstance(error.__cause__ or error, UnicodeDecodeError):
                raise
            first = self.next_fetch_offset
            self._records = _LenientRecords(self._records.raw)
            for record in super()._unpack_records():  # from the beginning of the fetch
                if record.offset >= first:
                    yield record


class _LenientRecords(memory_records._MemoryRecordsPy):  # type: ignore[misc]
    """Batches in the present format whose header names may be any bytes."""

    def next_batch(self) -> Any:
        following = self._next_slice
        batch = super().next_batch()
        if isinstance(batch, default_records.DefaultRecordBatch):
            return _LenientBatch(following)
        return batch


class _LenientBatch(default_records._DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: Any

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBytes(self._buffer)


class _LenientBytes(bytearray):
    """Whose slices decode whatever is in them; the parser decodes nothing but header names."""

    def __getitem__(self, index: Any) -> Any:
        got = super().__getitem__(index)
        return _LenientBytes(got) if isinstance(index, slice) else got

    def decode(self, *_: str) -> str:
        return bytes(self).decode("utf-8", "backslashreplace")
