"""A case in one file: its events with their proofs, a page to read, and a program that checks them alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from filrouge_archive.archive import Archive
from filrouge_archive.proof import parse_proof
from filrouge_archive.tiles import number_path

from filrouge.audit import standalone
from filrouge.audit.errors import AuditFailed
from filrouge.audit.picture import picture
from filrouge.audit.receipt import WordsErased, receipt_of
from filrouge.audit.references import stage_of
from filrouge.audit.replay import choose
from filrouge.audit.selection import Selection
from filrouge.audit.trace import Thread, trace
from filrouge.stream import Source

SAME_TIME = (1980, 1, 1, 0, 0, 0)
"""Of every file in the pack: the same case gives the same bytes."""
README = """\
# {about}: {events} events of the archive {archive}

`summary.html` is for reading. `events/NNNN.json` is an event as it was recorded; `records/NNNN.tlog-proof` has
its entry and the way to the signed root of its log; `commits/…` are the commits that say those roots, and the
way to the signed root of the manifest, `manifest.checkpoint`. `verifiers` has the archive's keys.

## Check it

    python verify.py --key KEY

needs Python 3.11 and the package `cryptography`; KEY is a line that you have from the archive's owner, or from
anybody who knew it before, and not the one that lies here. Unpack the file first.

With other people's tools: the `.tlog-proof` files, checkpoints and keys are those of C2SP (tlog-proof,
tlog-checkpoint, signed-note) and RFC 6962. The key of a log is the archive's key under the name of its origin.
`base64 -d` of the line `extra` is the entry, or the entry (51 bytes) and the object that it has the SHA-256 of.
`manifest.checkpoint` can be compared with the one that the archive, a witness or another auditor has: a
consistency proof shows whether theirs is the same history.

## What it shows, and what not

Each event lies in the archive, at this place, since this commit. Not that the case has no further events: for
that ask the archive itself, `filrouge audit verify` and `filrouge audit trace`.
"""


async def case_of(source: Source, case: str) -> Thread:
    """What is traced under this name; else an aggregate by its key, or a trace. Raises AuditFailed."""
    try:
        return await trace(source, case)
    except AuditFailed:
        chosen = await choose(source, Selection(case=case))
        if not chosen.count:
            raise
        return Thread(case, [one async for one, _ in chosen.records()])


def pack(archive: Archive, thread: Thread, to: Path) -> int:
    """Returns how many events have their proof. Raises AuditFailed if one has none yet."""
    files = dict(_files(archive, thread))
    staged = to.with_name(f".{to.name}")
    with zipfile.ZipFile(staged, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, SAME_TIME), data, zipfile.ZIP_DEFLATED)
    staged.replace(to)
    return sum(1 for name in files if name.startswith("records/"))


def _files(archive: Archive, thread: Thread) -> Iterator[tuple[str, bytes]]:
    erased = []
    for number, one in enumerate(thread.events, 1):
        try:
            receipt = receipt_of(archive, one.place)
        except WordsErased:
            erased.append(str(one.place))
            continue
        commit, entry = parse_proof(receipt.commit), parse_proof(receipt.record).extra or b""
        name = number_path(commit.index).replace("/", "-")
        yield f"records/{number:04}.tlog-proof", receipt.record.encode()
        yield f"events/{number:04}.json", standalone.readable(str(one.place), entry)
        yield f"commits/{name}.tlog-proof", receipt.commit.encode()
        yield "manifest.checkpoint", commit.checkpoint.encode()
    yield "verifiers", "".join(f"{key}\n" for key in archive.verifiers).encode()
    yield "verify.py", Path(standalone.__file__).read_bytes()
    yield "summary.html", _summary(archive.name, thread).encode()
    told = README.format(about=thread.about, events=len(thread.events), archive=archive.name)
    if erased:
        told += f"\nThe words of {', '.join(erased)} were erased: they are named here, without a proof.\n"
    yield "README.md", told.encode()


def _summary(archive: str, thread: Thread) -> str:
    """Every event in a line, each with the number of the one that led to it, and the picture."""
    causes = thread.causes()
    rows = []
    for number, one in enumerate(thread.events, 1):
        before = "" if one.cause is None else causes.get(one.cause, one.cause)
        cells = (number, one.time[:19], stage_of(one), one.name, one.subject or one.id, before)
        rows.append(_row([*cells, one.source, one.place]))
    heads = ("", "time", "stage", "event", "about", "led to by", "said by", "place")
    title = f"{escape(thread.about)} in {escape(archive)}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:14px sans-serif;margin:2em}td,th{padding:2px 8px;text-align:left}"
        "tr:nth-child(even){background:#f4f6fa}</style>"
        f"<h1>{title}</h1><p>{len(thread.events)} events, each with its proof:"
        " README.md says how to check them.</p>"
        f"<table>{_row(heads, 'th')}{''.join(rows)}</table>{picture(thread)}</html>\n"
    )


def _row(cells: Sequence[object], kind: str = "td") -> str:
    return "<tr>" + "".join(f"<{kind}>{escape(str(cell))}</{kind}>" for cell in cells) + "</tr>"
