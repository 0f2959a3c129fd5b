"""When somebody is called. Symptoms page: somebody outside waits, or a promise is broken; causes do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from filrouge_contracts.entry import AUDIT_TRAIL, SERVICES

from filrouge.monitoring.objectives import BURNS, OBJECTIVES, Objective, burning, recorded
from filrouge.monitoring.programs import WATCH_JOB
from filrouge.monitoring.scale import AS_IT_IS, DAY, HOUR, MINUTE, Scale, duration

PAGE, TICKET = "page", "ticket"
LANES = "namespace, job, lane"
CAUGHT_UP = "unless on (namespace) max by (namespace) (filrouge_watch_lag_records) > 1000"
"""While the watch reads everything anew, the last that it knows is old."""
SILENT_DAYS, HABIT_DAYS, HABIT_CHANGES = 4, 14, 5
MISSED_PER_DAY = 20
VOLUME_LEFT = 0.15


@dataclass(frozen=True, slots=True)
class Alert:
    """`holds_for`: as long as the expression has to hold. `runbook`: page in docs/runbooks."""

    name: str
    severity: str
    expression: str
    holds_for: str
    runbook: str
    summary: str
    description: str

    def rule(self) -> dict[str, Any]:
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.holds_for,
            "labels": {"severity": self.severity},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"docs/runbooks/{self.runbook}.md",
            },
        }


def alerts(scale: Scale = AS_IT_IS) -> list[Alert]:
    return [
        *(
            _burn(objective, severity, scale)
            for objective in OBJECTIVES
            for severity in (PAGE, TICKET)
        ),
        _down("FilrougeServiceDown", PAGE, (*SERVICES, AUDIT_TRAIL), scale),
        _down("FilrougeWatchDown", TICKET, (WATCH_JOB,), scale),
        *_of_lanes(scale),
        *_of_the_archive(scale),
        *_of_the_plan(scale),
        *_of_the_ground(scale),
    ]


def _burn(objective: Objective, severity: str, scale: Scale) -> Alert:
    burns = [burn for burn in BURNS if burn.severity == severity]
    long = " or ".join(duration(burn.long) for burn in burns)
    return Alert(
        objective.alert,
        severity,
        " or ".join(f"({burning(objective, burn, scale)})" for burn in burns),
        scale.wait(0),
        "error-budget",
        f"The promise is being broken: {objective.says}",
        f"{{{{ $value | humanizePercentage }}}} were not in time over the last {long}.",
    )


def _down(name: str, severity: str, jobs: Sequence[str], scale: Scale) -> Alert:
    """Whether it answers and says no, or is not even looked for."""
    up = f'max by (namespace, job) (up{{job=~"{"|".join(jobs)}"}}) == 0'
    return Alert(
        name,
        severity,
        " or ".join([up, *(f'absent(up{{job="{job}"}})' for job in jobs)]),
        scale.wait(2 * MINUTE),
        "service-down",
        "No instance of a service answers.",
        "What {{ $labels.job }} does waits in Kafka, and nothing is lost.",
    )


def _of_lanes(scale: Scale) -> Iterator[Alert]:
    stopped = f"max by ({LANES}) (filrouge_lane_stopped) == 1"
    taken = f"increase(filrouge_records_taken_total[{scale.window(5 * MINUTE)}])"
    yield Alert(
        "FilrougeLaneStopped",
        PAGE,
        stopped,
        scale.wait(MINUTE),
        "lane-stopped",
        "A lane refuses to go on: it would lose or double something.",
        "Lane {{ $labels.lane }} of {{ $labels.job }} has stopped; its log line `lane_stopped` says why.",
    )
    yield Alert(
        "FilrougeLaneStuck",
        PAGE,
        f"(max by ({LANES}) (filrouge_lane_lag_seconds) > {scale.limit(MINUTE)}"
        f" unless on ({LANES}) sum by ({LANES}) ({taken}) > 0"
        f" or max by ({LANES}) (filrouge_lane_unloaded_seconds) > {scale.limit(MINUTE)})"
        f" unless on ({LANES}) {stopped}",
        scale.wait(2 * MINUTE),
        "lane-stuck",
        "Records wait for a lane that takes none.",
        "Lane {{ $labels.lane }} of {{ $labels.job }} has taken none for {{ $value | humanizeDuration }}.",
    )
    yield Alert(
        "FilrougeLaneFailing",
        TICKET,
        "sum by (namespace, job, error)"
        f" (increase(filrouge_lane_failures_total[{scale.window(10 * MINUTE)}])) > 3",
        scale.wait(0),
        "lane-failing",
        "Lanes are loaded again and again.",
        "{{ $labels.job }}: {{ $labels.error }}, {{ $value | humanize }} times in a while.",
    )
    yield Alert(
        "FilrougeOutboxStuck",
        TICKET,
        f"max by ({LANES}) (filrouge_outbox_age_seconds) > {scale.limit(30)}",
        scale.wait(2 * MINUTE),
        "outbox-stuck",
        "Decisions are durable, but Kafka does not take them.",
        "Lane {{ $labels.lane }} of {{ $labels.job }} has a row of {{ $value | humanizeDuration }} ago.",
    )
    yield Alert(
        "FilrougeRecordsParked",
        TICKET,
        "sum by (namespace, job) (filrouge_closed_keys) > 0",
        scale.wait(5 * MINUTE),
        "records-parked",
        "Records wait behind a defect of ours.",
        "{{ $labels.job }} has closed {{ $value }} keys.",
    )


def _of_the_archive(scale: Scale) -> Iterator[Alert]:
    since = scale.window(6 * HOUR)  # also if it is dead
    archived = f"max_over_time(filrouge_archive_last_commit_seconds[{since}])"
    cosigned = "max by (namespace, witness) (filrouge_archive_last_cosigned_seconds)"
    failures = f"increase(filrouge_archive_witness_failures_total[{scale.window(HOUR)}])"
    yield Alert(
        "FilrougeArchiveBehind",
        PAGE,
        "max by (namespace) (filrouge_last_commit_seconds)"
        f" - on (namespace) max by (namespace) ({archived}) > {scale.limit(MINUTE)}",
        scale.wait(2 * MINUTE),
        "archive-behind",
        "Services decide, and nothing is proven.",
        "The last commit to the archive is {{ $value | humanizeDuration }} older than the last decision.",
    )
    yield Alert(
        "FilrougeWitnessSilent",
        TICKET,
        "max by (namespace) (filrouge_archive_last_commit_seconds)"
        f" - on (namespace) group_right () {cosigned} > {scale.limit(HOUR)}"
        f" or sum by (namespace, witness) ({failures}) > 0 unless on (namespace, witness) {cosigned}",
        scale.wait(5 * MINUTE),
        "witness-silent",
        "A witness does not cosign the archive.",
        "{{ $labels.witness }} is behind the last commit, or has never cosigned one.",
    )
    yield Alert(
        "FilrougeInvariantBroken",
        PAGE,
        "max by (namespace, rule) (filrouge_invariant_breaches_total) > 0",
        scale.wait(0),
        "invariant-broken",
        "The stream breaks an invariant: something is lost, doubled, or booked wrongly.",
        "Rule {{ $labels.rule }}, {{ $value }} times.",
    )


def _of_the_plan(scale: Scale) -> Iterator[Alert]:
    habit = f"changes(filrouge_partner_last_record_seconds[{scale.window(HABIT_DAYS * DAY)}])"
    missed = "filrouge_deadlines_missed_total"
    before = f"max_over_time({missed}[{scale.window(HOUR)}] offset {scale.window(DAY)})"
    yield Alert(
        "FilrougeClockNotTicking",
        PAGE,
        "time() - (max by (namespace) (filrouge_clock_seconds) > 0)"
        f" > {scale.limit(5 * MINUTE)} {CAUGHT_UP}",
        scale.wait(MINUTE),
        "clock-not-ticking",
        "Time stands still for the plan: no deadline passes, or nothing comes through Kafka at all.",
        "The last tick was {{ $value | humanizeDuration }} ago: the clock has ended, or Kafka is away.",
    )
    yield Alert(
        "FilrougePartnerSilent",
        TICKET,
        "time() - max by (namespace, partner) (filrouge_partner_last_record_seconds)"
        f" > {scale.limit(SILENT_DAYS * DAY)} and on (namespace, partner)"
        f" max by (namespace, partner) ({habit}) >= {HABIT_CHANGES} {CAUGHT_UP}",
        scale.wait(15 * MINUTE),
        "partner-silent",
        "A partner that used to speak has not for days.",
        "{{ $labels.partner }} spoke {{ $value | humanizeDuration }} ago.",
    )
    yield Alert(
        "FilrougeDeadlinesMissed",
        TICKET,
        f"max by (namespace, deadline) ({missed})"
        f" - max by (namespace, deadline) ({before}) > {MISSED_PER_DAY} {CAUGHT_UP}",
        scale.wait(15 * MINUTE),
        "deadlines-missed",
        "Many deadlines were missed within a day.",
        "{{ $labels.deadline }}: {{ $value }} more than a day ago.",
    )
    yield Alert(
        "FilrougeWatchBehind",
        TICKET,
        "max by (namespace) (filrouge_watch_lag_records) > 10000",
        scale.wait(15 * MINUTE),
        "watch-behind",
        "The plan's figures are old.",
        "{{ $value }} records are not in them.",
    )


def _of_the_ground(scale: Scale) -> Iterator[Alert]:
    """Nobody is hurt yet: who waits until somebody is, is called at night by the alerts above."""
    left = "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes"
    ours = "and on (namespace) count by (namespace) (filrouge_lane_stopped)"
    yield Alert(
        "FilrougeKafkaCopiesMissing",
        TICKET,
        "sum by (namespace) (kafka_server_replicamanager_underreplicatedpartitions) > 0",
        scale.wait(15 * MINUTE),
        "kafka-copies",
        "Kafka has fewer copies of some records than it should.",
        "{{ $value }} partitions are short of a copy; one broker more away, and nothing is written there.",
    )
    yield Alert(
        "FilrougeVolumeNearlyFull",
        TICKET,
        f"min by (namespace, persistentvolumeclaim) ({left}) < {VOLUME_LEFT} {ours}",
        scale.wait(15 * MINUTE),
        "volume-nearly-full",
        "A volume has little space left: whoever writes there stops when it is full.",
        "{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left.",
    )


def rules(scale: Scale = AS_IT_IS) -> dict[str, Any]:
    groups = (
        ("filrouge-objectives", list(recorded(scale))),
        ("filrouge-alerts", [alert.rule() for alert in alerts(scale)]),
    )
    return {"groups": [{"name": name, "rules": found} for name, found in groups]}


def rules_text(scale: Scale = AS_IT_IS) -> str:
    return yaml.safe_dump(rules(scale), sort_keys=False, allow_unicode=True, width=110)
