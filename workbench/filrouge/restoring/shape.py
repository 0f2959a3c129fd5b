"""The topics of an installation as its archive tells them: partners and lanes, and how many partitions."""

from __future__ import annotations

from dataclasses import replace

from filrouge_archive.archive import Archive
from filrouge_archive.archive_log import ArchiveLog
from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.control_reader import load_control
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import TopicSpec, all_topics
from filrouge_contracts.topics import AUDIT

from filrouge.audit.archived import held_by, lanes_in, partners_of
from filrouge.operator import lanes_of_gateway
from filrouge.restoring.problems import RestoreRefused


async def shape_of(archive: Archive, lanes: int | None) -> dict[str, TopicSpec]:
    """Every topic, those that hold nothing too. `lanes`: if the last ones of all have never had anything to
    do, which an archive cannot know. Raises RestoreRefused."""
    held = held_by(archive.partitions)
    found = lanes_in(held)
    if lanes is not None and lanes < found:
        raise RestoreRefused(f"--lanes {lanes}: the archive has records of {found} lanes")
    control = await _control_of(archive)
    partners = sorted({*control.partners, *partners_of(held)})
    specs = all_topics(lanes or max(1, found), SERVICES, partners)
    shape = {spec.name: spec for spec in specs}
    for name in lanes_of_gateway():
        shape[name] = _with_partitions(shape[name], len(control.partners))
    for name, count in held.items():
        shape[name] = _with_partitions(shape.get(name, replace(shape[AUDIT], name=name)), count)
    return shape


def _with_partitions(spec: TopicSpec, at_least: int) -> TopicSpec:
    return replace(spec, partitions=max(spec.partitions, at_least))


async def _control_of(archive: Archive) -> Control:
    log = ControlLog()
    await load_control(ArchiveLog(archive), log)
    return log.advance(Control(), log.end)
