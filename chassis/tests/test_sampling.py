"""Which traces are kept: the same ones in every service, whatever a partner sends."""

from __future__ import annotations

import pytest
from filrouge_chassis.records import Outgoing
from filrouge_chassis.sampling import Sampling
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.producer import Producer
from filrouge_chassis.trace_context import PLACE, read, root_of
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased

SHARE = "00-" + "0" * 16 + "{}" + "-b7ad6b7169203331-{}"


@pytest.mark.parametrize(
    ("ratio", "low", "flags", "kept"),
    [
        (0.0, "0" * 16, "00", False),
        (0.0, "f" * 16, "01", True),
        (0.0, "f" * 16, "02", False),
        (0.0, "f" * 16, "03", True),
        (0.25, "3fffffffffffffff", "00", True),
        (0.25, "4000000000000000", "00", False),
        (0.25, "4000000000000000", "01", True),
        (1.0, "f" * 16, "00", True),
    ],
)
def test_a_trace_is_kept_if_its_partner_keeps_it_or_its_id_is_in_our_share(
    ratio: float, low: str, flags: str, kept: bool
) -> None:
    sampling, traceparent = Sampling(ratio), SHARE.format(low, flags)
    assert sampling.keeps(traceparent) is kept
    headers = (("ce_traceparent", traceparent.encode()), ("ce_receivedms", b"0"))
    event = Outgoing("budget.g1", 0, b"", b"", headers)
    context = read(traceparent)
    assert sampling.kept([event]) == ([(event, context)] if kept else [])


@given(ratio=st.floats(0, 1), trace_id=st.integers(1, 2**128 - 1))
def test_it_is_the_share_of_opentelemetrys_own_sampler(ratio: float, trace_id: int) -> None:
    theirs = TraceIdRatioBased(ratio).should_sample(None, trace_id, "").decision
    ours = Sampling(ratio).keeps(f"00-{trace_id:032x}-b7ad6b7169203331-00")
    assert ours is (theirs is Decision.RECORD_AND_SAMPLE)


def test_the_share_of_traces_that_begin_here_is_about_the_ratio() -> None:
    sampling = Sampling(0.1)
    kept = sum(sampling.keeps(root_of(f"partner_gateway/in/0/{n}")) for n in range(10_000))
    assert 800 < kept < 1200


def test_the_header_stands_where_it_is_looked_for() -> None:
    (event,) = Producer("partner_gateway", 0, 1, toy.START).say(toy.order_requested(1))
    assert event.headers[PLACE][0] == "ce_traceparent"


@pytest.mark.parametrize("strange", [b"", b"garbage", b"00-1"])
def test_what_is_no_traceparent_is_not_kept(strange: bytes) -> None:
    headers = (("ce_traceparent", strange), ("ce_receivedms", b"0"))
    assert Sampling(1.0).kept([Outgoing("budget.g1", 0, b"", b"", headers)]) == []
