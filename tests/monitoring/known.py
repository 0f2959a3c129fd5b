"""Reads a query as Prometheus does, and says what in it nobody exports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import promql_parser as promql
from filrouge.monitoring.alerts import rules
from filrouge.monitoring.programs import PROGRAMS
from filrouge_chassis.catalogue import OF_PROCESS, Kind

from tests.monitoring.asked import OF_CLUSTER, Asked

OF_TARGETS = frozenset({"job", "instance", "namespace", "pod"})
"""Labels that Prometheus gives to whatever it scrapes."""


def exported() -> dict[str, frozenset[str]]:
    """Every series, and the labels that it has of its own."""
    found = dict.fromkeys(("up", *OF_PROCESS), frozenset[str]())
    for metric in (metric for program in PROGRAMS for metric in program.metrics):
        labels = frozenset(metric.labels)
        if metric.kind is Kind.HISTOGRAM:
            found[f"{metric.exported_name}_bucket"] = labels | {"le"}
            found |= dict.fromkeys(
                (f"{metric.exported_name}_sum", f"{metric.exported_name}_count"), labels
            )
        else:
            found[metric.exported_name] = labels
    for group in rules()["groups"]:
        recorded = (rule for rule in group["rules"] if "record" in rule)
        found |= {rule["record"]: frozenset(rule.get("labels", {})) for rule in recorded}
    return found | {name: frozenset(labels) for name, labels in OF_CLUSTER.items()}


SERIES: Mapping[str, frozenset[str]] = exported()


def unknown(asked: Asked) -> list[str]:
    """Metrics, and labels to choose, group or name by, that do not exist."""
    tree = promql.parse(asked.expression)
    selected = list(_selected(tree))
    found = [name for name, _ in selected if name not in SERIES]
    there = OF_TARGETS.union(*(SERIES.get(name, frozenset()) for name, _ in selected))
    for name, labels in selected:
        own = SERIES.get(name, frozenset()) | OF_TARGETS
        found += [f"{name}{{{label}}}" for label in labels if label not in own]
    found += [f"by ({label})" for label in _grouped(tree) if label not in there]
    return found + [f"legend {label}" for label in _named(asked.legend) if label not in there]


def _selected(tree: promql.Expr) -> Iterator[tuple[str, list[str]]]:
    for node in _nodes(tree):
        if isinstance(node, promql.VectorSelector):
            matchers = [*node.matchers.matchers]
            yield node.name or "", [matcher.name for matcher in matchers]


def _grouped(tree: promql.Expr) -> Iterator[str]:
    for node in _nodes(tree):
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            yield from node.modifier.labels
        if isinstance(node, promql.BinaryExpr) and node.modifier and node.modifier.matching:
            yield from node.modifier.matching.labels


def _nodes(tree: promql.Expr) -> list[promql.Expr]:
    found: list[promql.Expr] = []
    promql.walk(tree, found.append)
    return found


def _named(legend: str) -> list[str]:
    return re.findall(r"\{\{(\w+)\}\}", legend)


COMPARING = {"==", "!=", ">=", "<=", ">", "<"}


def needs_cluster(expression: str) -> bool:
    selected = {name for name, _ in _selected(promql.parse(expression))}
    return bool(selected & OF_CLUSTER.keys())


def compared(tree: promql.Expr) -> list[str]:
    """What stands left of a limit: there when all is well, while the comparison is not."""
    comparisons = [
        node
        for node in _nodes(tree)
        if isinstance(node, promql.BinaryExpr) and str(node.op) in COMPARING
    ]
    return [node.lhs.prettify() for node in comparisons] or [tree.prettify()]
