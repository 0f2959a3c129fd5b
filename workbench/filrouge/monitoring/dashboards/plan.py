"""For the minister's office: what was announced, what is reached, and whether anything is wrong."""

from __future__ import annotations

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row
from filrouge.watch.metrics import FIGURES

EUR = "currencyEUR"
COUNT = "short"
NUMBERS = {
    "committed_cents": "Committed",
    "paid_cents": "Paid",
    "devices_handed_over": "Devices handed over",
    "pupils_equipped": "Pupils equipped",
    "pupils_accompanied": "Pupils with a tutor",
    "hours_certified": "Hours of tutoring proven",
}
"""Figures that are shown large; their meaning is that of the list."""


def _number(figure: str) -> Panel:
    of_money = figure.endswith("_cents")
    per_unit = " / 100" if of_money else ""
    return Panel(
        NUMBERS[figure],
        f"it grows towards the target. {FIGURES[figure]}.",
        "the dashboard Flow shows where events wait, Partners who does not speak.",
        EUR if of_money else COUNT,
        (Query(f'max(filrouge_plan_figure{{figure="{figure}"}}){per_unit}'),),
        Form.NUMBER,
    )


TARGETS = Row(
    "Figures and targets",
    (
        *map(_number, NUMBERS),
        Panel(
            "Reached of what was announced",
            "every bar grows; at 100 % the target is reached.",
            "a bar that stands still for days has its reason at Partners: who should have spoken?",
            "percentunit",
            (Query("max by (figure) (filrouge_plan_figure / filrouge_plan_target)", "{{figure}}"),),
            Form.BARS,
            (Level(0.5, "yellow"), Level(1, "green")),
            at_most=1,
            start="orange",
        ),
        Panel(
            "Pupils and devices over time",
            "lines rise on working days; handed over follows in stock within days.",
            "in stock without handed over: schools do not confirm. Look at Partners.",
            COUNT,
            (
                Query(
                    'max by (figure) (filrouge_plan_figure{figure=~"pupils_.+|devices_.+"})',
                    "{{figure}}",
                ),
            ),
        ),
    ),
)

MONEY = Row(
    "Money",
    (
        Panel(
            "Balance by account",
            "debits are positive, credits negative, and their sum is 0; ae_available is not yet bound.",
            "a sum that is not 0 is a breach: runbook invariant-broken.",
            EUR,
            (Query("max by (account) (filrouge_ledger_cents) / 100", "{{account}}"),),
            Form.BARS,
            start="blue",
        ),
        Panel(
            "Committed and paid",
            "paid follows committed by some weeks.",
            "paid stands still: `late-interest` comes next. Runbook deadlines-missed says how to find whose.",
            EUR,
            (
                Query(
                    'max by (figure) (filrouge_plan_figure{figure=~".+_cents"}) / 100', "{{figure}}"
                ),
            ),
        ),
    ),
)

TRUST = Row(
    "Can these figures be trusted?",
    (
        Panel(
            "Breaches of an invariant",
            "0, always.",
            "runbook invariant-broken; until it is explained, publish no figure.",
            COUNT,
            (Query("sum(filrouge_invariant_breaches_total)"),),
            Form.NUMBER,
            (Level(1, "red"),),
        ),
        Panel(
            "Facts checked",
            "it grows while partners speak.",
            "it stands still: is `filrouge watch` running, does it lag?",
            COUNT,
            (Query("sum(filrouge_invariants_checked_total)"),),
            Form.NUMBER,
        ),
        Panel(
            "Records not in these figures yet",
            "near 0, a few thousand under load.",
            "runbook watch-behind: the figures are old, and not wrong.",
            COUNT,
            (Query("max(filrouge_watch_lag_records)"),),
            Form.NUMBER,
            (Level(10_000, "orange"),),
        ),
        Panel(
            "Records set aside",
            "0: nobody waits for a repair of ours.",
            "runbook records-parked.",
            COUNT,
            (Query("sum(filrouge_parked_waiting_records) or vector(0)"),),
            Form.NUMBER,
            (Level(1, "orange"),),
        ),
        Panel(
            "The plan's clock",
            "the time of day, by the minute: deadlines pass by it.",
            "runbook clock-not-ticking.",
            "dateTimeAsIso",
            (Query("max(filrouge_clock_seconds) * 1000"),),
            Form.NUMBER,
            columns=8,
        ),
        Panel(
            "Deadlines missed",
            "flat. Each is somebody who waited in vain, goods that silence admitted, or interest owed.",
            "runbook deadlines-missed: it has the command that names each case.",
            COUNT,
            (Query("max by (deadline) (filrouge_deadlines_missed_total)", "{{deadline}}"),),
        ),
    ),
)

PLAN = Board(
    "plan",
    "Filrouge: the plan",
    "Targets against figures, money by account, deadlines, and whether anything is wrong.",
    (TARGETS, MONEY, TRUST),
    since="now-30d",
)
