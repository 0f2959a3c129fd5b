"""Who says what, what is refused and why, and who has gone silent."""

from __future__ import annotations

from filrouge.monitoring.dashboards.panels import Board, Form, Level, Panel, Query, Row, Variable

PARTNER = Variable("partner", "partner", "filrouge_partner_last_record_seconds")
CHOSEN = '{partner=~"$partner"}'
DAY_SECONDS = 86_400
PER_HOUR = "records an hour"


def _in_an_hour(metric: str, by: str) -> str:
    """The watch counts from the first record on, also after a restart: its counters only ever go back up
    to where they were, so a difference is right where `increase` would count everything again."""
    return f"sum by ({by}) (clamp_min(delta({metric}{CHOSEN}[1h]), 0))"


SPEAKING = Row(
    "Who speaks",
    (
        Panel(
            "Records in the last hour, by partner",
            "each partner's own rhythm of the day.",
            "a partner far above it: a loop of theirs? Its repetitions are dropped; call them.",
            "short",
            (
                Query(
                    f"topk(20, {_in_an_hour('filrouge_partner_records_total', 'partner')})",
                    "{{partner}}",
                ),
            ),
        ),
        Panel(
            "Verdicts in the last hour",
            "almost all accepted; some duplicates.",
            "`refused` or `conflict` grows: below is by whom and by which rule.",
            "short",
            (Query(_in_an_hour("filrouge_partner_records_total", "outcome"), "{{outcome}}"),),
        ),
        Panel(
            "Silent for longest",
            "hours on working days; a few days over holidays.",
            "runbook partner-silent.",
            "s",
            (
                Query(
                    "topk(15, time() - max by (partner)"
                    f" (filrouge_partner_last_record_seconds{CHOSEN}))",
                    "{{partner}}",
                ),
            ),
            Form.BARS,
            (Level(DAY_SECONDS, "yellow"), Level(4 * DAY_SECONDS, "red")),
        ),
        Panel(
            "How long each partner's words wait at the door",
            "below 30 seconds, the limit of the objective.",
            "runbook lane-stuck: each of these lanes is one partner's.",
            "s",
            (
                Query(
                    'max by (lane) (filrouge_lane_lag_seconds{job="partner_gateway"})',
                    "lane {{lane}}",
                ),
            ),
            levels=(Level(30, "red"),),
        ),
    ),
)

REFUSED = Row(
    "What is refused, and why",
    (
        Panel(
            "Share refused at the door, by partner",
            "below one in a hundred.",
            "tell the partner the rule, which is in each verdict with its remedy.",
            "percentunit",
            (
                Query(
                    "topk(15, sum by (partner) (filrouge_partner_records_total"
                    '{partner=~"$partner", outcome="refused"})'
                    f" / sum by (partner) (filrouge_partner_records_total{CHOSEN}))",
                    "{{partner}}",
                ),
            ),
            Form.BARS,
            (Level(0.01, "yellow"), Level(0.1, "red")),
            at_most=1,
        ),
        Panel(
            "Refused at the door, by partner and rule",
            "few, and not always the same.",
            "one rule for one partner: a defect of their system. One rule for all: was ours changed?",
            "short",
            (
                Query(
                    f"topk(15, sum by (partner, rule) (filrouge_partner_refusals_total{CHOSEN}))",
                    "{{partner}} {{rule}}",
                ),
            ),
            Form.BARS,
            (Level(10, "orange"),),
        ),
        Panel(
            "Refused by our rules, by event and reason",
            "reasons of business: no credits left, already delivered.",
            "`unknown_…` grows: words come in the wrong order, or some partner does not speak.",
            "short",
            (
                Query(
                    "topk(15, max by (type, reason) (filrouge_refusals_total))",
                    "{{type}} {{reason}}",
                ),
            ),
            Form.BARS,
            start="blue",
        ),
        Panel(
            "Waited in vain",
            "flat.",
            "runbook deadlines-missed.",
            "short",
            (Query('max(filrouge_deadlines_missed_total{deadline="answer"})', "answers"),),
        ),
    ),
)

PARTNERS = Board(
    "partners",
    "Filrouge: partners",
    "Who says what, what is refused and why, and who has gone silent.",
    (SPEAKING, REFUSED),
    (PARTNER,),
    since="now-2d",
)
