"""Who may import what, for every service that there is; `make check` gives it to import-linter."""

from __future__ import annotations

import sys

from filrouge_contracts.entry import OBSERVERS, SERVICES

CONTRACTS = """\
[importlinter]
include_external_packages = True
root_packages =
    filrouge
    {each}
    {observers}
    filrouge_archive
    filrouge_chassis
    filrouge_contracts

[importlinter:contract:direction]
name = contracts <- chassis <- archive <- services, which never import each other <- workbench
type = layers
layers =
    filrouge
    {side_by_side}
    filrouge_archive
    filrouge_chassis
    filrouge_contracts

[importlinter:contract:purity]
name = services that decide are pure: no clock, no chance, no log, no I/O
type = forbidden
allow_indirect_imports = True
source_modules =
    {each}
forbidden_modules =
    asyncio
    time
    random
    logging
    aiokafka
    asyncpg
    filrouge_archive

[importlinter:contract:auditors]
name = what auditors run can write to no Kafka and no database; the one exception writes to a sandbox
type = forbidden
allow_indirect_imports = True
source_modules =
    filrouge.audit
    filrouge.checks
    filrouge.commands.audit
    filrouge.invariants
    filrouge.verification
forbidden_modules =
    aiokafka
    asyncpg
    filrouge.operator
    filrouge.parked
    filrouge.rebuilding
    filrouge.topics
    filrouge_chassis.kafka
    filrouge_chassis.postgres
    filrouge_chassis.relay
    filrouge_chassis.voice
ignore_imports =
    filrouge.audit.sandbox -> aiokafka
    filrouge.audit.sandbox -> filrouge.topics
    filrouge.audit.sandbox -> filrouge_chassis.kafka
    # a hash, to tell in which partition a key belongs
    filrouge.checks.numbering -> aiokafka

[importlinter:contract:watch]
name = whoever watches a real installation knows nothing of plays
type = forbidden
allow_indirect_imports = True
source_modules =
    filrouge.watch
forbidden_modules =
    filrouge.simulator
"""

if __name__ == "__main__":
    each, side_by_side = "\n    ".join(SERVICES), " | ".join((*SERVICES, *OBSERVERS))
    observers = "\n    ".join(OBSERVERS)
    sys.stdout.write(CONTRACTS.format(each=each, observers=observers, side_by_side=side_by_side))
