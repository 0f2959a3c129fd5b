"""What makes a good stream wrong, one thing at a time; `number` tells events of one type apart.

The first is 0, the last -1; types are named as in `payment-made`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from filrouge.invariants import Invariants, Report
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Said
from filrouge_contracts.certification import ServiceWithdrawn
from filrouge_contracts.engagement import ServiceRecorded
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.ledger import Account, Posting

Doctor = Callable[[list[Said]], object]
Change = Callable[[Any], dict[str, Any]]


def named(said: Sequence[Said], name: str) -> list[int]:
    """Where events of this type are, such as `payment-made`."""
    return [n for n, one in enumerate(said) if one.event.event_type.split(".")[-2] == name]


def report(said: Sequence[Said]) -> Report:
    """What every check finds in a stream of these."""
    invariants = Invariants(PARTITIONS)
    for record in stream_of((), said):
        invariants.take(record)
    return invariants.close()


def change(name: str, make: Change, number: int = 0) -> Doctor:
    def doctor(said: list[Said]) -> None:
        place = named(said, name)[number]
        event = said[place].event
        said[place] = said[place]._replace(event=event.model_copy(update=make(event)))

    return doctor


def put(name: str, number: int = 0, **fields: Any) -> Doctor:
    return change(name, lambda _: fields, number)


def said_by(name: str, field: str, user: str) -> Doctor:
    return change(name, lambda _: {field: user})


def more(name: str, field: str, number: int = 0) -> Doctor:
    """One more, in cents or in pieces."""
    return change(name, lambda event: {field: getattr(event, field) + 1}, number)


def drop(name: str, number: int = 0) -> Doctor:
    return lambda said: said.pop(named(said, name)[number])


def repeat(name: str, number: int = 0, times: int = 1) -> Doctor:
    """Decided again, at the end."""
    return lambda said: said.extend([said[named(said, name)[number]]] * times)


def buyer(name: str, field: str, user: int = 2) -> Doctor:
    """Somebody acts who is known to approve."""

    def doctor(said: list[Said]) -> None:
        placed = said[named(said, "order-placed")[0]].event
        assert isinstance(placed, OrderPlaced)
        who = placed.ordered_by.rpartition("-")[0]
        said_by(name, field, f"{who}-{user}")(said)

    return doctor


def first_line(event: Any, **fields: Any) -> dict[str, Any]:
    line, *others = event.lines
    return {"lines": (line.model_copy(update=fields), *others)}


def shifted(event: Any) -> dict[str, Any]:
    """A cent stands on another account, and all of them are still even."""
    one, other, *rest = event.balances
    one = one.model_copy(update={"amount_cents": one.amount_cents + 1})
    other = other.model_copy(update={"amount_cents": other.amount_cents - 1})
    return {"balances": (one, other, *rest)}


def withdraw(missing_cents: int = 0) -> Doctor:
    """The service fait is taken back in the accounts, or not quite."""

    def doctor(said: list[Said]) -> None:
        place = named(said, "service-recorded")[0]
        recorded = said[place].event
        assert isinstance(recorded, ServiceRecorded)
        cents = recorded.amount_cents - missing_cents
        postings = (
            Posting(account=Account.RECEIVED_UNINVOICED, amount_cents=cents),
            Posting(account=Account.EXPENSE, amount_cents=-cents),
        )
        withdrawn = ServiceWithdrawn(
            order=recorded.engagement.removeprefix("order:"),
            delivery_note=recorded.delivery_note,
            quantity=recorded.quantity,
            amount_cents=cents,
            postings=postings,
        )
        said.insert(place + 1, said[place]._replace(event=withdrawn))

    return doctor
