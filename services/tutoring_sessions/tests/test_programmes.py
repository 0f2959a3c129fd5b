"""How a programme gets its money, and what happens when it does not."""

from __future__ import annotations

from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.programme import (
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    ProgrammeRegistered,
)
from tutoring_sessions.app import DECIDER

KEY = "programme:P-075-0001"
ACCEPTED = example(
    CommitmentAccepted, engagement=KEY, budget_line="147-IDF-TUTORING", amount_cents=900_000
)


def _opened() -> Scenario:
    return Scenario(DECIDER).when(example(ProgrammeRegistered))


def test_the_whole_funding_is_asked_for_at_once() -> None:
    scenario = _opened().then_types(ProgrammeOpened, CommitmentRequested)
    request = scenario.said[1]
    assert isinstance(request, CommitmentRequested)
    assert (request.engagement, request.amount_cents) == (KEY, 500 * 18_00)


def test_with_the_money_engaged_the_programme_is_funded() -> None:
    _opened().when(ACCEPTED).then(
        example(
            ProgrammeFunded, committed_at=ACCEPTED.committed_at, funded_at=ACCEPTED.committed_at
        )
    )


def test_without_money_there_is_no_programme() -> None:
    refused = example(CommitmentRefused, engagement=KEY)
    _opened().when(refused).then(example(ProgrammeRefused))


def test_money_that_comes_too_late_goes_back() -> None:
    scenario = _opened().when_due(KEY)
    scenario.then(example(ProgrammeRefused, reason=ProgrammeRefusal.NO_ANSWER_IN_TIME))
    scenario.when(ACCEPTED).then(
        example(
            CommitmentReleaseRequested,
            engagement=KEY,
            budget_line="147-IDF-TUTORING",
            amount_cents=900_000,
        )
    )


def test_a_programme_is_registered_once() -> None:
    scenario = _opened().at(START).when(example(ProgrammeRegistered, hourly_rate_cents=1))
    scenario.then(example(ProgrammeRefused, reason=ProgrammeRefusal.ALREADY_OPEN))
