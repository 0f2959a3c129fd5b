"""Every event is a row of its type's file, with the columns of its contract, and can be read by others."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filrouge.audit.columns import ENVELOPE, Columns
from filrouge.audit.errors import AuditFailed
from filrouge.audit.export import export
from filrouge.audit.export_files import file_of, merge
from filrouge.audit.share import Share
from filrouge.stream import Source
from filrouge.testing.recorded_world import open_recorded
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.parking import RecordParked
from filrouge_contracts.payment import PaymentRecorded
from filrouge_contracts.register import REGISTER, Entry
from msgspec.structs import replace

from workbench.tests.audited import Auditor, all_told


async def test_all_events_are_there_once_each_in_the_file_of_its_type(
    source: Source, tmp_path: Path
) -> None:
    counts = await export(source, tmp_path / "out", rows_of_a_group=50, rows_in_memory=400)
    every = await all_told(source)
    assert +Counter(counts) == Counter(one.type for one in every)
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {e.type for e in REGISTER}
    for name, count in counts.items():
        file = pq.ParquetFile(tmp_path / "out" / f"{name}.parquet")
        assert file.metadata.num_rows == count
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert all(rows <= 50 for rows in groups)


async def test_a_row_says_what_the_event_says(source: Source, tmp_path: Path) -> None:
    await export(source, tmp_path)
    table = pq.read_table(tmp_path / f"{PaymentRecorded.event_type}.parquet")
    rows = {row["id"]: row for row in table.to_pylist()}
    payments = await all_told(source, PaymentRecorded)
    assert sum(row["amount_cents"] for row in rows.values()) == sum(
        one.data["amount_cents"] for one in payments
    )
    for one in payments:
        row = rows[one.id]
        assert row["paid_at"] == datetime.fromisoformat(one.data["paid_at"])
        assert (row["topic"], row["partition"], row["offset"]) == one.place
        assert (row["cause"], row["trace"]) == (str(one.cause), one.trace)
        assert row["purpose"] == one.data["purpose"]
        assert row["postings"] == one.data["postings"]


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_every_contract_has_columns_the_envelope_first(entry: Entry) -> None:
    schema = Columns(entry.model).schema
    assert schema.names[: len(ENVELOPE)] == list(ENVELOPE)
    assert len(set(schema.names)) == len(schema.names)


def test_what_has_no_one_type_is_json_and_a_name_that_is_taken_is_data_s() -> None:
    journal = Columns(BatchDecided).schema
    assert journal.field("watermarks").type == journal.field("waking").type == pa.string()
    read = journal.field("read").type.value_type
    assert [read.field(n).name for n in range(read.num_fields)] == ["partition", "first", "end"]
    parked = Columns(RecordParked).schema
    assert {"data_topic", "data_partition", "data_offset", "data_key"} <= set(parked.names)


async def test_maps_come_back_from_their_json(source: Source, tmp_path: Path) -> None:
    await export(source, tmp_path)
    rows = pq.read_table(tmp_path / f"{BatchDecided.event_type}.parquet").to_pylist()
    found = {row["id"]: json.loads(row["watermarks"]) for row in rows}
    for one in (await all_told(source, BatchDecided))[:200]:
        assert found[one.id] == one.data["watermarks"]


async def test_a_folder_with_something_in_it_is_refused(auditor: Auditor, tmp_path: Path) -> None:
    assert "types in" in await auditor.run("export", "--to", str(tmp_path / "new"))
    again = await auditor.refuses("export", "--to", str(tmp_path / "new"))
    assert "is not empty: name a new folder" in again


async def test_what_no_contract_knows_is_refused_with_its_place(
    recorded: Path, source: Source, tmp_path: Path
) -> None:
    wrong = await open_recorded(str(recorded))
    payment = (await all_told(wrong, PaymentRecorded))[0]
    records = wrong.log._broker.partitions[payment.place.on]  # type: ignore[attr-defined]
    records[payment.place.offset] = replace(records[payment.place.offset], value=b"{}")
    with pytest.raises(AuditFailed, match=f"{payment.place} is no event"):
        await export(wrong, tmp_path)


def rows_in(path: Path) -> list[str]:
    """Of a file, or of a folder as one table; in an order that does not depend on who wrote which row."""
    return sorted(map(str, pq.read_table(path).to_pylist()))


@pytest.fixture(scope="module")
def shared(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    for index in (2, 0, 1):
        share = Share(index, 3)
        asyncio.run(export(source, folder, rows_of_a_group=50, rows_in_memory=400, share=share))
    return folder


async def test_shares_write_parts_of_which_a_types_folder_is_the_same_table(
    source: Source, tmp_path: Path, shared: Path
) -> None:
    counts = await export(source, tmp_path)
    assert merge(shared) == counts
    for name in counts:
        assert rows_in(shared / name) == rows_in(tmp_path / f"{name}.parquet")
        parts = sorted(path.name for path in (shared / name).iterdir())
        assert parts == [f"part-{index:05}-of-00003.parquet" for index in range(3)]
    written = pq.read_metadata(file_of(shared, BatchDecided.event_type, Share(1, 3))).num_rows
    assert 0 < written < counts[BatchDecided.event_type]


async def test_a_share_that_is_exported_again_replaces_its_parts(
    source: Source, shared: Path
) -> None:
    before = merge(shared)
    await export(source, shared, share=Share(1, 3))
    assert merge(shared) == before


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _with_other_columns(path: Path) -> None:
    pq.write_table(pa.table({"id": ["1"]}), path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Path.unlink, "shares 0, 2 of 3 are no whole: each is needed once, in "),
        (lambda p: p.rename(p.with_name("part-00001-of-00004.parquet")), "of 3 and 4 are no whole"),
        (lambda p: p.rename(p.with_name("old.parquet")), "old.parquet is no share of an export"),
        (_cut, "cannot be read: .*; export this share again"),
        (_with_other_columns, "has other columns than its contract"),
        (lambda p: shutil.rmtree(p.parent), "holds no share of an export"),
    ],
)
async def test_shares_that_are_no_whole_are_refused(
    change: Callable[[Path], object], sentence: str, shared: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shared, tmp_path / "out"))
    change(file_of(folder, PaymentRecorded.event_type, Share(1, 3)))
    with pytest.raises(AuditFailed, match=sentence):
        merge(folder)


def _first_letters(folder: Path) -> str:
    return "".join(path.name[0] for path in folder.iterdir())


async def test_an_export_that_fails_leaves_nothing_that_looks_like_one(
    recorded: Path, tmp_path: Path
) -> None:
    wrong = await open_recorded(str(recorded))
    payment = (await all_told(wrong, PaymentRecorded))[0]
    records = wrong.log._broker.partitions[payment.place.on]  # type: ignore[attr-defined]
    records[payment.place.offset] = replace(records[payment.place.offset], value=b"{}")
    with pytest.raises(AuditFailed):
        await export(wrong, tmp_path)
    assert set(_first_letters(tmp_path)) == {"."}


async def test_the_command_writes_shares_and_looks_whether_all_are_there(
    auditor: Auditor, tmp_path: Path
) -> None:
    out, whole = str(tmp_path / "shares"), await auditor.run("export", "--to", str(tmp_path / "1"))
    for index in ("0", "1"):
        await auditor.run("export", "--to", out, "--share-index", index, "--of", "2")
    merged = await auditor.run("export", "--merge", out)
    assert merged.split(" in ")[0] == whole.split(" in ")[0]
    assert "name what to read" in await auditor.refuses("export", "--share-index", "0", "--of", "2")
