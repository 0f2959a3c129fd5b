"""What the dashboard Infrastructure asks for is turned on, and asked for, where there is a Prometheus."""

from __future__ import annotations

import yaml
from filrouge.deployment.generate import ROOT

from tests.deployment.objects import named, objects

RULES = ROOT / "deploy/helm/platform/files/kafka-metrics.yaml"


def test_strimzi_is_told_the_rules_that_a_test_runs_a_broker_with() -> None:
    kafka = named("production", "Kafka", "filrouge")["spec"]
    place = kafka["kafka"]["metricsConfig"]["valueFrom"]["configMapKeyRef"]
    said = named("production", "ConfigMap", place["name"])["data"][place["key"]]
    assert yaml.safe_load(said) == yaml.safe_load(RULES.read_text())
    assert kafka["kafkaExporter"] == {"topicRegex": ".*", "groupRegex": ".*"}


def test_kafka_and_postgresql_are_asked_by_the_labels_that_their_operators_give() -> None:
    asked = {
        name: named("production", "PodMonitor", name)["spec"]
        for name in ("filrouge", "filrouge-postgres")
    }
    told = {
        name: (spec["selector"]["matchLabels"], spec["podMetricsEndpoints"][0]["port"])
        for name, spec in asked.items()
    }
    assert told == {
        "filrouge": (
            {"strimzi.io/cluster": "filrouge", "strimzi.io/kind": "Kafka"},
            "tcp-prometheus",
        ),
        "filrouge-postgres": ({"cnpg.io/cluster": "filrouge-postgres"}, "metrics"),
    }


def test_on_a_laptop_without_prometheus_there_is_none_of_it() -> None:
    assert "PodMonitor" not in {one["kind"] for one in objects("laptop")}
    kafka = named("laptop", "Kafka", "filrouge")["spec"]
    assert "metricsConfig" not in kafka["kafka"]
    assert "kafkaExporter" not in kafka
