"""What a school says of the devices that it has in hand, in stories: a method is a word of today.

    hand = InHand(on, buy.school, buy.item)
    yield [hand.prepares(0), hand.hands_over(0)]
    yield [hand.loses(0, reported_by="U-OTHER")]

Devices are the story's own, by number; pupils too. User 3 has the devices in hand, 4 counts, 5 explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from filrouge.simulator.cast import Receiver
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days
from filrouge.simulator.words import Word, at, digest, text

LOANS_END_AT = text(at(75, 12))


@dataclass(frozen=True)
class InHand:
    """A school and the model that it speaks of."""

    on: Stage
    school: Receiver
    item: str = ""

    def pupil(self, number: int = 0) -> str:
        """A pseudonym of the story's own."""
        return f"{self.on.number:08x}-0000-4000-8000-{number:012x}"

    # --- devices ---------------------------------------------------------------------------------

    def prepares(self, device: int, hour: int = 9, **other: Any) -> Word:
        data = {"prepared_at": self.on.time(hour), "prepared_by": self.school.user(3)}
        return self._says("device.device-prepared", device, {**data, **other})

    def hands_over(
        self, device: int, pupil: int = 0, kind: str = "signature", hour: int = 10, **other: Any
    ) -> Word:
        """Lends the device; `kind` is what shows it, such as `contactless_drop`."""
        document = f"{self.on.imei(device)}-{pupil}"
        data = {
            "pupil": self.pupil(pupil),
            "qpv": self.school.place.qpv,
            "loan_agreement_sha256": digest(f"loan-{document}"),
            "due_back_at": LOANS_END_AT,
            "evidence": [{"kind": kind, "sha256": digest(f"{kind}-{document}")}],
            "handed_over_at": self.on.time(hour),
            "handed_over_by": self.school.user(3),
        }
        return self._says("loan.device-handed-over", device, {**data, **other})

    def confirms(self, device: int, pupil: int = 0, hour: int = 11, **other: Any) -> Word:
        data = {
            "pupil": self.pupil(pupil),
            "evidence": [{"kind": "one_time_code", "sha256": digest(self.on.imei(device))}],
            "confirmed_at": self.on.time(hour),
            "confirmed_by": self.school.user(3),
        }
        return self._says("loan.handover-confirmed", device, {**data, **other})

    def takes_back(self, device: int, hour: int = 12, **other: Any) -> Word:
        data = {
            "condition": "good",
            "returned_at": self.on.time(hour),
            "taken_back_by": self.school.user(3),
        }
        return self._says("loan.device-returned", device, {**data, **other})

    def loses(self, device: int, hour: int = 12, **other: Any) -> Word:
        data = {"declaration_sha256": digest(f"declaration-{self.on.imei(device)}")}
        data |= {"lost_at": self.on.time(hour), "reported_by": self.school.user(3)}
        return self._says("device.device-lost", device, {**data, **other})

    def reports_theft(self, device: int, hour: int = 12, **other: Any) -> Word:
        data = {"complaint_sha256": digest(f"complaint-{self.on.imei(device)}")}
        data |= {"stolen_at": self.on.time(hour), "reported_by": self.school.user(3)}
        return self._says("device.device-stolen", device, {**data, **other})

    def breaks(self, device: int, hour: int = 12, **other: Any) -> Word:
        data = {"cause": "defect", "broken_at": self.on.time(hour)}
        data |= {"reported_by": self.school.user(3)}
        return self._says("device.device-broken", device, {**data, **other})

    def repairs(self, device: int, hour: int = 13, **other: Any) -> Word:
        data = {"repaired_at": self.on.time(hour), "reported_by": self.school.user(3)}
        return self._says("device.device-repaired", device, {**data, **other})

    def scraps(self, device: int, hour: int = 13, **other: Any) -> Word:
        data = {"reason": "beyond_repair", "scrapped_at": self.on.time(hour)}
        data |= {"scrapped_by": self.school.user(3)}
        return self._says("device.device-scrapped", device, {**data, **other})

    def swaps(self, device: int, new: int, hour: int = 13, **other: Any) -> Word:
        data = {"new_imei": self.on.imei(new), "swapped_at": self.on.time(hour)}
        data |= {"swapped_by": self.school.user(3)}
        return self._says("swap.device-swapped", device, {**data, **other})

    def _says(self, name: str, device: int, data: dict[str, Any]) -> Word:
        data = {"imei": self.on.imei(device), "uai": self.school.uai, **data}
        return self.on.say(self.school, name, 16, **data)

    # --- the stock -------------------------------------------------------------------------------

    def counts(self, counted: int, hour: int = 15, **other: Any) -> Word:
        data = {
            "item": self.item,
            "uai": self.school.uai,
            "counted": counted,
            "counted_at": self.on.time(hour),
            "counted_by": self.school.user(4),
        }
        return self.on.say(self.school, "stock.stock-counted", 16, **{**data, **other})

    def explains(
        self, *devices: int, direction: str = "missing", hour: int = 16, **other: Any
    ) -> Word:
        data = {
            "item": self.item,
            "uai": self.school.uai,
            "imeis": [self.on.imei(device) for device in devices],
            "direction": direction,
            "reason": "not_found" if direction == "missing" else "found_again",
            "adjusted_at": self.on.time(hour),
            "adjusted_by": self.school.user(5),
        }
        return self.on.say(self.school, "stock.stock-adjusted", 16, **{**data, **other})

    # --- days ------------------------------------------------------------------------------------

    def lent(self, device: int, pupil: int = 0, kind: str = "signature") -> Days:
        """Two days: the device is prepared, and then with the pupil or on its way."""
        yield [self.prepares(device)]
        yield [self.hands_over(device, pupil, kind)]
        self.on.expect(
            "device.device-moved",
            imei=self.on.imei(device),
            moved_to="in_transit" if kind == "contactless_drop" else "on_loan",
            pupil=self.pupil(pupil),
            said_type="fr.filrouge.loan.device-handed-over.v1",
        )

    # --- what comes of it ------------------------------------------------------------------------

    def expect_moved(self, device: int, *places: str) -> None:
        """The device goes to each of these places, once for every time that it is named."""
        for place in dict.fromkeys(places):
            self.on.expect(
                "device.device-moved",
                times=places.count(place),
                imei=self.on.imei(device),
                moved_to=place,
            )

    def expect_refused(self, device: int, said: str, reason: str, times: int = 1) -> None:
        """`said` is a type, such as `device.device-lost`."""
        self.on.expect(
            "device.device-refused",
            times=times,
            imei=self.on.imei(device),
            said_type=f"fr.filrouge.{said}.v1",
            reason=reason,
        )


def together(*stories: Days) -> Days:
    """Days that are the same for all of them; the longest decides how many there are."""
    for days in zip_longest(*stories, fillvalue=()):
        yield list(chain.from_iterable(days))


def idle(days: int) -> Days:
    """Nobody says anything on so many days."""
    for _ in range(days):
        yield []
