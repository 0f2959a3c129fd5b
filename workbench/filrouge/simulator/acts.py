"""Every act of the play: a new one is a line here."""

from __future__ import annotations

from filrouge.simulator.act import Act
from filrouge.simulator.loans.act import Loans
from filrouge.simulator.plan import Plan
from filrouge.simulator.purchases import Purchases
from filrouge.simulator.stories import Stories
from filrouge.simulator.told import STORIES
from filrouge.simulator.tutoring.act import Tutoring
from filrouge.simulator.tutoring.planning import tutoring_of

STORIES_BEGIN_ON = 2


def acts_of(plan: Plan) -> tuple[Act, ...]:
    """Everything: what happens often, and what happens rarely."""
    return (*often(plan), Stories(plan.cast, STORIES, STORIES_BEGIN_ON))


def often(plan: Plan) -> tuple[Act, ...]:
    """What the plan consists of, with its accidents; much shorter without the stories."""
    return (
        Purchases(plan),
        Loans(plan),
        Tutoring(tutoring_of(plan.size, plan.cast, plan.seed), plan.cast),
    )
