"""What the simulator invents is right where it must be, wrong where it shall be, and always the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from filrouge.simulator import identities
from filrouge.simulator.books import Books
from filrouge.simulator.broken import BROKEN, UNUSUAL
from filrouge.simulator.mishaps import Mishaps
from filrouge.simulator.plan import Fate, Mishap, NoteFate
from filrouge.simulator.planning import plan_of
from filrouge.simulator.scale import Size
from filrouge.simulator.script import Script
from filrouge.simulator.seen import Seen
from filrouge.simulator.words import START, Word, at
from filrouge_contracts import identifiers
from filrouge_contracts.register import REGISTER
from pydantic_core import PydanticCustomError


def first_days(seed: int) -> list[Word]:
    plan, seen = plan_of(0.01, seed), Seen()
    script, mishaps = Script(plan, seen), Mishaps(plan, set())
    return [
        sent for day in range(5) for said in script.words(day) for sent in mishaps.sent(said, day)
    ]


def test_the_same_seed_says_the_same_bytes_and_another_seed_others() -> None:
    assert first_days(1) == first_days(1)
    assert [word.value for word in first_days(1)] != [word.value for word in first_days(2)]


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.2, 1.0])
def test_every_accident_happens_as_often_as_the_scale_says(scale: int) -> None:
    plan = plan_of(scale, 3)
    number = plan.size.accidents
    assert number >= 5
    fates = Counter(order.fate for order in plan.orders)
    assert fates.pop(Fate.RACE) == 2 * number
    assert fates.pop(Fate.NONE) + 5 * number == plan.size.orders
    assert set(fates.values()) == {number}
    notes = Counter(note.fate for order in plan.orders for note in order.notes)
    assert {fate: notes[fate] for fate in NoteFate if fate is not NoteFate.NONE} == {
        fate: number for fate in NoteFate if fate is not NoteFate.NONE
    }
    slips = Counter((slip.kind, slip.variant) for slip in plan.slips.values())
    assert set(slips.values()) == {number}
    assert {kind for kind, _ in slips} == set(Mishap)
    assert {variant for _, variant in slips} >= {*BROKEN, *UNUSUAL}


def test_scale_one_is_the_plan() -> None:
    size = Size.of(1.0)
    assert (size.orders, size.devices, size.orders * 3) == (300, 60_000, 900)
    assert Size.of(0.01).orders == 50
    assert (size.pupils, Size.of(0.01).pupils) == (30_000, 300)
    with pytest.raises(ValueError, match="above 0"):
        Size.of(0)


def test_no_device_is_invented_twice() -> None:
    plan = plan_of(0.5, 1)
    notes = [note for order in plan.orders for note in order.notes]
    notes += [note.replacement for note in notes if note.replacement]
    imeis = [imei for note in notes for imei in note.imeis]
    twice = sum(note.fate is NoteFate.DEVICE_RECEIVED_BEFORE for note in notes)
    assert len(imeis) == len(set(imeis)) + twice


def test_invented_identifiers_pass_the_validators_and_with_a_wrong_digit_they_do_not() -> None:
    for number in range(500):
        for check, identifier in (
            (identifiers.check_uai, identities.uai("093", number)),
            (identifiers.check_siret, identities.siret(number)),
            (identifiers.check_imei, identities.imei(number)),
            (identifiers.check_iban, identities.iban(number)),
        ):
            assert check(identifier) == identifier
            with pytest.raises(PydanticCustomError):
                check(identities.with_wrong_digit(identifier))
        assert identifiers.check_qpv(identities.qpv("093", number))


def test_what_partners_mean_to_say_is_what_the_contracts_understand() -> None:
    plan, seen = plan_of(0.01, 1), Seen()
    words = [word for day in range(12) for word in Script(plan, seen).words(day)]
    assert words
    for word in words:
        entry = REGISTER.by_type[word.type]
        assert entry.model.from_json(word.value).to_json()
        assert word.partner.kind in entry.said_by


def test_what_is_broken_is_not_what_it_was() -> None:
    said = first_days(1)[0]
    for name, broken in BROKEN.items():
        damaged = broken.damage(said)
        assert (damaged.value, damaged.headers) != (said.value, said.headers), name
    for name, damage in UNUSUAL.items():
        assert damage(said) != said, name


def test_words_are_dated_before_the_evening_in_which_they_are_said() -> None:
    plan = plan_of(0.01, 1)
    for day in range(12):
        for word in Script(plan, Seen()).words(day):
            said = datetime.fromisoformat(dict(word.headers)["ce_time"].decode())
            assert START <= said < at(day, 18)


def test_the_books_know_a_duplicate_from_a_conflict() -> None:
    words = first_days(4)
    books = Books(())
    books.hear(words)
    outcomes = Counter(outcome for (outcome, _), n in books.verdicts.items() for _ in range(n))
    assert sum(outcomes.values()) == len(words)
    kinds = Counter(word.slip.kind for word in words if word.slip)
    assert outcomes["duplicate"] == kinds[Mishap.DUPLICATE]
    assert outcomes["conflict"] == kinds[Mishap.CONFLICT]
