"""Where the archive lies: a folder, S3, GCS or Azure by URL, through obstore. Objects are small and whole."""

from __future__ import annotations

import ctypes
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, from_url

from filrouge_archive.errors import Missing, StoreAway

AT_ONCE = 16
"""Requests under way together, where many objects are read or written."""


class Store:
    """Objects by path. Every method may raise StoreAway, reading also Missing; safe to use from threads."""

    def __init__(self, url: str) -> None:
        """`memory:` is for tests; a path or `file://…` is a folder, which is made."""
        self.url = url
        self._folder = _folder(url)
        if self._folder is not None:
            self._objects: Any = LocalStore(self._folder, mkdir=True, automatic_cleanup=True)
        else:
            self._objects = MemoryStore() if url == "memory:" else from_url(url)

    def get(self, path: str) -> bytes:
        try:
            if self._folder is not None:  # twice as fast, which auditors of whole logs notice
                return (self._folder / path).read_bytes()
            return bytes(obstore.get(self._objects, path).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise Missing(path) from error
        except (BaseError, OSError) as error:
            raise _away(path, error) from error

    def get_many(self, paths: Iterable[str]) -> Iterator[bytes]:
        """In their order; from afar, some ahead of the reader."""
        if self._folder is not None:  # a file is read before a thread has woken: 40 % for auditors
            yield from map(self.get, paths)
            return
        ahead: deque[Future[bytes]] = deque()
        for path in paths:
            ahead.append(self._threads.submit(self.get, path))
            if len(ahead) == AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def put(self, path: str, data: bytes) -> None:
        try:
            obstore.put(self._objects, path, data, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _away(path, error) from error

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """All of them, or StoreAway."""
        for _ in self._threads.map(lambda one: self.put(*one), objects):
            pass

    def put_if_absent(self, path: str, data: bytes) -> bool:
        """False: somebody's object is there, perhaps our own whose acknowledgement was lost. What was put
        before, and the object itself, are then on the disk of a folder."""
        try:
            if self._folder is None:
                obstore.put(self._objects, path, data, mode="create", use_multipart=False)
                return True
            # a file that is linked before its bytes are on the disk is empty after a power cut
            staged = f"{path}.{token_hex(8)}"
            obstore.put(self._objects, staged, data, use_multipart=False)
            self.sync()
            try:
                obstore.rename(self._objects, staged, path, overwrite=False)
            except AlreadyExistsError:
                obstore.delete(self._objects, staged)
                return False
            self.sync()
        except AlreadyExistsError:
            return False
        except (BaseError, OSError) as error:
            raise _away(path, error) from error
        return True

    def delete(self, paths: Iterable[str]) -> None:
        """What is not there is deleted already."""
        for path in paths:
            try:
                obstore.delete(self._objects, path)
            except (NotFoundError, FileNotFoundError):
                continue
            except (BaseError, OSError) as error:
                raise _away(path, error) from error

    def list(self, folder: str) -> list[str]:
        """Paths of all objects below a folder, sorted."""
        try:
            chunks = obstore.list(self._objects, prefix=folder)
            return sorted(str(one["path"]) for chunk in chunks for one in chunk)
        except (BaseError, OSError) as error:
            raise _away(folder, error) from error

    def exists(self, path: str) -> bool:
        try:
            obstore.head(self._objects, path)
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise _away(path, error) from error
        return True

    def sync(self) -> None:
        """What was put is on the disk; object stores promise that with every put, folders do not."""
        if self._folder is None:
            return
        syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if syncfs is None:
            os.sync()
            return
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            if syncfs(folder):
                code = ctypes.get_errno()
                raise StoreAway(f"{self._folder}: the disk did not take it: {os.strerror(code)}")
        finally:
            os.close(folder)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="archive-store")


def _folder(url: str) -> Path | None:
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    return None if "://" in url or url == "memory:" else Path(url).absolute()


def _away(path: str, error: Exception) -> StoreAway:
    return StoreAway(f"{path}: the store: {type(error).__name__}: {error}; it is tried again")
