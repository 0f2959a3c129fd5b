"""The books beside the ledger: every difference in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.account import Account
from filrouge.simulator.ledger import Entry, Ledger
from filrouge.simulator.purchase_books import Contest, Expected

COMPARED = (
    "received",
    "refused_devices",
    "rejected",
    "certified",
    "silent",
    "matched_cents",
    "withheld_cents",
    "recovered_cents",
    "disputed",
    "paid_cents",
    "interest_cents",
    "payments_rejected",
    "resubmitted",
    "payments_refused",
    "decisions_refused",
    "completed",
)


def differences(expected: Expected, found: Ledger) -> list[str]:
    """Nothing if the services did with the purchases what the books say."""
    return [
        *_counts(expected, found),
        *_orders(expected, found),
        *(line for contest in expected.contests for line in _contest(contest, expected, found)),
    ]


def _counts(expected: Expected, found: Ledger) -> Iterator[str]:
    for name in sorted(expected.counts.keys() | found.counts.keys()):
        if expected.counts[name] != found.counts[name]:
            yield f"{name}: {expected.counts[name]} expected, {found.counts[name]} found"


def _orders(expected: Expected, found: Ledger) -> Iterator[str]:
    for name in sorted(expected.orders.keys() | found.orders.keys()):
        account, entry = expected.orders.get(name), found.orders.get(name, Entry())
        if account is None:
            yield f"{name}: nobody asked for it, and it is {entry.outcome}"
            continue
        yield from _outcome(account, entry)
        if account.outcome != "contested" or entry.outcome == "placed":
            yield from _amounts(account, entry)


def _outcome(account: Account, entry: Entry) -> Iterator[str]:
    name, wanted = account.order, account.outcome
    if wanted == "contested":
        if entry.outcome not in ("placed", "refused"):
            yield f"{name}: placed or refused expected, {entry.outcome} found"
    elif entry.outcome != wanted:
        yield f"{name}: {wanted} expected, {entry.outcome} {entry.reason} found"
    elif wanted == "refused" and entry.reason not in account.reasons:
        yield f"{name}: {' or '.join(sorted(account.reasons))} expected, {entry.reason} found"
    if entry.outcome == "placed" and entry.amount_cents != account.amount_cents:
        yield f"{name}: {account.amount_cents} cents expected, {entry.amount_cents} found"


def _amounts(account: Account, entry: Entry) -> Iterator[str]:
    for field in COMPARED:
        wanted, got = getattr(account, field), getattr(entry, field)
        if wanted != got:
            yield f"{account.order}: {field} {wanted} expected, {got} found"


def _contest(contest: Contest, expected: Expected, found: Ledger) -> Iterator[str]:
    """However the race went: so many won, the others lost, and the money is what they cost."""
    entries = [found.orders.get(name, Entry()) for name in contest.orders]
    won = sum(entry.outcome == "placed" for entry in entries)
    if won != contest.winners:
        yield f"{contest.line}: {contest.winners} of {len(entries)} can be placed, {won} are"
    for name, entry in zip(contest.orders, entries, strict=True):
        if entry.outcome == "refused" and entry.reason != "commitment_refused":
            yield f"{name}: it lost a race for money, but was refused for {entry.reason}"
    committed = sum(entry.amount_cents for entry in entries)
    each = expected.orders[contest.orders[0]].amount_cents
    if committed != contest.winners * each:
        yield f"{contest.line}: {contest.winners * each} cents can be engaged, {committed} are"
