"""Our processes, and under them Kafka, PostgreSQL and pods, as far as their exporters are scraped."""

from __future__ import annotations

from filrouge_contracts.entry import SERVICES

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row
from filrouge.monitoring.programs import JOBS

OURS = f'{{job=~"{"|".join(JOBS)}"}}'
STRIMZI = "Strimzi's JMX exporter (metricsConfig of the Kafka resource)"
GROUPS_EXPORTER = "Strimzi's Kafka Exporter (kafkaExporter of the Kafka resource)"
CNPG = "CloudNativePG (every instance; a PodMonitor asks for them)"
KUBELET = "the kubelet"
STATE = "kube-state-metrics"
GROUPS = f'{{consumergroup=~"{"|".join(SERVICES)}"}}'
CONTAINERS = f'{{container=~"{"|".join(job.replace("_", "-") for job in JOBS)}"}}'

PROCESSES = Row(
    "Our processes",
    (
        Panel(
            "Instances that answer",
            "every job has at least one.",
            "runbook service-down.",
            "short",
            (Query(f"sum by (job) (up{OURS})", "{{job}}"),),
            Form.BARS,
            (Level(1, "green"),),
            start="red",
        ),
        Panel(
            "Processor",
            "below one for each process: they have one thread.",
            "near one with lag: add instances up to the number of lanes.",
            "short",
            (
                Query(
                    f"max by (job) (rate(process_cpu_seconds_total{OURS}[$__rate_interval]))",
                    "{{job}}",
                ),
            ),
            levels=(Level(0.9, "orange"),),
        ),
        Panel(
            "Memory",
            "it levels off: states that lanes remember are limited.",
            "near the pod's limit: fewer FILROUGE_CACHED_STATES, or a larger limit.",
            "bytes",
            (Query(f"max by (job) (process_resident_memory_bytes{OURS})", "{{job}}"),),
        ),
        Panel(
            "Open files of what is allowed",
            "below a tenth.",
            "it grows without end: connections leak; restart the process, and report it.",
            "percentunit",
            (Query(f"max by (job) (process_open_fds{OURS} / process_max_fds{OURS})", "{{job}}"),),
            levels=(Level(0.8, "red"),),
        ),
        Panel(
            "Running since",
            "it grows from deployment to deployment.",
            "saw teeth: the process ends again and again; its log says why (runbook service-down).",
            "s",
            (Query(f"time() - max by (job) (process_start_time_seconds{OURS})", "{{job}}"),),
        ),
    ),
)

KAFKA = Row(
    "Kafka",
    (
        Panel(
            "Partitions without a leader, or with too few copies",
            "0.",
            "without a leader, or with fewer copies than a write needs, nothing is written there: runbook"
            " lane-failing. Otherwise one more broker may not go: runbook kafka-copies.",
            "short",
            (
                Query("sum(kafka_controller_kafkacontroller_offlinepartitionscount)", "no leader"),
                Query(
                    "sum(kafka_server_replicamanager_underminisrpartitioncount)",
                    "too few to be written",
                ),
                Query(
                    "sum(kafka_server_replicamanager_underreplicatedpartitions)", "too few copies"
                ),
            ),
            levels=(Level(1, "red"),),
            of_cluster=STRIMZI,
        ),
        Panel(
            "Bytes in and out",
            "they follow the decisions; out is several times in, since each event is read by several.",
            "in grows without decisions: some partner floods its door (Partners).",
            "Bps",
            (
                Query(
                    "sum(rate(kafka_server_brokertopicmetrics_bytesin_total[$__rate_interval]))",
                    "in",
                ),
                Query(
                    "sum(rate(kafka_server_brokertopicmetrics_bytesout_total[$__rate_interval]))",
                    "out",
                ),
            ),
            of_cluster=STRIMZI,
        ),
        Panel(
            "Until Kafka has taken what is written",
            "a few milliseconds, and rarely tens.",
            "hundreds: disks of brokers, or the network between them; every stage becomes as slow.",
            "ms",
            (
                Query(
                    "max by (quantile) (kafka_network_requestmetrics_totaltimems"
                    '{request="Produce", quantile=~"0.50|0.99"})',
                    "{{quantile}}",
                ),
            ),
            of_cluster=STRIMZI,
        ),
        Panel(
            "Unread by each service, as Kafka knows it",
            "near 0; it is told also of a service of which no instance runs.",
            "as long as it falls it drains by itself: runbook lane-stuck, or service-down.",
            "short",
            (
                Query(
                    f"sum by (consumergroup) (kafka_consumergroup_lag{GROUPS})", "{{consumergroup}}"
                ),
            ),
            of_cluster=GROUPS_EXPORTER,
        ),
    ),
)

POSTGRES = Row(
    "PostgreSQL",
    (
        Panel(
            "Exporters that reach their server",
            "all of them.",
            "services wait and lose nothing; runbook lane-failing.",
            "short",
            (Query("sum(cnpg_collector_up)"),),
            Form.NUMBER,
            (Level(1, "green"),),
            of_cluster=CNPG,
            columns=12,
            start="red",
        ),
        Panel(
            "Replicas behind",
            "below a second.",
            "a failover now would give older states; lanes notice, and rebuild themselves from Kafka.",
            "s",
            (Query("max by (pod) (cnpg_pg_replication_lag)", "{{pod}}"),),
            levels=(Level(10, "orange"),),
            of_cluster=CNPG,
        ),
        Panel(
            "Connections",
            "a few for each lane, below max_connections.",
            "at the limit lanes fail: raise maxConnections of the chart `platform`.",
            "short",
            (Query("sum by (datname) (cnpg_backends_total)", "{{datname}}"),),
            of_cluster=CNPG,
        ),
        Panel(
            "Size of databases",
            "slow growth, with the number of cases.",
            "a step: states became larger with a release, or rows of the outbox are not taken.",
            "bytes",
            (Query("max by (datname) (cnpg_pg_database_size_bytes)", "{{datname}}"),),
            of_cluster=CNPG,
        ),
    ),
)

PODS = Row(
    "Pods",
    (
        Panel(
            "Memory of containers",
            "below the limit.",
            "at the limit the container is killed; nothing is lost, and lanes move.",
            "bytes",
            (
                Query(
                    f"max by (container) (container_memory_working_set_bytes{CONTAINERS})",
                    "{{container}}",
                ),
            ),
            of_cluster=KUBELET,
        ),
        Panel(
            "Space left on volumes",
            "more than a fifth.",
            "enlarge the volume; Kafka and the archive stop at 0, and nothing is lost by it.",
            "percentunit",
            (
                Query(
                    "min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes"
                    " / kubelet_volume_stats_capacity_bytes)",
                    "{{persistentvolumeclaim}}",
                ),
            ),
            of_cluster=KUBELET,
            at_most=1,
        ),
        Panel(
            "Restarts",
            "flat.",
            "steps: the log of the container before, `kubectl logs --previous`; runbook service-down.",
            "short",
            (
                Query(
                    f"sum by (container) (kube_pod_container_status_restarts_total{CONTAINERS})",
                    "{{container}}",
                ),
            ),
            of_cluster=STATE,
        ),
    ),
)

INFRASTRUCTURE = Board(
    "infrastructure",
    "Filrouge: infrastructure",
    "Our processes, and under them Kafka, PostgreSQL and pods as far as their exporters are scraped.",
    (PROCESSES, KAFKA, POSTGRES, PODS),
)
