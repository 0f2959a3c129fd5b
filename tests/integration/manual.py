"""The auditors' manual as a list of commands, and what its words in capitals stand for on a demo's archive."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import budget_accounting
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge.cli import filrouge
from filrouge.local_archive import LocalArchive
from filrouge_archive.archive import Archive
from filrouge_archive.history import MANIFEST_CHECKPOINT, cosigned_path
from filrouge_archive.note import COSIGNATURE, Signer, Verifier, signature_line
from filrouge_archive.store import Store

MANUAL = Path(__file__).parents[2] / "docs/auditing.md"
CAPITALS = re.compile(r"[A-Z]{2,}")
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w")
WITNESS_KEY = Verifier("witness.example/w1", COSIGNATURE, WITNESS.public_key().public_bytes_raw())
COSIGNED_AT = 1_600_000_000
SHARES = 2


def commands() -> Sequence[str]:
    """Every one that the manual names, once, in its order; `filrouge audit …` stands for all of them."""
    return list(dict.fromkeys(re.findall(r"`(filrouge audit [^`…]+)`", MANUAL.read_text())))


@dataclass(frozen=True)
class Auditor:
    """Has a folder of their own, the archive, and an empty broker to play with."""

    archive: LocalArchive
    folder: Path
    sandbox: str

    def run(self, *arguments: str) -> Result:
        source = {"FILROUGE_SOURCE": self.archive.url, "FILROUGE_MEMORY": str(self.folder / "seen")}
        return CliRunner().invoke(filrouge, ["audit", *arguments], env=source)

    def follow(self, command: str, values: Mapping[str, Sequence[str]]) -> Result:
        """As the manual says it, with something for each word in capitals."""
        arguments = [part for word in shlex.split(command)[2:] for part in values.get(word, [word])]
        assert not [one for one in arguments if CAPITALS.fullmatch(one)], arguments
        return self.run(*arguments)

    def events(self, *conditions: str) -> list[dict[str, object]]:
        lines = self.run("replay", "--ndjson", *conditions).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def values(self) -> Mapping[str, Sequence[str]]:
        """What the words in capitals stand for, but for files that a command writes."""
        paid = [one for one in self.events("--type", "PaymentRecorded") if _of_an_order(one)][-1]
        subject, payment = str(paid["subject"]), str(paid["id"])
        said = self.events("--key", subject, "--service", "budget_accounting")
        first = next(str(one["id"]) for one in said if one["subject"] == subject)
        day, reporter = str(paid["time"])[:10], str(self.archive.report_key())
        receipt, report = str(self.folder / "receipt"), str(self.folder / "report")
        self._checked("receipt", payment, "--to", receipt)
        self._checked("report", "--day", day, "--key", reporter, "--out", report)
        parts = [str(self.folder / f"part{number}") for number in range(SHARES)]
        for index, part in enumerate(parts):
            share = ["--share-index", f"{index}", "--of", f"{SHARES}"]
            self.run("re-execute", *share, "--json", part)
            self._checked("export", *share, "--to", str(self.folder / "exported"))
            verified = str(self.folder / "verified")
            self._checked("verify", self.archive.url, *share, "--results", verified)
        one = {
            "ARCHIVE": self.archive.url,
            "KEY": str(self.archive.verifiers()[0]),
            "CHECKPOINT": str(self._checkpoint()),
            "WITNESS": str(WITNESS_KEY),
            "EVENT": payment,
            "WHAT": payment,
            "VERIFIED": str(self.folder / "verified"),
            "EXPORTED": str(self.folder / "exported"),
            "RECEIPT": receipt,
            "CASE": subject,
            "SERVICE": "budget_accounting",
            "AGGREGATE": subject,
            "EARLIER": first,
            "LATER": payment,
            "RULES": str(Path(budget_accounting.__path__[0]).parent),
            "PARTNER": "ministry",
            "TYPE": "OrderPlaced",
            "SANDBOX": self.sandbox,
            "DAY": day,
            "SIGNING": reporter,
            "REPORT": report,
            "REPORTER": str(Signer.parse(Path(reporter).read_text()).verifier),
        }
        return {"PARTS": parts, **{name: [value] for name, value in one.items()}}

    def _checked(self, *arguments: str) -> None:
        done = self.run(*arguments)
        assert done.exit_code == 0, (done.output, done.exception)

    def _checkpoint(self) -> Path:
        """Somebody else's copy; and a witness has seen it."""
        store = Store(self.archive.url)
        path = self.folder / "checkpoint"
        path.write_bytes(store.get(MANIFEST_CHECKPOINT))
        note, _ = Archive(store, self.archive.verifiers()).signed_manifest()
        text = note.partition("\n\n")[0] + "\n"
        signature = WITNESS.sign(f"cosignature/v1\ntime {COSIGNED_AT}\n{text}".encode())
        line = signature_line(WITNESS_KEY.name, WITNESS_KEY.id, COSIGNED_AT.to_bytes(8) + signature)
        store.put(cosigned_path(WITNESS_KEY), (note + line).encode())
        return path

    def bytes_of_the_archive(self) -> Mapping[str, bytes]:
        root = Path(self.archive.url)
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in files}


def _of_an_order(event: Mapping[str, object]) -> bool:
    return str(event["subject"]).startswith("order:")
