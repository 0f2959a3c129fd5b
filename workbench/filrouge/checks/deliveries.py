"""An order's pieces and its delivery notes, followed event by event in the order of their decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from filrouge.checks.fact import Breach, Fact


@dataclass(slots=True)
class Note:
    """What is received under a delivery note, and what stands of the decisions on it."""

    order: str
    name: str
    received: frozenset[str] = frozenset()
    admission: Fact | None = None
    certificate: Fact | None = None
    rejection: Fact | None = None
    undone: frozenset[str] = frozenset()
    """Devices that silence had put in stock."""
    sent_back: set[str] = field(default_factory=set)

    @property
    def faulty(self) -> frozenset[str]:
        return frozenset(self.admission.data["faulty_imeis"] if self.admission else ())

    @property
    def certified(self) -> frozenset[str]:
        return frozenset(self.certificate.data["imeis"] if self.certificate else ())

    @property
    def kept(self) -> int:
        """Pieces that did not go back."""
        return 0 if self.rejection else len(self.received - self.faulty)

    def take(self, fact: Fact) -> Iterator[Breach]:
        """What this says must fit what stands; then it stands itself."""
        what_is_wrong, change = _STEPS[fact.name]
        if wrong := what_is_wrong(self, fact):
            yield Breach("I4", f"{self.order} {self.name}: {wrong}", self._standing(fact))
        change(self, fact)

    def close(self) -> Iterator[Breach]:
        if self.admission is not None and self.certificate is None:
            wrong = f"{self.order} {self.name}: admitted and not certified"
            yield Breach("I4", wrong, (self.admission.id,))
        decided = self.admission or self.rejection
        back = self.undone - self.certified if decided else frozenset()
        if back != self.sent_back:
            wrong = (
                f"{self.order} {self.name}: {len(back)} devices go back, {len(self.sent_back)} went"
            )
            yield Breach("I4", wrong, (decided.id,) if decided else ())

    def _standing(self, fact: Fact) -> tuple[str, ...]:
        standing = (self.admission, self.certificate, self.rejection)
        return (*(one.id for one in standing if one is not None), fact.id)


@dataclass(slots=True)
class Ordered:
    """For how many pieces an order binds, and whether it is complete, as it said last."""

    order: str
    quantity: int = 0
    completed: int | None = None
    last: Fact | None = None

    def take(self, fact: Fact) -> Iterator[Breach]:
        again = fact.name == "order-completed"
        if fact.name in ("order-completed", "order-reopened") and again == bool(self.completed):
            sentence = f"{self.order}: {fact.name} when it is {'' if again else 'not '}complete"
            yield Breach("I4", sentence, (fact.id,))
        self.last = fact
        if again:
            self.completed = fact.data["quantity"]
            return
        before, self.quantity = self.quantity, fact.data.get("quantity", self.quantity)
        if fact.name != "order-cancelled" or self.quantity != before:
            self.completed = None

    def judge(self, notes: Iterable[Note]) -> Iterator[Breach]:
        notes = list(notes)
        certified, kept = sum(len(note.certified) for note in notes), sum(n.kept for n in notes)
        evidence = tuple(note.certificate.id for note in notes if note.certificate is not None)
        if self.last is not None:
            evidence = (self.last.id, *evidence)
        if certified > self.quantity:
            sentence = f"{self.order}: {certified} pieces certified, {self.quantity} ordered"
            yield Breach("I4", sentence, evidence)
        if kept > self.quantity:
            sentence = f"{self.order}: {kept} pieces kept, {self.quantity} ordered"
            yield Breach("I4", sentence, evidence)
        if self.completed != (self.quantity if 0 < certified == self.quantity else None):
            sentence = f"{self.order}: {certified} of {self.quantity} certified, complete with {self.completed}"
            yield Breach("I4", sentence, evidence)


# --- what must be so before each step, and what is so after it ------------------------------------


def _wrongly_received(note: Note, _fact: Fact) -> str | None:
    return "received twice" if note.received else None


def _wrongly_admitted(note: Note, fact: Fact) -> str | None:
    if note.admission or note.rejection:
        return "admitted after it was decided"
    faulty = frozenset(fact.data["faulty_imeis"])
    if not faulty <= note.received or fact.data["quantity"] != len(note.received - faulty):
        return "admitted are not those received but for the faulty"
    return None


def _wrongly_certified(note: Note, fact: Fact) -> str | None:
    if note.admission is None or note.certificate is not None:
        return "certified twice" if note.certificate else "certified and not admitted"
    if frozenset(fact.data["imeis"]) != note.received - note.faulty:
        return "certified are not those received but for the faulty"
    same = ("quantity", "reduction_cents", "tacit")
    differs = [name for name in same if fact.data[name] != note.admission.data[name]]
    return f"certified with another {' and '.join(differs)} than admitted" if differs else None


def _wrongly_undone(note: Note, fact: Fact) -> str | None:
    if note.admission is None or not note.admission.data["tacit"]:
        return "undone is not what silence had admitted"
    return None if frozenset(fact.data["imeis"]) == note.certified else "undone in part"


def _wrongly_rejected(note: Note, fact: Fact) -> str | None:
    if note.admission or note.rejection:
        return "rejected after it was decided"
    return None if fact.data["quantity"] == len(note.received) else "rejected in part"


def _receive(note: Note, fact: Fact) -> None:
    note.received = frozenset(fact.data["imeis"])


def _admit(note: Note, fact: Fact) -> None:
    note.admission = fact


def _certify(note: Note, fact: Fact) -> None:
    note.certificate = fact


def _undo(note: Note, _fact: Fact) -> None:
    note.undone, note.admission, note.certificate = note.certified, None, None


def _reject(note: Note, fact: Fact) -> None:
    note.rejection = fact


def _send_back(note: Note, fact: Fact) -> None:
    note.sent_back.add(fact.data["imei"])


_STEPS: Mapping[str, tuple[Callable[[Note, Fact], str | None], Callable[[Note, Fact], None]]] = {
    "reception-recorded": (_wrongly_received, _receive),
    "admission-recorded": (_wrongly_admitted, _admit),
    "service-certified": (_wrongly_certified, _certify),
    "admission-undone": (_wrongly_undone, _undo),
    "rejection-recorded": (_wrongly_rejected, _reject),
    "device-sent-back": (lambda _note, _fact: None, _send_back),
}
OF_A_NOTE = frozenset(_STEPS)
OF_THE_QUANTITY = frozenset(
    {"order-placed", "order-amended", "order-cancelled", "order-completed", "order-reopened"}
)
