"""What tutoring_sessions is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRefused
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.programme import ProgrammeRegistered

from tutoring_sessions import rules
from tutoring_sessions.state import EVOLUTIONS, Programme

DECIDER = Decider(
    service=TUTORING,
    states={"programme": Programme},
    rules={
        ("programme", ProgrammeRegistered): rules.open_programme,
        ("programme", CommitmentAccepted): rules.fund,
        ("programme", CommitmentRefused): rules.refuse_without_money,
        ("programme", Due): rules.give_up,
    },
    evolutions=EVOLUTIONS,
)
