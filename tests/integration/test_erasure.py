"""A family asks for what a school wrote about it to be erased: the words go, and nothing else changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filrouge.archived import wait_until_archived
from filrouge.audit.again import MATCH, NOT_REPLAYABLE
from filrouge.audit.shares import Part
from filrouge.cli import filrouge
from filrouge.kafka_world import kafka_world, prepare
from filrouge.local_archive import LocalArchive
from filrouge.operator import OperatorRefuses
from filrouge.running import Running
from filrouge.simulator.plan import Line, Opening
from filrouge.simulator.play import Found
from filrouge.simulator.says import open_credits
from filrouge.simulator.words import Word, text, tick_of, word
from filrouge.stack import Stack
from filrouge.supervisor import supervised
from filrouge.testing.emptied import empty
from filrouge_archive.archive import Archive

from tests.integration.person import CAST

pytestmark = pytest.mark.stack
LANES = 2
FAMILY = b"The Exemples of 3 rue des Lilas share one telephone"
SCHOOL, MINISTRY = CAST.schools[0], CAST.ministry
WHERE = f"partners.{SCHOOL.id}.in.g1/0"
OFFICE = ("--by", "data-protection-office", "--ground", "GDPR, article 17(1)(d)")


def need(identity: str, remark: bytes = b"") -> Word:
    """What the contract has no field for is refused, and stands in the partner's topic all the same."""
    said = {"need": f"NEED-{identity}", "uai": SCHOOL.uai, "declared_at": text(tick_of(0))}
    made = word(SCHOOL, "need", identity, tick_of(0), said)
    return replace(made, value=b'{"remark":"' + remark + b'",' + made.value[1:])


@dataclass
class Office:
    """Somebody at a terminal, before and after the services were stopped."""

    stack: Stack
    archive: LocalArchive
    folder: Path

    def types(self, *arguments: str, answer: str = "") -> Result:
        servers = {"FILROUGE_KAFKA": self.stack.kafka, "FILROUGE_POSTGRES": self.stack.postgres}
        environment = {**servers, "FILROUGE_LANES": str(LANES)}
        return CliRunner().invoke(filrouge, list(arguments), input=answer, env=environment)

    def audits(self, *arguments: str) -> Result:
        """As an auditor, who knows neither Kafka nor PostgreSQL."""
        source = {"FILROUGE_SOURCE": self.archive.url, "FILROUGE_MEMORY": str(self.folder / "seen")}
        return CliRunner().invoke(filrouge, ["audit", *arguments], env=source)

    def refused(self, *arguments: str) -> str:
        done = self.types("erase", *arguments, *OFFICE)
        assert isinstance(done.exception, OperatorRefuses), done.output
        return str(done.exception)

    def opened(self) -> Archive:
        return asyncio.run(wait_until_archived(self.stack.kafka, self.archive))

    def holding(self, words: bytes) -> list[str]:
        """Every object of the archive in which they can be read."""
        root = Path(self.archive.url)
        files = (path for path in root.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(root)) for path in files if words in path.read_bytes())


@pytest.fixture(scope="module")
def office(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("erasure")
    archive = LocalArchive(folder)
    asyncio.run(empty(stack))
    asyncio.run(prepare(stack, LANES, CAST))
    with supervised(stack, LANES) as supervisor:
        trail = archive.start(supervisor)
        supervisor.start_all()
        trail.wait_ready()
        Running(stack.kafka, stack.postgres, LANES).note(folder)
        asyncio.run(_say(stack))
        yield Office(stack, archive, folder)
    asyncio.run(empty(stack))


async def _say(stack: Stack) -> None:
    line = Line("P147-ERASURE", "UO-1", ())
    credits = open_credits(CAST, line, Opening(0, 100, 100), "UO-1", "credits")
    async with kafka_world(stack, LANES, CAST, Found(())) as world:
        await world.tick(tick_of(0))
        # the school sends what it wrote twice, as systems do that had no answer
        await world.say([need("harmless"), need("family", FAMILY), need("family", FAMILY), credits])


def test_a_family_has_what_a_school_wrote_about_it_erased_and_nothing_else_changes(
    office: Office, tmp_path: Path
) -> None:
    # given words of a family in the archive, and receipts that somebody was given of two records
    office.opened()
    assert len(office.holding(FAMILY)) == 2
    for offset in (0, 1):
        given = office.audits("receipt", f"{WHERE}/{offset}", "--to", str(tmp_path / f"{offset}"))
        assert given.exit_code == 0, given.output
    # when the office that protects data has them erased, after it was told what follows
    asked = office.types("erase", "family", "--partner", SCHOOL.id, *OFFICE, answer="n\n")
    assert (asked.exit_code, "2 records hold these words" in asked.output) == (1, True)
    assert "NOT REPLAYABLE" in asked.output
    assert len(office.holding(FAMILY)) == 2
    until_gone = ("--archive", office.archive.url)
    done = office.types("erase", "family", "--partner", SCHOOL.id, *OFFICE, *until_gone, "--yes")
    assert (done.exit_code, "The words are gone" in done.output) == (0, True), done.output
    # then no object of the archive has them any more
    office.opened()
    assert office.holding(FAMILY) == []
    # the archive is as sound as before, and says what was erased
    verified = office.audits("verify", office.archive.url)
    assert (verified.exit_code, "ERASED: 2 records" in verified.output) == (0, True)
    assert office.audits("check").exit_code == 0
    # of all lanes the one that read the words cannot be decided again
    part = tmp_path / "again.json"
    assert office.audits("re-execute", "--json", str(part)).exit_code == 1
    again = Part.read(part)
    assert again.counts == {MATCH: again.lanes - 1, NOT_REPLAYABLE: 1}
    (lost,) = (one for one in again.results if one.result == NOT_REPLAYABLE)
    assert (lost.service, lost.partner) == ("partner_gateway", SCHOOL.id)
    # there is no receipt of the words any more; that of another record holds, and can be had again
    gone = office.audits("receipt", f"{WHERE}/1", "--to", str(tmp_path / "again"))
    assert "was erased" in str(gone.exception)
    key = str(office.archive.verifiers()[0])
    held = office.audits("receipt", "--check", str(tmp_path / "0"), "--verifier", key)
    assert (held.exit_code, f"{WHERE}/0 is in" in held.output) == (0, True)
    once_more = office.audits("receipt", f"{WHERE}/0", "--to", str(tmp_path / "once more"))
    assert once_more.exit_code == 0
    # and whoever looks at the trail sees who had it done, and why
    said = office.audits("replay", "--type", "RecordErased", "--ndjson").output
    (erasure,) = (json.loads(line)["data"] for line in said.splitlines())
    assert (erasure["erased_by"], erasure["ground"]) == (OFFICE[1], OFFICE[3])
    assert [erasure["offset"], *(one["offset"] for one in erasure["copies"])] == [1, 2]
    assert "was erased already" in office.refused("family", "--partner", SCHOOL.id, "--yes")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (("budget.g1/0/0",), "records of budget.g1 hold no words of a person"),
        ((f"partners.{SCHOOL.id}.verdicts.g1/0/0",), "hold no words of a person"),
        ((f"{WHERE}/999",), f"{WHERE}/999 is not in Kafka"),
        (("family",), "'family' is no place of a record"),
        (("nothing", "--partner", SCHOOL.id), f"{SCHOOL.id} has said nothing under the id 'nothing'"),
        (("family", "--partner", "nobody"), "nobody is no partner of this installation"),
        ((f"{WHERE}/0", "--ground", ""), "ground: String should have at least 1 character"),
    ],
)  # fmt: skip
def test_what_cannot_be_erased_is_refused_in_a_sentence(
    office: Office, what: tuple[str, ...], sentence: str
) -> None:
    done = office.types("erase", *OFFICE, *what, "--yes")
    assert isinstance(done.exception, OperatorRefuses), done.output
    assert sentence in str(done.exception)
