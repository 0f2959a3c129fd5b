"""What the stream comes to, as metrics. `figure` and `account` are words of ours, `partner` an organisation
that operates a system of its own: there are as many as were registered."""

from __future__ import annotations

from filrouge_chassis.catalogue import Kind, Metric
from filrouge_contracts.ledger import Account

C, G = Kind.COUNTER, Kind.GAUGE
PARTNER = ("partner",)
SECONDS = "seconds"

FIGURES = {
    "committed_cents": "Of credits, bound by orders and programmes",
    "paid_cents": "Paid, less what came back",
    "devices_ordered": "Devices of orders that were placed",
    "devices_in_stock": "Devices that came into a stock, whatever became of them",
    "devices_handed_over": "Devices handed over, each time",
    "hours_funded": "Hours of tutoring that programmes may be paid for",
    "hours_certified": "Hours of tutoring that were proven and approved",
    "pupils_equipped": "Pupils who were handed a device, each once",
    "pupils_accompanied": "Pupils with a tutor, each once",
}
"""By the names of `filrouge.checks.figures`, which end with their unit."""
FIGURE = Metric(G, "plan_figure", "figure", f"The plan so far: {', '.join(FIGURES)}", ("figure",))
TARGET = Metric(
    G, "plan_target", "target", "What the plan announced, by the same names", ("figure",)
)
LEDGER = Metric(
    G,
    "ledger_cents",
    "cents",
    f"Balance of an account over the whole plan, debits positive: {', '.join(Account)}",
    ("account",),
)
PARTNER_RECORDS = Metric(
    C, "partner_records", "records", "Verdicts on a partner's records", ("partner", "outcome")
)
PARTNER_REFUSALS = Metric(
    C, "partner_refusals", "records", "Records refused at the door, by rule", ("partner", "rule")
)
PARTNER_LAST = Metric(
    G,
    "partner_last_record_seconds",
    SECONDS,
    "Unix time at which Kafka took a partner's last record",
    PARTNER,
)
REFUSALS = Metric(
    C,
    "refusals",
    "events",
    "Refusals by our rules, by type of event and reason",
    ("type", "reason"),
)
DEADLINES = Metric(
    C,
    "deadlines_missed",
    "deadlines",
    "answer: somebody waited in vain; admission: silence admitted goods; payment: interest is owed",
    ("deadline",),
)
CHECKED = Metric(C, "invariants_checked", "facts", "Facts held against the invariants", ())
BREACHES = Metric(
    C,
    "invariant_breaches",
    "breaches",
    "Breaches of an invariant seen so far: must be 0",
    ("rule",),
)
PARKED = Metric(G, "parked_waiting_records", "records", "Parked, not re-driven yet", ("service",))
PARKED_AGE = Metric(
    G, "parked_age_seconds", SECONDS, "Since the oldest parked record of them", ("service",)
)
CLOCK = Metric(G, "clock_seconds", SECONDS, "Unix time of the operator's last tick")
LAG = Metric(G, "watch_lag_records", "records", "Records in Kafka that are not in these figures")
METRICS = (
    *(FIGURE, TARGET, LEDGER, PARTNER_RECORDS, PARTNER_REFUSALS, PARTNER_LAST, REFUSALS),
    *(DEADLINES, CHECKED, BREACHES, PARKED, PARKED_AGE, CLOCK, LAG),
)
