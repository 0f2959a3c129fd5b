"""Ids of traces and spans are derived from the stream: read from any event, equal on every replay."""

from __future__ import annotations

import pytest
from filrouge_chassis.records import Outgoing
from filrouge_chassis.trace_context import (
    TraceContext,
    child_of,
    decision_of,
    read,
    root_of,
    span_of,
    traceparent_of,
)
from hypothesis import given
from hypothesis import strategies as st

PARTNERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@given(cause=st.text(min_size=1), number=st.integers(0, 1000))
def test_whoever_holds_an_event_knows_its_span_its_parent_and_its_trace(
    cause: str, number: int
) -> None:
    event_id = f"{cause}/{number}"
    for led_to_it in (PARTNERS, root_of(cause)):
        said = read(child_of(led_to_it, event_id.encode()).decode())
        before = read(led_to_it)
        assert said is not None
        assert before is not None
        assert said == TraceContext(before.trace_id, span_of(event_id))
        assert decision_of(event_id) == span_of(cause)
        assert said.span_id not in (0, before.span_id, span_of(cause))


def test_a_trace_that_begins_here_has_no_parent_and_nobody_has_asked_to_keep_it() -> None:
    root = read(root_of("partner_gateway/partners.school.in.g1/0/7"))
    assert root is not None
    assert root.trace_id != 0
    assert root.span_id == 0
    assert root_of("a").endswith("-00")
    assert root_of("a") != root_of("b")


@pytest.mark.parametrize("flags", ["00", "01", "02", "03"])
def test_flags_are_the_partners_through_the_whole_trace(flags: str) -> None:
    said = child_of(PARTNERS[:-2] + flags, b"an/event/0").decode()
    assert said.endswith(f"-{flags}")
    assert child_of(said, b"another/0").decode().endswith(f"-{flags}")


@pytest.mark.parametrize("strange", ["", "00", PARTNERS[:-1], PARTNERS.upper(), f"{PARTNERS}-x"])
def test_what_has_not_the_form_is_no_context(strange: str) -> None:
    assert read(strange) is None


def test_the_header_is_found_wherever_it_stands() -> None:
    header, others = ("ce_traceparent", PARTNERS.encode()), [("a", b"1"), ("b", b"2")]
    for place in range(3):
        headers = (*others[:place], header, *others[place:])
        assert traceparent_of(Outgoing("t", 0, b"", b"", headers)) == PARTNERS
    assert traceparent_of(Outgoing("t", 0, b"", b"", tuple(others))) == ""
