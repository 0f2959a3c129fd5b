"""The rendered examples of the charts as objects, and the pods in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from filrouge.deployment.render import PROFILES, RENDERED

Object = Mapping[str, Any]
IN_CLUSTER = [name for name, profile in PROFILES.items() if "platform" in profile.charts]
"""Profiles with a Kafka and a PostgreSQL of their own."""


@cache
def objects(profile: str) -> tuple[Object, ...]:
    loaded = yaml.load_all((RENDERED / f"{profile}.yaml").read_text(), yaml.CSafeLoader)
    return tuple(one for one in loaded if one)


def of_kind(profile: str, kind: str) -> list[Object]:
    return [one for one in objects(profile) if one["kind"] == kind]


def named(profile: str, kind: str, name: str) -> Object:
    (found,) = (one for one in of_kind(profile, kind) if one["metadata"]["name"] == name)
    return found


@dataclass(frozen=True)
class Pod:
    """As its owner would make it."""

    kind: str
    name: str
    owner: Object
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def container(self) -> Mapping[str, Any]:
        (only,) = self.spec["containers"]
        assert isinstance(only, dict)
        return only

    @property
    def environment(self) -> Mapping[str, str]:
        return {one["name"]: one["value"] for one in self.container["env"]}

    @property
    def mounts(self) -> Mapping[str, str]:
        """Volume → path."""
        return {one["name"]: one["mountPath"] for one in self.container["volumeMounts"]}

    @property
    def serves(self) -> bool:
        return self.labels["app.kubernetes.io/component"] == "service"


def pods(profile: str) -> list[Pod]:
    """Of everything that makes some; those of Kafka and PostgreSQL are their operators' business."""
    return [pod for one in objects(profile) for pod in _pods(one)]


def services(profile: str) -> list[Pod]:
    return [pod for pod in pods(profile) if pod.serves]


def _pods(owner: Object) -> Iterator[Pod]:
    kind, name = owner["kind"], owner["metadata"]["name"]
    match kind:
        case "Pod":
            yield Pod(kind, name, owner, owner["metadata"]["labels"], owner["spec"])
        case "Deployment" | "StatefulSet" | "Job":
            yield _of_template(owner, owner["spec"]["template"])
        case "CronJob":
            yield _of_template(owner, owner["spec"]["jobTemplate"]["spec"]["template"])


def _of_template(owner: Object, template: Object) -> Pod:
    labels = template["metadata"]["labels"]
    return Pod(owner["kind"], owner["metadata"]["name"], owner, labels, template["spec"])


def matches(selector: Object, labels: Mapping[str, str]) -> bool:
    """Of a selector with `matchLabels` and `In`, or the plain labels of a Service."""
    wanted = selector.get("matchLabels", selector)
    one_of = {one["key"]: one["values"] for one in selector.get("matchExpressions", ())}
    return all(labels.get(name) == value for name, value in wanted.items()) and all(
        labels.get(name) in values for name, values in one_of.items()
    )
