"""Budget lines as an accountant sees them: what is asked, what is left, what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from budget_accounting.app import DECIDER
from budget_accounting.rules import (
    WAITING_AT_MOST,
)
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_chassis.waiting import hold
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefusal,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
)
from filrouge_contracts.cash import (
    CashGranted,
    CashRefused,
    CashRequested,
    CashReturned,
    CashReturnRequested,
)
from filrouge_contracts.closing import YearOpened
from filrouge_contracts.values import MAX_CENTS
from filrouge_contracts.waiting import EventHeld
from hypothesis import given
from msgspec.structs import replace

LINE = "line:147-IDF-TABLETS"


def _line(ae_cents: int = 100_00, cp_cents: int = 60_00) -> Scenario:
    opened = example(CreditsOpened, ae_cents=ae_cents, cp_cents=cp_cents)
    return Scenario(DECIDER).at("2020-05-04T09:00:00Z").when(opened)


def _request(order: str, cents: int) -> CommitmentRequested:
    return example(CommitmentRequested, engagement=f"order:{order}", amount_cents=cents)


def test_the_first_thread_is_booked_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).when(example(CreditsOpened))
    scenario.then(example(CreditsRecorded), example(YearOpened))
    scenario.at("2020-05-04T09:00:00Z").when(example(CommitmentRequested))
    scenario.then(example(CommitmentAccepted))
    scenario.at("2020-05-14T08:00:00Z").when(example(CashRequested)).then(example(CashGranted))
    scenario.when(example(CommitmentReleaseRequested)).then(example(CommitmentReleased))
    line = scenario.state(LINE)
    assert (line.committed_cents, line.granted_cents) == (0, 36960)
    scenario.at("2020-05-20T08:00:00Z").when(example(CashReturnRequested))
    scenario.then(example(CashReturned))
    assert scenario.state(LINE).granted_cents == 0


@pytest.mark.parametrize(
    ("ae_cents", "asked_cents", "engaged_cents"),
    [
        (100_00, [40_00, 60_00], [40_00, 60_00]),
        (100_00, [100_00, 1], [100_00]),
        (100_00, [100_01], []),
        (100_00, [99_99, 2, 1], [99_99, 1]),
        (0, [1], []),
    ],
)
def test_engagements_never_exceed_the_ae(
    ae_cents: int, asked_cents: list[int], engaged_cents: list[int]
) -> None:
    scenario = _line(ae_cents)
    engaged = []
    for number, cents in enumerate(asked_cents):
        (answer,) = scenario.when(_request(f"O-{number}", cents)).said
        if isinstance(answer, CommitmentAccepted):
            engaged.append(answer.amount_cents)
        else:
            assert isinstance(answer, CommitmentRefused)
            assert answer.reason is CommitmentRefusal.NOT_ENOUGH_AE
    assert engaged == engaged_cents


@pytest.mark.parametrize(
    ("cp_cents", "asked_cents", "granted_cents"),
    [(60_00, [60_00], [60_00]), (60_00, [59_99, 2, 1], [59_99, 1]), (0, [1], [])],
)
def test_cash_never_exceeds_the_cp(
    cp_cents: int, asked_cents: list[int], granted_cents: list[int]
) -> None:
    scenario = _line(cp_cents=cp_cents)
    granted = []
    for cents in asked_cents:
        (answer,) = scenario.when(example(CashRequested, amount_cents=cents)).said
        if isinstance(answer, CashGranted):
            granted.append(answer.amount_cents)
        else:
            assert isinstance(answer, CashRefused)
    assert granted == granted_cents


def test_more_credits_raise_the_ceiling() -> None:
    scenario = _line(ae_cents=10_00).when(_request("O-1", 15_00)).then_types(CommitmentRefused)
    scenario.when(example(CreditsOpened, ae_cents=5_00)).when(_request("O-2", 15_00))
    scenario.then_types(CommitmentAccepted)


def test_credits_of_another_unit_do_not_belong_to_the_line() -> None:
    scenario = _line().when(example(CreditsOpened, uo="0147-IDF-D093"))
    scenario.then(example(CreditsRefused))
    assert scenario.state(LINE).ae_cents == 100_00


@pytest.mark.parametrize(("ae_cents", "cp_cents"), [(MAX_CENTS, 0), (0, MAX_CENTS)])
def test_a_line_never_has_more_than_can_be_counted(ae_cents: int, cp_cents: int) -> None:
    more = example(CreditsOpened, ae_cents=ae_cents, cp_cents=cp_cents)
    scenario = _line(ae_cents=1, cp_cents=1).when(more)
    scenario.then(
        example(
            CreditsRefused,
            uo=more.uo,
            ae_cents=ae_cents,
            cp_cents=cp_cents,
            reason=CreditsRefusal.TOO_MUCH,
        )
    )


def test_what_is_released_can_be_engaged_again() -> None:
    scenario = _line().when(_request("O-1", 100_00)).then_types(CommitmentAccepted)
    scenario.when(example(CommitmentReleaseRequested, engagement="order:O-1", amount_cents=100_00))
    scenario.then_types(CommitmentReleased)
    scenario.when(_request("O-2", 100_00)).then_types(CommitmentAccepted)


def test_a_release_of_more_than_is_engaged_is_a_defect() -> None:
    with pytest.raises(Contradiction, match="more than is committed on the whole line"):
        _line().when(example(CommitmentReleaseRequested, amount_cents=1))


def test_cash_that_comes_back_can_be_granted_again() -> None:
    scenario = _line(cp_cents=60_00).when(example(CashRequested, amount_cents=60_00))
    scenario.when(example(CashReturnRequested, amount_cents=59_99)).then_types(CashReturned)
    scenario.when(example(CashRequested, amount_cents=60_00)).then_types(CashRefused)
    scenario.when(example(CashRequested, amount_cents=59_99)).then_types(CashGranted)


def test_a_return_of_more_than_is_granted_is_a_defect() -> None:
    with pytest.raises(Contradiction, match="more than is granted on the whole line"):
        _line().when(example(CashReturnRequested, amount_cents=1))


@given(
    ae_cents=st.integers(0, 1_000),
    asked_cents=st.lists(st.integers(1, 600), min_size=2, max_size=12),
)
def test_two_orders_never_share_the_last_euro(ae_cents: int, asked_cents: Sequence[int]) -> None:
    """Whoever asks first gets it if it is there, whole; nobody gets a part, and nothing is left out."""
    scenario, left_cents = _line(ae_cents), ae_cents
    for number, cents in enumerate(asked_cents):
        (answer,) = scenario.when(_request(f"O-{number}", cents)).said
        assert isinstance(answer, CommitmentAccepted) == (cents <= left_cents)
        left_cents -= cents if isinstance(answer, CommitmentAccepted) else 0
    line = scenario.state(LINE)
    assert line.ae_available_cents == left_cents >= 0


@pytest.mark.parametrize(("adjusts", "regularises"), [(True, False), (False, True)])
def test_the_answer_says_whether_it_is_for_more_or_late(adjusts: bool, regularises: bool) -> None:
    asked = example(CommitmentRequested, adjusts=adjusts, regularises=regularises)
    scenario = _line(369_60).when(asked)
    scenario.then(example(CommitmentAccepted, adjusts=adjusts, regularisation=regularises))
    scenario.when(asked).then(example(CommitmentRefused, adjusts=adjusts))


def test_orders_wait_for_credits_and_are_answered_in_their_order() -> None:
    scenario = Scenario(DECIDER)
    for number in (1, 2, 3):
        scenario.when(_request(f"O-{number}", 40_00)).then_types(EventHeld)
    scenario.when(example(CreditsOpened, ae_cents=80_00))
    scenario.then_types(
        CreditsRecorded, YearOpened, CommitmentAccepted, CommitmentAccepted, CommitmentRefused
    )
    assert scenario.said[-1].engagement == "order:O-3"  # type: ignore[attr-defined]
    assert scenario.state(LINE).waiting == ()
    assert scenario.state(LINE).due_at == scenario.state(LINE).closes_at


def test_an_order_that_waits_for_credits_in_vain_is_refused_by_the_clock() -> None:
    early, late = example(CommitmentRequested), _request("O-2", 5)
    late = late.model_copy(update={"answer_by": early.answer_by + timedelta(hours=1)})
    scenario = Scenario(DECIDER)
    scenario.when(early).then(_held(scenario, early)).when(late)
    scenario.when_due(LINE).then(
        example(CommitmentRefused, reason=CommitmentRefusal.UNKNOWN_IN_TIME)
    )
    assert scenario.state(LINE).due_at == late.answer_by
    scenario.when_due(LINE).then_types(CommitmentRefused)
    assert scenario.state(LINE).due_at is None


@pytest.mark.parametrize("at_most", [WAITING_AT_MOST, 2])
def test_not_too_many_orders_wait_for_one_line(at_most: int) -> None:
    scenario = Scenario(DECIDER)
    if at_most != WAITING_AT_MOST:
        scenario.with_parameters(line_waiting_at_most=at_most)
    held = [_held(scenario, _request(f"O-{number}", 1)) for number in range(at_most - 1)]
    scenario.given(LINE, *held)
    scenario.when(_request("O-NEXT", 1)).then_types(EventHeld).when(_request("O-LAST", 1))
    scenario.then(
        example(
            CommitmentRefused,
            engagement="order:O-LAST",
            amount_cents=1,
            reason=CommitmentRefusal.TOO_MANY_WAITING,
        )
    )


def _held(scenario: Scenario, request: CommitmentRequested) -> EventHeld:
    context = replace(scenario.context, key=LINE)
    return hold(context, request, request.engagement, request.answer_by)
