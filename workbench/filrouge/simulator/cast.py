"""The partners of a play, all invented: schools, authorities, associations, suppliers, the State's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from filrouge.simulator import identities
from filrouge.simulator.places import Place, spread
from filrouge.simulator.scale import Size

STATE_SIRET = "11000201100044"
"""The State's own number on invoices; the ministry, the buyers and the accountant are the State."""


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody who speaks through a door of its own."""

    id: str
    kind: str
    siret: str | None = None
    uai: str | None = None
    iban: str = ""

    @property
    def source(self) -> str:
        return f"urn:filrouge:partner:{self.id}"

    def user(self, number: int) -> str:
        """An opaque code of a person who works there."""
        return f"U-{self.id.upper()}-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver(Partner):
    """A school or an authority: devices are delivered to where it is."""

    place: Place

    def school(self, number: int) -> str:
        """For whom its `number`-th order is: for itself, or for one of the authority's schools."""
        return self.uai or identities.uai(self.place.departement, 1000 + number % 50)


@dataclass(frozen=True, slots=True)
class Cast:
    """All partners, by what they do."""

    ministry: Partner
    accountant: Partner
    buyers: tuple[Partner, ...]
    suppliers: tuple[Partner, ...]
    schools: tuple[Receiver, ...]
    authorities: tuple[Receiver, ...]
    associations: tuple[Partner, ...]

    def __iter__(self) -> Iterator[Partner]:
        yield self.ministry
        yield self.accountant
        yield from (*self.buyers, *self.suppliers, *self.schools, *self.authorities)
        yield from self.associations


def cast_of(size: Size) -> Cast:
    """As many partners as the scale asks for, with numbers of their own."""
    return Cast(
        ministry=Partner("ministry", "ministry", STATE_SIRET),
        accountant=Partner("accountant", "accountant", STATE_SIRET),
        buyers=tuple(Partner(f"buyer-{n}", "buyer", STATE_SIRET) for n in _count(size.buyers)),
        suppliers=tuple(
            Partner(f"supplier-{n}", "supplier", identities.siret(n), iban=identities.iban(n))
            for n in _count(size.suppliers)
        ),
        schools=tuple(_school(n, place) for n, place in enumerate(spread(size.schools), 1)),
        authorities=tuple(
            Receiver(f"authority-{n}", "authority", identities.siret(1000 + n), place=place)
            for n, place in enumerate(spread(size.authorities), 1)
        ),
        associations=tuple(
            Partner(
                f"association-{n}",
                "association",
                identities.siret(2000 + n),
                iban=identities.iban(2000 + n),
            )
            for n in _count(size.associations)
        ),
    )


def _count(number: int) -> range:
    return range(1, number + 1)


def _school(number: int, place: Place) -> Receiver:
    uai = identities.uai(place.departement, number)
    return Receiver(f"school-{uai.lower()}", "school", uai=uai, place=place)
