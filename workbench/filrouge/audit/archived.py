"""An archive as a source: all that its newest commit covers, from the store alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from filrouge_archive.archive import Archive
from filrouge_archive.archive_log import ArchiveLog
from filrouge_archive.errors import ArchiveError, Missing
from filrouge_archive.note import Verifier
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import PARTNER_IN

from filrouge.audit.errors import AuditFailed
from filrouge.stream import Progress, Source


@dataclass(frozen=True, kw_only=True)
class ArchiveSource(Source):
    """Goes on where words are erased: what checks the whole stream is told the place that they had."""

    archive: Archive

    def _roots_at(self, sizes: Mapping[Partition, int]) -> Mapping[Partition, str]:
        return {
            place: self.archive.reader(place).root_at(size).hex() for place, size in sizes.items()
        }

    async def records(
        self, chosen: Collection[Partition] | None = None, progress: Progress = lambda *_: None
    ) -> AsyncIterator[Record]:
        wanted = self._wanted(chosen)
        done, total = 0, sum(end - first for first, end in wanted.values())
        for place, (first, end) in wanted.items():
            chunks = self.archive.read(place, first, end, with_erased=True)
            while chunk := await asyncio.to_thread(next, chunks, None):
                for record in chunk:
                    yield record
                done += len(chunk)
                progress(done, total)


async def archive_source(url: str) -> Source:
    """Raises AuditFailed where there is no archive that can be read."""
    archive = await asyncio.to_thread(open_archive, url)
    heads = archive.partitions
    partitions = _with_empty_ones(list(heads))
    places = [Partition(name, n) for name, count in partitions.items() for n in range(count)]
    return ArchiveSource(
        archive=archive,
        name=archive.name,
        log=ArchiveLog(archive),
        partitions=partitions,
        bounds={place: archive.bounds(place) for place in places},
        roots={place: head.root for place, head in heads.items()},
    )


def open_archive(url: str, verifiers: Sequence[Verifier] = ()) -> Archive:
    """Raises AuditFailed where there is no archive that can be read."""
    try:
        return Archive.open(url, verifiers)
    except Missing as error:
        raise AuditFailed(f"{url} holds no archive: {error}") from error
    except ArchiveError as error:
        raise AuditFailed(f"{url} cannot be read: {error}; look with audit verify") from error


def _with_empty_ones(held: list[Partition]) -> dict[str, int]:
    """An archive does not know partitions that hold nothing; the installation's shape tells them."""
    counts = held_by(held)
    for spec in all_topics(lanes_in(counts), SERVICES, partners_of(counts)):
        counts[spec.name] = max(counts.get(spec.name, 0), spec.partitions)
    return counts


def held_by(places: Iterable[Partition]) -> dict[str, int]:
    """Topic → number of partitions up to the last one that holds anything."""
    held: dict[str, int] = {}
    for topic, number in places:
        held[topic] = max(held.get(topic, 0), number + 1)
    return held


def lanes_in(held: Mapping[str, int]) -> int:
    """Of how many lanes there are facts."""
    return max((held.get(name, 0) for name in REGISTER.fact_topics), default=0)


def partners_of(topics: Iterable[str]) -> list[str]:
    """Whose own topics are among these."""
    before, _, after = PARTNER_IN.partition("{partner}")
    return [
        name.removeprefix(before).removesuffix(after)
        for name in topics
        if name.startswith(before) and name.endswith(after)
    ]
