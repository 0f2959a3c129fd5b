"""For each alert what it has to fire under, and what it has to keep quiet under, as series of Prometheus' own
tests: `0x5 1x10` is five zeros, then ten ones; `0+60x10` counts by sixty. The clock begins at 0, at 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filrouge.monitoring.alerts import PAGE, TICKET
from filrouge.monitoring.programs import JOBS

Series = Mapping[str, str]
LANE = 'job="equipment_orders", instance="a", lane="1"'
MINUTE, FIVE, QUARTER = "1m", "5m", "15m"


@dataclass(frozen=True, slots=True)
class Case:
    """`at`: when Prometheus is asked; `interval`: of scrapes and evaluations, a long one for long stories."""

    alert: str
    severity: str
    when: str
    series: Series
    at: str
    interval: str = MINUTE

    def __str__(self) -> str:
        return f"{self.alert} ({self.severity}): {self.when}"


def ups(**of_job: str) -> Series:
    values = {job: of_job.get(job, "1x200") for job in JOBS}
    return {f'up{{job="{job}"}}': one for job, one in values.items() if one}


def lanes(late: str, fine: str) -> Series:
    lane = 'job="partner_gateway", instance="a"'
    return {
        f'filrouge_lane_lag_seconds{{{lane}, lane="1"}}': late,
        f'filrouge_lane_lag_seconds{{{lane}, lane="2"}}': fine,
        f'filrouge_lane_unloaded_seconds{{{lane}, lane="1"}}': "0x9000",
        f'filrouge_lane_unloaded_seconds{{{lane}, lane="2"}}': "0x9000",
    }


def booked(in_time: str, of_all: str) -> Series:
    name, job = "filrouge_age_seconds", 'job="budget_accounting"'
    return {f'{name}_bucket{{{job}, le="30.0"}}': in_time, f"{name}_count{{{job}}}": of_all}


def proven(in_time: str, of_all: str) -> Series:
    name, job = "filrouge_archive_delay_seconds", 'job="audit_trail"'
    return {f'{name}_bucket{{{job}, le="5.0"}}': in_time, f"{name}_count{{{job}}}": of_all}


def archive(decided: str, committed: str, **cosigned: str) -> Series:
    found = {
        'filrouge_last_commit_seconds{job="equipment_orders"}': decided,
        'filrouge_archive_last_commit_seconds{job="audit_trail"}': committed,
    }
    witness = 'job="audit_trail", witness="w"'
    names = {
        "at": "filrouge_archive_last_cosigned_seconds",
        "failed": "filrouge_archive_witness_failures_total",
    }
    return found | {f"{names[what]}{{{witness}}}": one for what, one in cosigned.items()}


def watched(metric: str, values: str, lag: str = "0x9000") -> Series:
    return {f"filrouge_{metric}": values, "filrouge_watch_lag_records": lag}


def lane(**metrics: str) -> Series:
    return {f"filrouge_{name}{{{LANE}}}": one for name, one in metrics.items()}


ADMISSION, BOOKING = "FilrougeAdmissionBudgetBurning", "FilrougeBookingBudgetBurning"
PROOF, DOWN, STUCK = "FilrougeProofBudgetBurning", "FilrougeServiceDown", "FilrougeLaneStuck"
ARCHIVE, WITNESS = "FilrougeArchiveBehind", "FilrougeWitnessSilent"
CLOCK, SILENT, MISSED = (
    "FilrougeClockNotTicking",
    "FilrougePartnerSilent",
    "FilrougeDeadlinesMissed",
)
SPOKE, DEADLINES = (
    'partner_last_record_seconds{partner="p"}',
    'deadlines_missed_total{deadline="answer"}',
)
COPIES, VOLUME = "FilrougeKafkaCopiesMissing", "FilrougeVolumeNearlyFull"
MISSING = "kafka_server_replicamanager_underreplicatedpartitions"


def volume(left: str, **around: str) -> Series:
    claim = 'namespace="n", persistentvolumeclaim="data-0"'
    found = {
        f"kubelet_volume_stats_available_bytes{{{claim}}}": left,
        f"kubelet_volume_stats_capacity_bytes{{{claim}}}": "100x40",
    }
    return found | {f'filrouge_{name}{{namespace="n"}}': one for name, one in around.items()}


TEN_MINUTES_LATE = "0x4200 100x10 0x300"

FIRES = (
    Case(ADMISSION, PAGE, "one of two lanes is late", lanes("0x30 100x60", "0x90"), "50m"),
    Case(ADMISSION, PAGE, "no gateway answers", ups(partner_gateway="1x5 0x60"), "20m"),
    Case(
        ADMISSION,
        PAGE,
        "a lane cannot work",
        {
            **lanes("0x60", "0x60"),
            'filrouge_lane_unloaded_seconds{job="partner_gateway", instance="a", lane="1"}': "0+60x60",
        },
        "20m",
    ),
    Case(ADMISSION, PAGE, "slowly, for hours", lanes("100x2 0x56 " * 12, "0x800"), "9h20m"),
    Case(ADMISSION, TICKET, "it was late hours ago", lanes(TEN_MINUTES_LATE, "0x4500"), "71h30m"),
    Case(BOOKING, PAGE, "half is late", booked("0+10x90", "0+20x90"), "70m"),
    Case(BOOKING, TICKET, "a thirtieth is late", booked("0+29x300", "0+30x300"), "24h", FIVE),
    Case(PROOF, PAGE, "half is late", proven("0+30x90", "0+60x90"), "70m"),
    Case(
        PROOF, TICKET, "a few in a thousand are late", proven("0+249x300", "0+250x300"), "24h", FIVE
    ),
    Case(DOWN, PAGE, "one service does not answer", ups(budget_accounting="1x5 0x10"), "10m"),
    Case(DOWN, PAGE, "one service is not looked for", ups(audit_trail=""), "10m"),
    Case("FilrougeWatchDown", TICKET, "it does not answer", ups(watch="1x5 0x10"), "10m"),
    Case("FilrougeLaneStopped", PAGE, "one stops", lane(lane_stopped="0x5 1x10"), "8m"),
    Case(
        STUCK,
        PAGE,
        "records wait",
        lane(lane_lag_seconds="0+60x20", records_taken_total="9x20"),
        "15m",
    ),
    Case(STUCK, PAGE, "it cannot work", lane(lane_unloaded_seconds="0+60x20"), "15m"),
    Case(STUCK, PAGE, "it never took any", lane(lane_lag_seconds="0+60x20"), "15m"),
    Case(
        "FilrougeLaneFailing",
        TICKET,
        "every minute",
        {'filrouge_lane_failures_total{job="equipment_orders", error="X"}': "0+1x20"},
        "15m",
    ),
    Case("FilrougeOutboxStuck", TICKET, "Kafka is away", lane(outbox_age_seconds="0+60x10"), "9m"),
    Case("FilrougeRecordsParked", TICKET, "a key is closed", lane(closed_keys="1x10"), "8m"),
    Case(ARCHIVE, PAGE, "it does nothing", archive("0+60x20", "0+60x5 300x15"), "15m"),
    Case(ARCHIVE, PAGE, "it is dead", archive("0+60x20", "0+60x5 _x15"), "15m"),
    Case(WITNESS, TICKET, "it has gone", archive("0+60x99", "0+60x99", at="0+60x9 540x90"), "90m"),
    Case(WITNESS, TICKET, "it never came", archive("0+60x99", "0+60x99", failed="0+1x99"), "90m"),
    Case(
        "FilrougeInvariantBroken",
        PAGE,
        "once",
        {'filrouge_invariant_breaches_total{rule="I1"}': "0x5 1x5"},
        "7m",
    ),
    Case(CLOCK, PAGE, "it stands still", watched("clock_seconds", "0+60x5 300x20"), "15m"),
    Case(SILENT, TICKET, "for days", watched(SPOKE, "0+900x200 180000x700"), "200h", QUARTER),
    Case(MISSED, TICKET, "forty in a day", watched(DEADLINES, "10x200 50x20"), "52h", QUARTER),
    Case(
        "FilrougeWatchBehind",
        TICKET,
        "it lags",
        watched("clock_seconds", "0x20", "20000x20"),
        "18m",
    ),
    Case(COPIES, TICKET, "a broker is away", {f'{MISSING}{{pod="a"}}': "0x5 7x30"}, "25m"),
    Case(VOLUME, TICKET, "a tenth is left", volume("10x40", lane_stopped="0x40"), "25m"),
)

KEEPS_QUIET = (
    Case(STUCK, PAGE, "it is rebuilt", lane(lane_unloaded_seconds="0 60 0x20"), "4m"),
    Case(
        STUCK,
        PAGE,
        "it has stopped, which pages already",
        lane(lane_unloaded_seconds="0+60x20", lane_stopped="1x20"),
        "15m",
    ),
    Case(ADMISSION, PAGE, "nobody is late", lanes("0x90", "5x90"), "80m"),
    Case(ADMISSION, PAGE, "an idle lane takes a record", lanes("0x30 9999 0x60", "0x90"), "31m"),
    Case(ADMISSION, PAGE, "it was late hours ago", lanes("0x60 100x10 0x300", "0x500"), "3h"),
    Case(ADMISSION, TICKET, "it never was late", lanes("0x400", "0x400"), "30h", FIVE),
    Case(BOOKING, PAGE, "all is in time", booked("0+20x90", "0+20x90"), "70m"),
    Case(BOOKING, PAGE, "one of few is late", booked("0x90", "0x30 1x30 2x30"), "61m"),
    Case(BOOKING, TICKET, "one of few is late", booked("0x300", "0x150 1x50 2x100"), "24h", FIVE),
    Case(BOOKING, PAGE, "a thirtieth is late", booked("0+29x600", "0+30x600"), "9h"),
    Case(PROOF, PAGE, "all is in time", proven("0+60x90", "0+60x90"), "70m"),
    Case(PROOF, TICKET, "all is in time", proven("0+60x300", "0+60x300"), "24h", FIVE),
    Case(DOWN, PAGE, "all answer", ups(), "10m"),
    Case(DOWN, PAGE, "one is restarted", ups(partner_gateway="1x5 0 1x10"), "10m"),
    Case("FilrougeWatchDown", TICKET, "it answers", ups(), "10m"),
    Case("FilrougeLaneStopped", PAGE, "none stops", lane(lane_stopped="0x15"), "10m"),
    Case(
        STUCK,
        PAGE,
        "it is slow",
        lane(lane_lag_seconds="0+60x20", records_taken_total="0+9x20"),
        "15m",
    ),
    Case(
        "FilrougeLaneFailing",
        TICKET,
        "it failed once",
        {'filrouge_lane_failures_total{job="equipment_orders", error="X"}': "0x5 1x15"},
        "15m",
    ),
    Case(
        "FilrougeOutboxStuck", TICKET, "rows wait a moment", lane(outbox_age_seconds="1x10"), "9m"
    ),
    Case("FilrougeRecordsParked", TICKET, "no key is closed", lane(closed_keys="0x10"), "8m"),
    Case(ARCHIVE, PAGE, "it keeps up", archive("0+60x20", "0+60x20"), "15m"),
    Case(ARCHIVE, PAGE, "nobody decides", archive("300x20", "300x20"), "15m"),
    Case(
        WITNESS,
        TICKET,
        "it cosigns",
        archive("0+60x99", "0+60x99", at="0+60x99", failed="0+1x99"),
        "90m",
    ),
    Case(WITNESS, TICKET, "nothing is committed", archive("9x99", "9x99", at="9x99"), "90m"),
    Case(
        "FilrougeInvariantBroken",
        PAGE,
        "all hold",
        {'filrouge_invariant_breaches_total{rule="I1"}': "0x10"},
        "7m",
    ),
    Case(CLOCK, PAGE, "it ticks", watched("clock_seconds", "0+60x25"), "15m"),
    Case(CLOCK, PAGE, "the watch has just begun", watched("clock_seconds", "0x25"), "15m"),
    Case(CLOCK, PAGE, "the watch reads anew", watched("clock_seconds", "0x25", "5000x25"), "15m"),
    Case(SILENT, TICKET, "it speaks", watched(SPOKE, "0+900x900"), "200h", QUARTER),
    Case(SILENT, TICKET, "it spoke but once", watched(SPOKE, "_ 100x900"), "200h", QUARTER),
    Case(MISSED, TICKET, "two in a day", watched(DEADLINES, "10x200 12x20"), "52h", QUARTER),
    Case(
        MISSED,
        TICKET,
        "the watch begins again",
        watched(DEADLINES, "50x150 0 50x60"),
        "52h",
        QUARTER,
    ),
    Case(
        MISSED, TICKET, "a day after that", watched(DEADLINES, "50x100 0 50x110"), "49h15m", QUARTER
    ),
    Case(
        "FilrougeWatchBehind",
        TICKET,
        "it keeps up",
        watched("clock_seconds", "0x20", "500x20"),
        "18m",
    ),
    Case(COPIES, TICKET, "a broker is restarted", {f'{MISSING}{{pod="a"}}': "0x5 7x9 0x20"}, "25m"),
    Case(VOLUME, TICKET, "a fifth is left", volume("20x40", lane_stopped="0x40"), "25m"),
    Case(VOLUME, TICKET, "it is somebody else's", volume("10x40"), "25m"),
)
