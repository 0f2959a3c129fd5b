"""What the associations, the ministry and the accountant read about tutoring, to know what to say next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from filrouge.simulator.act import Data
from filrouge.simulator.words import type_of


@dataclass(slots=True)
class Account:
    """One programme, as far as its association can read it."""

    validated_minutes: int = 0
    stated: str = ""
    """The certificate that waits for approval."""
    certified: dict[str, int] = field(default_factory=dict)
    """Certificate → hours."""
    to_pay: dict[str, Data] = field(default_factory=dict)
    """Invoice → its order to pay."""
    paid: set[str] = field(default_factory=set)
    """Invoices."""


@dataclass(slots=True)
class Seen:
    """Facts of the shared topics; a record seen twice changes nothing."""

    programmes: dict[str, Account]
    """Those of the act, by their engagement; others are of no interest."""
    recorded: dict[str, str] = field(default_factory=dict)
    """Session → the kind of its last report that was recorded as held."""

    def take(self, kind: str, data: Data) -> None:
        _TAKES[kind](self, data)

    def of(self, data: Data) -> Account | None:
        engagement = data.get("engagement") or f"programme:{data['programme']}"
        return self.programmes.get(engagement)


def _recorded(seen: Seen, data: Data) -> None:
    if data["minutes"]:
        seen.recorded[data["session"]] = data["told_type"]


def _of_programme(take: Callable[[Account, Data], None]) -> Callable[[Seen, Data], None]:
    def taken(seen: Seen, data: Data) -> None:
        account = seen.of(data)
        if account is not None:
            take(account, data)

    return taken


def _counted(account: Account, data: Data) -> None:
    account.validated_minutes = data["validated_minutes"]


def _stated(account: Account, data: Data) -> None:
    account.stated = data["certificate"]


def _withdrawn(account: Account, _data: Data) -> None:
    account.stated = ""


def _certified(account: Account, data: Data) -> None:
    account.stated = ""
    account.certified[data["certificate"]] = data["hours"]


def _to_pay(account: Account, data: Data) -> None:
    account.to_pay[data["invoice"]] = data


def _paid(account: Account, data: Data) -> None:
    account.paid.add(data["invoice"])


_TAKES: Mapping[str, Callable[[Seen, Data], None]] = {
    type_of("session.report-recorded"): _recorded,
    **{
        type_of(name): _of_programme(take)
        for name, take in {
            "programme.minutes-counted": _counted,
            "programme.hours-stated": _stated,
            "programme.statement-withdrawn": _withdrawn,
            "programme.hours-certified": _certified,
            "payment.payment-ordered": _to_pay,
            "payment.payment-recorded": _paid,
        }.items()
    },
}

READ = frozenset(_TAKES)
