"""Everything that is archived, held against what Kafka has; nothing is changed."""

from __future__ import annotations

from filrouge_archive.archive import Archive
from filrouge_chassis.kafka import KafkaLog

from filrouge.audit.archived import held_by
from filrouge.restoring.compared import first_difference
from filrouge.restoring.problems import RestoreRefused
from filrouge.restoring.standing import check_shape
from filrouge.stream import Progress, our_partitions


async def check(archive: Archive, kafka: str, progress: Progress) -> int:
    """How many records agree. Raises RestoreRefused at the first that does not."""
    log, held = KafkaLog(kafka, "restore"), held_by(archive.partitions)
    there = await our_partitions(kafka)
    check_shape(held, {name: min(count, held.get(name, 0)) for name, count in there.items()})
    done, total = 0, sum(archive.bounds(place)[1] for place in archive.partitions)
    bounds = await log.bounds(archive.partitions)
    for place in sorted(archive.partitions):
        first, end = bounds[place]
        size = archive.bounds(place)[1]
        if first or end < size:
            raise RestoreRefused(
                f"{place} has offsets {first} to {end} in Kafka, and 0 to {size} are archived: what is missing"
                " is put back without --check"
            )
        different = await first_difference(archive, log, place, 0, size)
        if different is not None:
            raise RestoreRefused(
                f"{place}, offset {different}: Kafka has another record than the archive; find out which of"
                " the two is right (filrouge audit verify knows about the archive)"
            )
        done += size
        progress(done, total)
    return done
