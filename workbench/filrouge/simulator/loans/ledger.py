"""What is known of loans and stocks in the end: from the stream, or as the books reckon it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from filrouge.simulator.act import Data
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.words import type_of

StockName = tuple[str, str]


@dataclass(slots=True)
class LoanLedger:
    """Filled by `take` with every event of the stream, each once; or by the books."""

    devices: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    """IMEI → item, school, place, and the pupil who has it."""
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many devices went from one place to another."""
    counted_moves: int = 0
    """Moves as the stocks counted them."""
    counts: dict[StockName, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """What each stock counted last."""
    refused: Counter[str] = field(default_factory=Counter)
    unconfirmed: int = 0
    """Contactless drops of which nobody heard in time."""
    counted: dict[StockName, list[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Counts by hand: expected, counted, difference."""
    adjusted: Counter[str] = field(default_factory=Counter)
    """Devices that were missing, and found."""
    unexplained: Counter[StockName] = field(default_factory=Counter)
    """What is left of each stock's last count."""
    named: Counter[StockName] = field(default_factory=Counter)
    """Stocks whose difference nobody explained in time."""

    @property
    def wants(self) -> frozenset[str]:
        return COMPARED

    def take(self, kind: str, data: Data) -> None:
        taker = _TAKES.get(kind)
        if taker is not None and not numbers_in(data):
            taker(self, data)

    def differences(self, found: LoanLedger) -> Iterator[str]:
        """Between this, which is expected, and what was found."""
        for what in ("moves", "counted_moves", "refused", "unconfirmed", "adjusted"):
            wanted, got = getattr(self, what), getattr(found, what)
            if wanted != got:
                yield f"loans, {what}: {wanted} expected, {got} found"
        for what in ("devices", "counts", "counted", "unexplained", "named"):
            wanted, got = getattr(self, what), getattr(found, what)
            for name in sorted(wanted.keys() | got.keys()):
                if wanted.get(name) != got.get(name):
                    yield f"{what} of {name}: {wanted.get(name)} expected, {got.get(name)} found"


def _stock_of(data: Data) -> StockName:
    return (data["item"], data["uai"])


def _moved(ledger: LoanLedger, data: Data) -> None:
    moved_to = data["moved_to"]
    pupil = data.get("pupil") or "" if moved_to in ("in_transit", "on_loan") else ""
    ledger.devices[data["imei"]] = (*_stock_of(data), moved_to, pupil)
    ledger.moves[data.get("moved_from") or "", moved_to] += 1


def _stock_moved(ledger: LoanLedger, data: Data) -> None:
    ledger.counts[_stock_of(data)] = Counter(data["counts"])
    ledger.counted_moves += 1
    if _stock_of(data) in ledger.counted:
        ledger.unexplained[_stock_of(data)] = data["unexplained"]


def _refused(ledger: LoanLedger, data: Data) -> None:
    ledger.refused[data["reason"]] += 1


def _unconfirmed(ledger: LoanLedger, _data: Data) -> None:
    ledger.unconfirmed += 1


def _counted(ledger: LoanLedger, data: Data) -> None:
    count = (data["expected"], data["counted"], data["difference"])
    ledger.counted[_stock_of(data)].append(count)
    ledger.unexplained[_stock_of(data)] = data["difference"]


def _adjusted(ledger: LoanLedger, data: Data) -> None:
    ledger.adjusted[data["direction"]] += 1


def _named(ledger: LoanLedger, data: Data) -> None:
    ledger.named[_stock_of(data)] += 1


_TAKES: Mapping[str, Callable[[LoanLedger, Data], None]] = {
    type_of("device.device-moved"): _moved,
    type_of("stock.stock-moved"): _stock_moved,
    type_of("device.device-refused"): _refused,
    type_of("loan.handover-unconfirmed"): _unconfirmed,
    type_of("stock.stock-count-recorded"): _counted,
    type_of("stock.device-adjusted"): _adjusted,
    type_of("stock.stock-difference-unexplained"): _named,
}
COMPARED = frozenset(_TAKES)
"""Types of the events that the books can be compared with."""
