"""What is remembered of a budget line, and how each event changes it.

A line holds sums only, so its state stays the same size however many orders draw on it; its accounts
are worked out from the sums, so that a commitment costs one addition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Holder, held, let_go, timed
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentRequested,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.cash import CashGranted, CashRefused, CashReturned
from filrouge_contracts.closing import CreditsCarriedOver, LedgerPosted, YearOpened
from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationReturned,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.ledger import Account
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace


class Line(Holder, frozen=True, omit_defaults=True):
    """A budget line: ceilings and what is taken from them. Without credits it has no `uo`."""

    uo: str = ""
    ae_cents: int = 0
    """The ceiling: opened and not withdrawn, plus received, less delegated."""
    committed_cents: int = 0
    cp_cents: int = 0
    granted_cents: int = 0
    ae_delegated_cents: int = 0
    """Sent to other lines less received from them; below zero where more came than went."""
    cp_delegated_cents: int = 0
    decisions: tuple[str, ...] = ()
    """Of the delegations and withdrawals that were carried out here."""
    year: int = 0
    closes_at: datetime | None = None

    def deadlines(self) -> Iterable[datetime | None]:
        return (self.closes_at,)

    @property
    def ae_available_cents(self) -> int:
        return self.ae_cents - self.committed_cents

    @property
    def cp_available_cents(self) -> int:
        return self.cp_cents - self.granted_cents

    @property
    def ae_opened_cents(self) -> int:
        return self.ae_cents + self.ae_delegated_cents

    @property
    def cp_opened_cents(self) -> int:
        return self.cp_cents + self.cp_delegated_cents

    @property
    def balances(self) -> Mapping[Account, int]:
        """The sub-ledger: all postings of the line's own events, added up by account."""
        return {
            Account.AE_OPENED: -self.ae_opened_cents,
            Account.AE_DELEGATED: self.ae_delegated_cents,
            Account.AE_AVAILABLE: self.ae_available_cents,
            Account.AE_COMMITTED: self.committed_cents,
            Account.CP_OPENED: -self.cp_opened_cents,
            Account.CP_DELEGATED: self.cp_delegated_cents,
            Account.CP_AVAILABLE: self.cp_available_cents,
            Account.CP_GRANTED: self.granted_cents,
        }


def evolve(line: Line, event: object) -> Line:
    """The line after one of its own events."""
    after: Line = EVOLUTIONS["line", type(event)](line, event)  # type: ignore[index]
    return after


# --- credits -------------------------------------------------------------------------------------


def _credited(line: Line, event: CreditsRecorded) -> Line:
    return replace(
        line,
        uo=event.uo,
        ae_cents=line.ae_cents + event.ae_cents,
        cp_cents=line.cp_cents + event.cp_cents,
    )


def _received(line: Line, event: DelegationReceived) -> Line:
    return replace(_delegated(line, -event.ae_cents, -event.cp_cents), uo=event.uo)


def _sent(line: Line, event: DelegationSent) -> Line:
    return _delegated(_carried_out(line, event.decision), event.ae_cents, event.cp_cents)


def _taken_back(line: Line, event: DelegationTakenBack) -> Line:
    line = _delegated(line, -event.ae_cents, -event.cp_cents)
    return replace(line, decisions=tuple(d for d in line.decisions if d != event.decision))


def _withdrawn(line: Line, event: CreditsWithdrawalRecorded) -> Line:
    line = _carried_out(line, event.decision)
    return replace(
        line,
        ae_cents=line.ae_cents - event.ae_cents,
        cp_cents=line.cp_cents - event.cp_cents,
    )


def _not_credited(line: Line, event: CreditsRefused) -> Line:
    if event.decision is None or event.reason is CreditsRefusal.ALREADY_SAID:
        return line  # what was said first under the decision may still wait
    return _decided(line, event.decision)


def _delegated(line: Line, ae_cents: int, cp_cents: int) -> Line:
    return replace(
        line,
        ae_cents=line.ae_cents - ae_cents,
        cp_cents=line.cp_cents - cp_cents,
        ae_delegated_cents=line.ae_delegated_cents + ae_cents,
        cp_delegated_cents=line.cp_delegated_cents + cp_cents,
    )


def _carried_out(line: Line, decision: str) -> Line:
    return replace(_decided(line, decision), decisions=(*line.decisions, decision))


def _decided(line: Line, decision: str) -> Line:
    return let_go(let_go(line, CreditsDelegated, decision), CreditsWithdrawn, decision)


# --- commitments and cash ------------------------------------------------------------------------


def _committed(line: Line, event: CommitmentAccepted) -> Line:
    line = let_go(line, CommitmentRequested, event.engagement)
    return replace(line, committed_cents=line.committed_cents + event.amount_cents)


def _not_committed(line: Line, event: CommitmentRefused) -> Line:
    return let_go(line, CommitmentRequested, event.engagement)


def _released(line: Line, event: CommitmentReleased) -> Line:
    return replace(line, committed_cents=line.committed_cents - event.amount_cents)


def _granted(line: Line, event: CashGranted) -> Line:
    return replace(line, granted_cents=line.granted_cents + event.amount_cents)


def _returned(line: Line, event: CashReturned) -> Line:
    return replace(line, granted_cents=line.granted_cents - event.amount_cents)


# --- year ----------------------------------------------------------------------------------------


def _opened(line: Line, event: YearOpened) -> Line:
    return timed(replace(line, year=event.year, closes_at=event.closes_at))


EVOLUTIONS: Evolutions = {
    ("line", EventHeld): held,
    ("line", CreditsRecorded): _credited,
    ("line", CreditsRefused): _not_credited,
    ("line", CreditsWithdrawalRecorded): _withdrawn,
    ("line", DelegationSent): _sent,
    ("line", DelegationReceived): _received,
    ("line", DelegationReturned): unchanged,
    ("line", DelegationTakenBack): _taken_back,
    ("line", CommitmentAccepted): _committed,
    ("line", CommitmentRefused): _not_committed,
    ("line", CommitmentReleased): _released,
    ("line", CashGranted): _granted,
    ("line", CashRefused): unchanged,
    ("line", CashReturned): _returned,
    ("line", YearOpened): _opened,
    ("line", LedgerPosted): unchanged,
    ("line", CreditsCarriedOver): unchanged,
}
