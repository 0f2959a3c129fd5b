"""Credits that are delegated, withdrawn, or still there when the year ends, as an accountant sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from budget_accounting.app import DECIDER
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentRequested,
    CreditsOpened,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.closing import CreditsCarriedOver, LedgerPosted, YearOpened
from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationRefusal,
    DelegationReturned,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Account
from filrouge_contracts.values import MAX_CENTS
from filrouge_contracts.waiting import EventHeld

LINE, TO_LINE = "line:147-IDF-TABLETS", "line:147-ARA-TABLETS"
DECIDED = (CreditsDelegated, CreditsWithdrawn)
YEAR_END = instant("2020-12-31T23:59:59Z")


def _line() -> Scenario:
    return Scenario(DECIDER).when(example(CreditsOpened))


def _refused(decided: CreditsDelegated | CreditsWithdrawn, reason: CreditsRefusal) -> Event:
    return example(
        CreditsRefused,
        decision=decided.decision,
        uo=None,
        ae_cents=decided.ae_cents,
        cp_cents=decided.cp_cents,
        reason=reason,
    )


def test_delegated_credits_leave_one_line_and_open_the_other_as_the_examples_say() -> None:
    scenario = _line().when(example(CreditsDelegated)).then(example(DelegationSent))
    scenario.when(example(DelegationSent)).then(
        example(DelegationReceived),
        example(YearOpened, budget_line="147-ARA-TABLETS", uo="0147-ARA-D069"),
    )
    sent, received = scenario.state(LINE), scenario.state(TO_LINE)
    assert (sent.ae_cents, sent.cp_cents) == (700_000_00, 500_000_00)
    assert (received.ae_cents, received.cp_cents) == (200_000_00, 100_000_00)


def test_a_line_that_has_credits_of_its_manager_takes_more() -> None:
    own = example(CreditsOpened, budget_line="147-ARA-TABLETS", uo="0147-ARA-D069", ae_cents=1)
    scenario = Scenario(DECIDER).when(own).when(example(DelegationSent))
    scenario.then(example(DelegationReceived))
    assert scenario.state(TO_LINE).ae_cents == 200_000_01


def test_a_line_is_opened_by_the_first_of_its_delegations() -> None:
    scenario = Scenario(DECIDER).when(example(DelegationSent))
    scenario.then_types(DelegationReceived, YearOpened)
    scenario.when(example(DelegationSent, decision="D-2")).then_types(DelegationReceived)


@pytest.mark.parametrize(
    ("uo", "ae_cents", "reason"),
    [
        ("0147-IDF-D093", 0, DelegationRefusal.OTHER_UO),
        ("0147-ARA-D069", MAX_CENTS, DelegationRefusal.TOO_MUCH),
    ],
)
def test_what_the_other_line_does_not_take_comes_back(
    uo: str, ae_cents: int, reason: DelegationRefusal
) -> None:
    own = example(CreditsOpened, budget_line="147-ARA-TABLETS", uo=uo, ae_cents=ae_cents)
    scenario = _line().when(own).when(example(CreditsDelegated))
    scenario.when(example(DelegationSent)).then(example(DelegationReturned, reason=reason))
    assert scenario.state(TO_LINE).ae_cents == ae_cents
    scenario.when(example(DelegationReturned, reason=reason))
    scenario.then(example(DelegationTakenBack, reason=reason))
    line = scenario.state(LINE)
    assert (line.ae_cents, line.cp_cents) == (900_000_00, 600_000_00)
    scenario.when(example(CreditsDelegated)).then_types(DelegationSent)


def test_what_was_never_sent_cannot_come_back() -> None:
    with pytest.raises(Contradiction, match="comes back to a line that has not sent it"):
        _line().when(example(DelegationReturned))


def test_it_comes_back_once() -> None:
    scenario = _line().when(example(CreditsDelegated)).when(example(DelegationReturned))
    with pytest.raises(Contradiction, match="comes back to a line that has not sent it"):
        scenario.when(example(DelegationReturned))


def test_what_is_withdrawn_can_be_used_no_more() -> None:
    scenario = _line().when(example(CreditsWithdrawn))
    scenario.then(example(CreditsWithdrawalRecorded))
    line = scenario.state(LINE)
    assert (line.ae_cents, line.cp_cents) == (850_000_00, 570_000_00)


@pytest.mark.parametrize("word", DECIDED)
@pytest.mark.parametrize(
    ("committed_cents", "granted_cents", "moves"),
    [
        (60_00, 30_00, True),
        (60_01, 30_00, False),
        (60_00, 30_01, False),
        (100_00, 60_00, False),
    ],
)
def test_only_what_is_neither_committed_nor_granted_leaves_a_line(
    word: type[CreditsDelegated | CreditsWithdrawn],
    committed_cents: int,
    granted_cents: int,
    moves: bool,
) -> None:
    scenario = Scenario(DECIDER).when(example(CreditsOpened, ae_cents=100_00, cp_cents=60_00))
    scenario.when(example(CommitmentRequested, amount_cents=committed_cents))
    scenario.when(example(CashRequested, amount_cents=granted_cents))
    decided = example(word, ae_cents=40_00, cp_cents=30_00)
    scenario.when(decided)
    if moves:
        scenario.then_types(
            DelegationSent if word is CreditsDelegated else CreditsWithdrawalRecorded
        )
    else:
        scenario.then(_refused(decided, CreditsRefusal.NOT_ENOUGH_AVAILABLE))
    assert scenario.state(LINE).ae_cents == (60_00 if moves else 100_00)


@pytest.mark.parametrize("again", DECIDED)
@pytest.mark.parametrize("first", DECIDED)
@pytest.mark.parametrize("opened", [True, False])
def test_a_decision_is_carried_out_once(
    first: type[CreditsDelegated], again: type[CreditsDelegated], opened: bool
) -> None:
    scenario = _line() if opened else Scenario(DECIDER)
    scenario.when(example(first, decision="D-1"))
    repeated = example(again, decision="D-1")
    scenario.when(repeated).then(_refused(repeated, CreditsRefusal.ALREADY_SAID))
    if not opened:
        assert [kept.type for kept in scenario.state(LINE).waiting] == [first.event_type]


def test_what_waits_for_credits_is_answered_in_the_order_in_which_it_was_said() -> None:
    scenario = Scenario(DECIDER)
    scenario.when(example(CreditsWithdrawn, ae_cents=40_00, cp_cents=0)).then_types(EventHeld)
    scenario.when(example(CommitmentRequested, amount_cents=40_00)).then_types(EventHeld)
    scenario.when(example(CreditsDelegated, ae_cents=40_00, cp_cents=0)).then_types(EventHeld)
    scenario.when(example(CommitmentRequested, engagement="order:O-2", amount_cents=20_00))
    scenario.when(example(CreditsOpened, ae_cents=100_00))
    scenario.then_types(
        CreditsRecorded,
        YearOpened,
        CreditsWithdrawalRecorded,
        CommitmentAccepted,
        CreditsRefused,
        CommitmentAccepted,
    )
    assert scenario.state(LINE).waiting == ()


def test_delegated_credits_let_waiting_orders_be_answered_too() -> None:
    scenario = Scenario(DECIDER).when(example(CommitmentRequested, budget_line="147-ARA-TABLETS"))
    scenario.when(example(DelegationSent))
    scenario.then_types(DelegationReceived, YearOpened, CommitmentAccepted)


@pytest.mark.parametrize("word", DECIDED)
def test_what_is_decided_for_a_line_without_credits_is_refused_by_the_clock(
    word: type[CreditsDelegated | CreditsWithdrawn],
) -> None:
    decided = example(word)
    scenario = Scenario(DECIDER).when(decided).then_types(EventHeld).when_due(LINE)
    scenario.then(_refused(decided, CreditsRefusal.UNKNOWN_IN_TIME))
    assert scenario.context.now == instant("2020-05-07T08:00:00Z")
    assert scenario.state(LINE) == DECIDER.initial("line")


def test_not_too_much_is_decided_for_a_line_without_credits() -> None:
    scenario = Scenario(DECIDER).with_parameters(line_waiting_at_most=1)
    scenario.when(example(CreditsDelegated)).when(example(CreditsWithdrawn))
    scenario.then(_refused(example(CreditsWithdrawn), CreditsRefusal.TOO_MANY_WAITING))
    assert len(scenario.state(LINE).waiting) == 1


# --- the end of the year -------------------------------------------------------------------------


def test_a_year_ends_as_the_examples_say_and_the_next_one_begins() -> None:
    scenario = _line().when(example(CreditsDelegated)).when(example(CreditsWithdrawn))
    scenario.when(example(CommitmentRequested)).when(example(CashRequested))
    before = scenario.state(LINE)
    scenario.when_due(LINE).then(
        example(LedgerPosted),
        example(CreditsCarriedOver),
        example(YearOpened, year=2021, closes_at=instant("2021-12-31T23:59:59Z")),
    )
    assert scenario.context.now == YEAR_END
    assert scenario.state(LINE).balances == before.balances
    scenario.when_due(LINE).then_types(LedgerPosted, CreditsCarriedOver, YearOpened)


@pytest.mark.parametrize(
    ("now", "opened_at", "grace_seconds", "year", "closes_at"),
    [
        ("2020-05-04T08:00:00Z", "2020-04-21T08:00:00Z", 0, 2020, "2020-12-31T23:59:59Z"),
        ("1970-01-01T00:00:00Z", "2020-04-21T08:00:00Z", 0, 2020, "2020-12-31T23:59:59Z"),
        ("2020-05-04T08:00:00Z", "2019-04-21T08:00:00Z", 0, 2020, "2020-12-31T23:59:59Z"),
        ("2020-05-04T08:00:00Z", "2021-04-21T08:00:00Z", 0, 2021, "2021-12-31T23:59:59Z"),
        ("2020-12-31T23:59:59Z", "2020-12-31T23:59:59Z", 0, 2021, "2021-12-31T23:59:59Z"),
        ("2021-01-01T00:30:00Z", "2020-12-31T20:00:00Z", 3_600, 2020, "2021-01-01T00:59:59Z"),
        ("2021-01-01T01:30:00Z", "2020-12-31T20:00:00Z", 3_600, 2021, "2022-01-01T00:59:59Z"),
        ("2020-05-04T08:00:00Z", "2099-04-21T08:00:00Z", 0, 2098, "2098-12-31T23:59:59Z"),
    ],
)
def test_a_line_is_open_for_the_year_of_its_first_credits_or_the_first_that_is_not_over(
    now: str, opened_at: str, grace_seconds: int, year: int, closes_at: str
) -> None:
    scenario = Scenario(DECIDER).at(now).with_parameters(deadline_grace_seconds=grace_seconds)
    scenario.when(example(CreditsOpened, opened_at=instant(opened_at)))
    assert scenario.said[1:] == [example(YearOpened, year=year, closes_at=instant(closes_at))]
    assert scenario.state(LINE).due_at == instant(closes_at)


def test_a_year_that_is_closed_is_not_opened_again_by_a_longer_grace() -> None:
    scenario = _line().with_parameters(deadline_grace_seconds=3_600).when_due(LINE)
    assert scenario.said[-1] == example(
        YearOpened, year=2021, closes_at=instant("2022-01-01T00:59:59Z")
    )


def test_a_clock_that_jumps_over_years_opens_the_one_that_it_stops_in() -> None:
    scenario = _line().when_due(LINE, "2023-02-01T00:00:00Z")
    assert scenario.said[-1] == example(
        YearOpened, year=2023, closes_at=instant("2023-12-31T23:59:59Z")
    )


def test_a_year_that_has_ended_changes_nothing_that_can_be_used() -> None:
    scenario = _line().when_due(LINE).when(example(CommitmentRequested, amount_cents=900_000_01))
    scenario.then_types(CommitmentRefused)
    scenario.when(example(CommitmentRequested, amount_cents=900_000_00))
    scenario.then_types(CommitmentAccepted)


def test_the_accounts_of_a_line_add_up_to_nothing() -> None:
    scenario = _line().when(example(CreditsDelegated)).when(example(CommitmentRequested))
    balances = scenario.state(LINE).balances
    assert sum(balances.values()) == 0
    assert balances[Account.AE_DELEGATED] == 200_000_00
    assert scenario.state(LINE).due_at == YEAR_END > scenario.context.now + timedelta(days=200)
