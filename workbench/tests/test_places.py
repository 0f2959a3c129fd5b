"""The table of places is of the form and of the consistency that real codes have."""

from __future__ import annotations

import re
from collections import defaultdict

from filrouge.simulator.cast import cast_of
from filrouge.simulator.places import places, spread
from filrouge.simulator.planning import plan_of
from filrouge.simulator.scale import Size
from filrouge_contracts.identifiers import check_qpv, check_uai

INSEE = re.compile(r"(?!20)(?:0[1-9]|[1-8]\d|2[AB]|9[0-5])\d{3}|97[1-46]\d\d")
ACADEMIES = (
    "01 02 03 04 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 22 23 24 25 27 28 31 32 33 43 70"
)
KNOWN_QPV = {
    "30189": "QP030003",
    "31555": "QP031007",
    "34172": "QP034005",
    "66136": "QP066005",
}


def test_there_are_many_places_in_many_academies_and_none_twice() -> None:
    codes = [place.insee for place in places()]
    assert len(set(codes)) == len(codes) >= 60
    assert len({place.commune for place in places()}) == len(codes)
    assert len({place.academie for place in places()}) >= 15


def test_every_code_has_its_form_and_agrees_with_the_others() -> None:
    academies = defaultdict(set)
    for place in places():
        assert INSEE.fullmatch(place.insee), place
        overseas = place.insee.startswith("97")
        assert place.departement == (place.insee[:3] if overseas else f"0{place.insee[:2]}"), place
        assert place.academie in ACADEMIES.split(), place
        academies[place.departement].add(place.academie)
        assert check_qpv(place.qpv)[2:5] == place.departement, place
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", place.cite_educative), place
    assert all(len(of_one) == 1 for of_one in academies.values())


def test_the_largest_communes_are_given_by_arrondissement() -> None:
    assert not {place.insee for place in places()} & {"75056", "69123", "13055"}


def test_a_known_neighbourhood_keeps_its_code_and_no_two_places_share_one() -> None:
    codes = {place.insee: place.qpv for place in places()}
    assert codes.items() >= KNOWN_QPV.items()
    assert len(set(codes.values())) == len(codes)


def test_few_places_are_in_as_many_academies() -> None:
    for number in (1, 8, 25):
        assert len({place.academie for place in spread(number)}) == number
    assert spread(8) == spread(80)[:8]
    assert set(spread(len(places()))) == set(places())
    assert len(spread(500)) == 500


def test_schools_and_orders_are_where_their_receivers_are() -> None:
    cast = cast_of(Size.of(2.0))
    for school in cast.schools:
        assert school.uai
        assert check_uai(school.uai)[:3] == school.place.departement
    receivers = {partner.id: partner for partner in (*cast.schools, *cast.authorities)}
    for order in plan_of(2.0, 1).orders:
        place = receivers[order.receiver.id].place
        assert (check_uai(order.uai)[:3], order.qpv) == (place.departement, place.qpv)
