"""The one place that knows which kinds of records there are to read from, and how a URL names them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from filrouge_chassis import kafka_address
from filrouge_chassis.kafka_entrance import kafka_lets_in
from filrouge_chassis.settings import SettingsInvalid

from filrouge.audit.archived import archive_source
from filrouge.audit.errors import AuditFailed
from filrouge.stream import Source, kafka_source

Opener = Callable[[], Awaitable[Source]]
"""Can be sent to another process, which opens the same source for itself."""


async def _kafka(url: str) -> Source:
    address = url.removeprefix("kafka://")
    try:
        await kafka_lets_in(kafka_address.checked(address))
    except (ValueError, SettingsInvalid) as error:
        raise AuditFailed(f"{url!r} cannot be read: {error}") from error
    return await kafka_source(address)


KINDS: Mapping[str, Callable[[str], Awaitable[Source]]] = {
    **dict.fromkeys(("kafka", "sasl-ssl"), _kafka),
    **dict.fromkeys(("file", "s3", "gs", "az"), archive_source),
}
"""Scheme of the URL → what opens it."""


def opener_of(url: str) -> Opener:
    """Raises AuditFailed for a URL of no known kind."""
    scheme, separator, _ = url.partition("://")
    open_it = KINDS.get(scheme) if separator else archive_source
    if open_it is None:
        known = ", ".join(f"{scheme}://…" for scheme in KINDS)
        raise AuditFailed(
            f"{url!r} names no record that can be read: it must be a folder or one of {known}"
        )
    return partial(open_it, url)
