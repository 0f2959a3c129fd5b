"""Writes what is made from the register: JSON Schemas, AsyncAPI, the table of events, the README's map.

`python -m filrouge_contracts.generate` writes; with `--check` it only names what is stale.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from filrouge_contracts import drift
from filrouge_contracts.asyncapi import document_text
from filrouge_contracts.entry import Entry
from filrouge_contracts.map import domain_table, events_text, flow_chart
from filrouge_contracts.register import REGISTER

ROOT = Path(__file__).resolve().parents[2]
MINIMAL_README = "# Filrouge\n"


class _Untitled(GenerateJsonSchema):
    """Without a title per field, which only repeats the field's name."""

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:
        return False


def schema_text(entry: Entry) -> str:
    """JSON Schema 2020-12 of the event's data, byte for byte the same every time."""
    schema = entry.model.model_json_schema(schema_generator=_Untitled)
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:filrouge:schema:{entry.type}",
        "title": entry.type,
        "description": entry.meaning,
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def between_markers(text: str, name: str, content: str) -> str:
    """`text` with the part between the two markers replaced, or appended with its markers."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    block = f"{begin}\n{content}\n{end}"
    if begin not in text or end not in text:
        return text.rstrip("\n") + f"\n\n{block}\n"
    before, _, rest = text.partition(begin)
    return before + block + rest.partition(end)[2]


def wanted(root: Path) -> dict[Path, str]:
    """Every generated file and what it should hold."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else MINIMAL_README
    text = between_markers(text, "flow", flow_chart())
    files = {readme: between_markers(text, "domains", domain_table())}
    files[root / "contracts" / "EVENTS.md"] = events_text()
    files[root / "contracts" / "asyncapi.json"] = document_text()
    for entry in REGISTER:
        files[root / "contracts" / "schemas" / f"{entry.type}.json"] = schema_text(entry)
    return files


def stale(root: Path) -> list[Path]:
    """Files that differ from what the register says, and schemas of no event."""
    files = wanted(root)
    return drift.differing(files) + sorted(
        set((root / "contracts" / "schemas").glob("*.json")) - set(files)
    )


def write(root: Path) -> None:
    """Writes what is stale; a schema of no event stays: published schemas are not deleted lightly."""
    files = wanted(root)
    for path in stale(root):
        if path in files:
            drift.put(path, files[path])


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is up to date (now), 1 with the names of what is not."""
    return drift.run("python -m filrouge_contracts.generate", ROOT, write, stale, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
