"""Every query that there is: of panels, of their variables, and of alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filrouge.monitoring.alerts import rules
from filrouge.monitoring.dashboards import BOARDS
from filrouge.monitoring.scale import AS_IT_IS, Scale

OF_BROKERS = {
    "kafka_controller_kafkacontroller_offlinepartitionscount": (),
    "kafka_server_replicamanager_underminisrpartitioncount": (),
    "kafka_server_replicamanager_underreplicatedpartitions": (),
    "kafka_server_brokertopicmetrics_bytesin_total": (),
    "kafka_server_brokertopicmetrics_bytesout_total": (),
    "kafka_network_requestmetrics_totaltimems": ("request", "quantile"),
}
"""What a broker with the JMX exporter tells, by the rules of the chart `platform`: asked of a real one."""
OF_CLUSTER = {
    **OF_BROKERS,
    "kafka_consumergroup_lag": ("consumergroup", "topic", "partition"),
    "cnpg_collector_up": (),
    "cnpg_pg_replication_lag": (),
    "cnpg_backends_total": ("datname",),
    "cnpg_pg_database_size_bytes": ("datname",),
    "container_memory_working_set_bytes": ("container",),
    "kubelet_volume_stats_available_bytes": ("persistentvolumeclaim",),
    "kubelet_volume_stats_capacity_bytes": ("persistentvolumeclaim",),
    "kube_pod_container_status_restarts_total": ("container",),
}
"""What others export, with the labels that are used of it; nothing here can be asked without a cluster."""
GRAFANAS = {"$__rate_interval": "30s", "$service": ".+", "$partner": ".+"}
"""What Grafana fills in before it asks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`where`: to be found by whoever reads a failure."""

    where: str
    expression: str
    legend: str = ""


def of_panels() -> Iterator[Asked]:
    for board in BOARDS:
        for panel in board.panels:
            for query in panel.queries:
                where = f"{board.name}: {panel.title}"
                yield Asked(where, filled_in(query.expression), query.legend)


def of_variables() -> Iterator[Asked]:
    """`expression` is the metric, `legend` the label whose values there are to choose from."""
    for board in BOARDS:
        for variable in board.variables:
            yield Asked(f"{board.name}: ${variable.name}", variable.metric, variable.label)


def of_rules(scale: Scale = AS_IT_IS) -> Iterator[Asked]:
    for group in rules(scale)["groups"]:
        for rule in group["rules"]:
            told = " ".join(rule.get("annotations", {}).values())
            labels = " ".join(f"{{{{{name}}}}}" for name in re.findall(r"\$labels\.(\w+)", told))
            yield Asked(rule.get("alert") or rule["record"], rule["expr"], labels)


def filled_in(expression: str) -> str:
    for variable, value in GRAFANAS.items():
        expression = expression.replace(variable, value)
    return expression
