"""Ceilings are recomputed with credits that move between lines, and breached by what never moved."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from budget_accounting.app import DECIDER
from filrouge.invariants import HOLDS, Finding, Invariants
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Conversation, Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.budget import (
    CommitmentRequested,
    CreditsOpened,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.event import Event

TO_LINE, ELSEWHERE = "147-ARA-TABLETS", "147-BFC-TABLETS"


@pytest.fixture(scope="module")
def told() -> Sequence[Said]:
    """Every line is engaged to its last cent, wherever its credits came from."""
    talk = Conversation(DECIDER)
    for word in (
        example(CreditsOpened, ae_cents=100),
        example(CreditsOpened, budget_line=ELSEWHERE, uo="0147-BFC-D021", ae_cents=10),
        example(CreditsDelegated, ae_cents=60),
        example(CreditsDelegated, decision="D-2", to_line=ELSEWHERE, ae_cents=20),
        example(CreditsWithdrawn, ae_cents=10),
        example(CommitmentRequested, amount_cents=30),
        example(CommitmentRequested, budget_line=TO_LINE, amount_cents=60),
        example(CommitmentRequested, budget_line=ELSEWHERE, amount_cents=10),
    ):
        talk.say(word)
        talk.settle()
    return talk.said


def _finding(rule: str, said: Sequence[Said]) -> Finding:
    invariants = Invariants(PARTITIONS)
    for record in stream_of((), said):
        invariants.take(record)
    return invariants.close().findings[rule]


@pytest.mark.parametrize("rule", ["I1", "D1", "D2"])
def test_ceilings_and_books_hold_with_credits_that_move(told: Sequence[Said], rule: str) -> None:
    finding = _finding(rule, told)
    assert (finding.status, finding.breaches) == (HOLDS, [])


@pytest.mark.parametrize("model", [DelegationReceived, DelegationTakenBack])
def test_what_never_arrived_cannot_be_engaged(told: Sequence[Said], model: type[Event]) -> None:
    without = [said for said in told if not isinstance(said.event, model)]
    assert _finding("I1", without).breaches


@pytest.mark.parametrize("model", [DelegationSent, CreditsWithdrawalRecorded])
def test_what_left_twice_cannot_be_engaged(told: Sequence[Said], model: type[Event]) -> None:
    twice = [again for said in told for again in [said] * (1 + isinstance(said.event, model))]
    assert _finding("I1", twice).breaches
