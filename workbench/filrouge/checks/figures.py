"""What the plan has come to, counted from the stream: money, devices, hours, pupils."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from filrouge_contracts.device import DeviceState

from filrouge.checks.fact import Breach, Data, Fact

ARRIVING = (None, DeviceState.RECEIVED)
HANDED_OVER = (DeviceState.ON_LOAN, DeviceState.IN_TRANSIT)


class Figures:
    """Adds up and judges nothing: invariants are for other checks."""

    def __init__(self) -> None:
        self.wants = frozenset(_COUNTS)
        self.checked: dict[str, int] = {}
        self.sums: Counter[str] = Counter()
        """By name, in the unit that the name ends with."""
        self._pupils: dict[str, set[str]] = {"equipped": set(), "accompanied": set()}

    def take(self, fact: Fact) -> Iterator[Breach]:
        count = _COUNTS.get(fact.name)
        if count is not None:
            count(self, fact.data)
        return iter(())

    def close(self) -> Iterator[Breach]:
        return iter(())

    def pupil(self, how: str, pupil: str) -> None:
        """Counts a pupil once, however often and by whomever."""
        self._pupils[how].add(pupil)

    def as_json(self) -> dict[str, int]:
        pupils = {f"pupils_{how}": len(found) for how, found in self._pupils.items()}
        return {name: self.sums[name] for name in NAMES} | pupils


def _add(name: str, field: str, sign: int = 1) -> Callable[[Figures, Data], None]:
    def count(figures: Figures, data: Data) -> None:
        figures.sums[name] += sign * data[field]

    return count


def _came_back(figures: Figures, data: Data) -> None:
    """Not so where an order to pay is rejected before it was paid."""
    if data["payment"] is not None:
        figures.sums["paid_cents"] -= data["amount_cents"]


def _moved(figures: Figures, data: Data) -> None:
    if data["moved_to"] is DeviceState.IN_STOCK and data["moved_from"] in ARRIVING:
        figures.sums["devices_in_stock"] += 1
    if data["moved_to"] in HANDED_OVER and data["moved_from"] not in HANDED_OVER:
        figures.sums["devices_handed_over"] += 1
        figures.pupil("equipped", data["pupil"])


_COUNTS: Mapping[str, Callable[[Figures, Data], None]] = {
    "commitment-accepted": _add("committed_cents", "amount_cents"),
    "commitment-released": _add("committed_cents", "amount_cents", -1),
    "payment-recorded": _add("paid_cents", "amount_cents"),
    "payment-rejection-recorded": _came_back,
    "repayment-recorded": _add("paid_cents", "amount_cents", -1),
    "order-placed": _add("devices_ordered", "quantity"),
    "device-moved": _moved,
    "programme-funded": _add("hours_funded", "funded_hours"),
    "hours-certified": _add("hours_certified", "hours"),
    "pupil-accompanied": lambda figures, data: figures.pupil("accompanied", data["pupil"]),
}
NAMES = (
    "committed_cents",
    "paid_cents",
    "devices_ordered",
    "devices_in_stock",
    "devices_handed_over",
    "hours_funded",
    "hours_certified",
)
