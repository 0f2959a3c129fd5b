"""Golden examples: good ones pass the model and the schema, bad ones are refused as they say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from filrouge_contracts.generate import schema_text
from filrouge_contracts.problems import problems_in
from filrouge_contracts.register import PARTNER_KINDS, REGISTER, Entry
from jsonschema import Draft202012Validator

EXAMPLES = Path(__file__).parents[1] / "examples"
GOOD = sorted(EXAMPLES.glob("*/good-*.json"))
BAD = sorted(EXAMPLES.glob("*/bad-*.json"))


def _name(path: Path) -> str:
    return f"{path.parent.name.removeprefix('fr.filrouge.')}/{path.stem}"


@cache
def _schema(type_name: str) -> Draft202012Validator:
    schema: dict[str, Any] = json.loads(schema_text(REGISTER.by_type[type_name]))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("path", GOOD, ids=_name)
def test_a_good_example_passes_and_comes_back_as_the_same_bytes(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    said = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    assert REGISTER.by_type[path.parent.name].model.from_json(said).to_json() == said
    _schema(path.parent.name).validate(data)


@pytest.mark.parametrize("path", BAD, ids=_name)
def test_a_bad_example_is_refused_for_the_reason_it_names(path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    model = REGISTER.by_type[path.parent.name].model
    (problem,) = problems_in(lambda: model.from_json(json.dumps(example["data"])))
    assert problem.where == example["where"]
    assert example["error"] in problem.detail
    assert problem.rule
    assert problem.remedy


@pytest.mark.parametrize("entry", list(REGISTER), ids=lambda entry: entry.type)
def test_there_are_enough_examples(entry: Entry) -> None:
    folder = EXAMPLES / entry.type
    golden = folder / "good-first-thread.json"
    assert golden.is_file(), f"{golden} is missing: example() reads it in tests"
    if set(entry.said_by) & PARTNER_KINDS:
        bad = len(list(folder.glob("bad-*.json")))
        assert bad >= 2, f"{folder} has {bad} bad-….json: what partners say has two or more"


def test_every_example_is_of_a_registered_event() -> None:
    assert {folder.name for folder in EXAMPLES.iterdir()} == set(REGISTER.by_type)
