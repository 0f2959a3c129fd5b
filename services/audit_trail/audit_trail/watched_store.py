"""The archive's store, with the places where fault tests kill: around everything that is durable."""

from __future__ import annotations

from collections.abc import Iterable

from filrouge_archive.store import Store
from filrouge_chassis.testing.failpoints import reach_in_thread


class WatchedStore(Store):
    """In production one comparison more for each object."""

    def put(self, path: str, data: bytes) -> None:
        kind = kind_of(path)
        reach_in_thread(f"before_stored_{kind}")
        super().put(path, data)
        reach_in_thread(f"after_stored_{kind}")

    def put_if_absent(self, path: str, data: bytes) -> bool:
        kind = kind_of(path)
        reach_in_thread(f"before_stored_{kind}")
        won = super().put_if_absent(path, data)
        reach_in_thread(f"after_stored_{kind}")
        return won

    def delete(self, paths: Iterable[str]) -> None:
        """Of what lies beside the logs only erasures are deleted."""
        for path in paths:
            words = path.startswith("beside/")
            if words:
                reach_in_thread("before_stored_erasure")
            super().delete([path])
            if words:
                reach_in_thread("after_stored_erasure")


def kind_of(path: str) -> str:
    """The failpoint's name for what lies there."""
    folder = path.partition("/")[0]
    if folder in ("beside", "tail"):
        return folder
    if path.startswith("manifest/commit/"):
        return "commit"
    if path.endswith("/checkpoint"):
        return "checkpoint"
    return "manifest" if folder == "manifest" else "tile"
