"""One share of a verification: the whole manifest, and the logs of some partitions from their first entry on.

A share remembers nothing and holds nothing against what was seen before: whoever puts the shares together
does, and reads what has come since, so that shares need not begin at the same moment.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from filrouge_archive.note import Verifier
from filrouge_archive.store import Store

from filrouge.audit.log_shares import LogResult, LogTask, Progress, check_logs
from filrouge.audit.log_tasks import LogTasks
from filrouge.audit.manifest_check import ManifestCheck
from filrouge.audit.memory import LogSeen
from filrouge.audit.share import Share
from filrouge.audit.share_results import Summary, write_logs, write_summary
from filrouge.audit.verify import Verified, own_verifiers, trust


def verify_share(
    url: str,
    share: Share,
    folder: Path,
    verifiers: Sequence[Verifier] = (),
    processes: int | None = None,
    progress: Progress = lambda *_: None,
) -> Verified:
    """`folder`: where the results of all shares are. Raises AuditFailed where there is nothing to verify."""
    started = time.perf_counter()
    store = Store(url)
    done, trusted = trust(own_verifiers(store), verifiers, ())
    manifest = ManifestCheck(store, trusted, ())
    manifest.run()
    asked = LogTasks(store, manifest)
    tasks = asked.of(share.has)
    done.findings += [*manifest.findings, *asked.findings]
    general = list(done.findings)
    done.commits, done.leaves = manifest.commits, manifest.leaves
    found = _checked(url, trusted, tasks, processes, progress, done)
    done.logs = write_logs(folder, share, found)
    done.seconds = time.perf_counter() - started
    summary = Summary(
        share=share,
        archive=done.archive,
        keys=tuple(map(str, trusted)),
        note=manifest.note,
        commits=manifest.commits,
        last_commit=manifest.previous,
        findings=general,
        logs=done.logs,
        seconds=done.seconds,
    )
    write_summary(folder, summary)
    return done


def _checked(
    url: str,
    verifiers: Sequence[Verifier],
    tasks: Sequence[LogTask],
    processes: int | None,
    progress: Progress,
    done: Verified,
) -> Iterator[tuple[LogResult, LogSeen]]:
    heads = {task.head.place: task.head for task in tasks}
    for result in check_logs(url, verifiers, tasks, processes, progress):
        head = heads[result.place]
        done.findings += result.findings
        done.leaves += result.leaves
        done.records += head.size
        yield result, LogSeen(head.size, head.root, result.last)
