"""Slopes, quantiles and growth are those that a person would reckon."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from filrouge_chassis.metrics import AGE_SECONDS, LAG_RECORDS, TAKEN
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from tests.soak.arithmetic import growth, quantile, slope_per_hour
from tests.soak.sampling import AGES, told_in

INFINITE = math.inf


@pytest.mark.parametrize(
    ("points", "slope"),
    [
        ([], None),
        ([(5.0, 100.0)], None),
        ([(5.0, 100.0), (5.0, 200.0)], None),
        ([(0.0, 80.0), (3600.0, 80.0)], 0.0),
        ([(0.0, 80.0), (1800.0, 81.0), (3600.0, 82.0)], 2.0),
        # one sample that stands out, in the middle, moves the line and does not turn it
        ([(0.0, 80.0), (1800.0, 99.0), (3600.0, 80.0)], 0.0),
    ],
)
def test_the_slope_is_that_of_the_line_with_the_least_squares(
    points: Sequence[tuple[float, float]], slope: float | None
) -> None:
    assert slope_per_hour(points) == pytest.approx(slope)


@given(
    st.lists(st.integers(0, 10_000), min_size=2, max_size=50, unique=True),
    st.integers(-100, 100),
    st.integers(0, 10**9),
)
def test_points_of_a_line_have_its_slope_whenever_they_were_taken(
    seconds: list[int], an_hour: int, began_at: int
) -> None:
    points = [(began_at + at, 70 + an_hour * at / 3600) for at in seconds]
    assert slope_per_hour(points) == pytest.approx(an_hour, abs=1e-3)


@pytest.mark.parametrize(
    ("share", "histogram", "value"),
    [
        (0.5, {}, None),
        (0.5, {0.1: 0, INFINITE: 0}, None),
        (0.5, {0.1: 10, INFINITE: 10}, 0.05),
        (0.99, {0.1: 10, INFINITE: 10}, 0.099),
        (0.5, {0.1: 0, 0.25: 10, INFINITE: 10}, 0.175),
        (0.9, {0.1: 5, 0.25: 10, 0.5: 10, INFINITE: 10}, 0.22),
        # what lies beyond the last bound is not known to be longer than that
        (0.99, {0.1: 5, 30.0: 5, INFINITE: 10}, 30.0),
    ],
)
def test_a_quantile_is_found_within_its_bucket(
    share: float, histogram: Mapping[float, float], value: float | None
) -> None:
    assert quantile(share, histogram) == pytest.approx(value)


def test_a_counter_of_a_process_that_began_anew_has_grown_by_all_that_it_says() -> None:
    assert growth({}, {0.1: 3, INFINITE: 4}) == {0.1: 3, INFINITE: 4}
    assert growth({0.1: 3, INFINITE: 4}, {0.1: 3, INFINITE: 6}) == {0.1: 0, INFINITE: 2}
    assert growth({0.1: 3, INFINITE: 4}, {0.1: 1, INFINITE: 5}) == {0.1: 1, INFINITE: 5}


def test_what_a_process_tells_is_read_as_its_own_library_writes_it() -> None:
    registry = CollectorRegistry()
    TAKEN.counter(registry).labels("3").inc(12)
    LAG_RECORDS.gauge(registry).labels("school-1").set(7)
    AGE_SECONDS.histogram(registry).observe(0.2)
    told = told_in(generate_latest(registry).decode())
    assert told[TAKEN.exported_name] == {"3": 12}
    assert told[LAG_RECORDS.exported_name] == {"school-1": 7}
    ages = {float(bound): many for bound, many in told[AGES].items()}
    assert (ages[0.1], ages[0.25], ages[INFINITE]) == (0, 1, 1)
    assert quantile(0.5, ages) == pytest.approx(0.175)
