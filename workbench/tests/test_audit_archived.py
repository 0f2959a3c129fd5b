"""What is archived is read as it was recorded, and decided again from the archive alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from filrouge.audit.archived import archive_source
from filrouge.audit.errors import AuditFailed
from filrouge.audit.shares import re_execute
from filrouge.audit.source import opener_of
from filrouge.stream import Source
from filrouge.testing.archived import archive
from filrouge_contracts.register import REGISTER


@pytest.fixture(scope="module")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    asyncio.run(archive(source, made))
    return made


@pytest.fixture
async def sources(source: Source, folder: Path) -> tuple[Source, Source]:
    """As it was recorded, and as it is archived."""
    return source, await opener_of(str(folder))()


async def test_an_archive_tells_every_record_as_it_was(sources: tuple[Source, Source]) -> None:
    then, now = sources
    assert now.lanes == then.lanes
    for place, (first, end) in then.bounds.items():
        if first == end:
            continue
        assert now.bounds[place] == (first, end)
        was = [record async for chunk in then.log.read(place, first, end) for record in chunk]
        assert [r async for chunk in now.log.read(place, first, end) for r in chunk] == was
    assert {place for place, (_, end) in then.bounds.items() if end} == now.roots.keys()


async def test_an_archive_knows_partitions_that_hold_nothing(
    sources: tuple[Source, Source],
) -> None:
    then, now = sources
    of_facts = set(REGISTER.fact_topics)

    assert {name: now.partitions[name] for name in of_facts} == dict.fromkeys(of_facts, then.lanes)


async def test_everything_is_decided_again_from_an_archive(
    sources: tuple[Source, Source], folder: Path
) -> None:
    """In processes that open it for themselves."""
    again = await asyncio.to_thread(re_execute, opener_of(str(folder)))
    assert again.good
    assert again.decisions > 10_000


def test_a_url_of_no_known_kind_is_refused() -> None:
    with pytest.raises(AuditFailed, match="it must be a folder or one of kafka"):
        opener_of("ftp://somewhere")


async def test_a_folder_without_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="holds no archive"):
        await archive_source(str(tmp_path))
