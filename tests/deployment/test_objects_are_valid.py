"""Every rendered object is one that Kubernetes, or the operator that it is for, takes: no field is misspelt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from filrouge.deployment.render import PROFILES

from tests.deployment.objects import Object, objects

KUBERNETES = "1.37"
CUSTOM: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "custom_resources.yaml").read_text()
)


def schema_of(said: Any) -> dict[str, Any]:
    """JSON Schema of the short notation in custom_resources.yaml."""
    if isinstance(said, str):
        return {"type": said}
    if isinstance(said, list):
        return {"type": "array", "items": schema_of(said[0])}
    if not said:
        return {"type": "object"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name.removesuffix("!"): schema_of(part) for name, part in said.items()},
        "required": [name.removesuffix("!") for name in said if name.endswith("!")],
    }


def validate(one: Object) -> None:
    custom = CUSTOM.get(one["apiVersion"])
    if custom is None:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    else:
        assert set(one) == {"apiVersion", "kind", "metadata", "spec"}
        jsonschema.validate(one["spec"], schema_of(custom[one["kind"]]))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_object_is_one_that_the_cluster_takes(profile: str) -> None:
    wrong = []
    for one in objects(profile):
        try:
            validate(one)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            wrong.append(f"{one['kind']} {one['metadata']['name']}: {error.message}")
    assert wrong == []


@pytest.mark.parametrize(
    "one",
    [
        {"apiVersion": "v1", "kind": "Service", "metadata": {}, "spec": {"selectr": {}}},
        {
            "apiVersion": "kafka.strimzi.io/v1",
            "kind": "KafkaTopic",
            "metadata": {},
            "spec": {"partitions": 1, "replicas": 1, "topic": "x"},
        },
    ],
)
def test_a_misspelt_field_would_be_found(one: Object) -> None:
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        validate(one)


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_there_twice(profile: str) -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in objects(profile)]
    assert len(names) == len(set(names))
