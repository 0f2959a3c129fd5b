"""Where an archive ends: whether every lane could go on from there, found before anything is put back.

An archiver commits to consistent cuts, where every lane can. Not so one that has a share of the partitions, one
that had to go on without a cut, and one of an older release.
"""

from __future__ import annotations

from filrouge_archive.archive import Archive
from filrouge_archive.standing import standing

from filrouge.restoring.problems import RestoreRefused


def check_ends(archive: Archive) -> None:
    """Raises RestoreRefused if there is a loose one."""
    found = loose_ends(archive)
    if found:
        raise RestoreRefused(
            "Kafka was lost while these lanes worked, and before all of it was archived:"
            f" {'; '.join(found)}. If Kafka, or a newer copy of the archive, can be had back, have it back;"
            " --loose-ends restores what there is, and these lanes will stop and say so"
        )


def loose_ends(archive: Archive) -> list[str]:
    """A sentence for each lane that could not go on."""
    lacks = {name.decode(): lack for name, (_, lack) in standing(archive).items() if lack}
    return [f"{name} {lacks[name]}" for name in sorted(lacks)]
