"""Spans leave beside the work: bounded, counted, and whatever the collector does, nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
from filrouge_chassis import span_export
from filrouge_chassis.span_export import SpanExport, collector_at
from filrouge_chassis.testing.collector import collecting
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext

SPAN = ReadableSpan("a span", SpanContext(1, 1, is_remote=True), start_time=1, end_time=2)


class Answers(SpanExporter):
    """Answers as it is told; None: it raises."""

    def __init__(self, *results: SpanExportResult | None) -> None:
        self.results = list(results)
        self.spans: list[ReadableSpan] = []
        self.is_shut = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self.results.pop(0)
        if result is None:
            raise ZeroDivisionError("a mistake of the exporter")
        self.spans += spans
        return result

    def shutdown(self) -> None:
        self.is_shut = True


class Counted:
    """Spans exported and dropped."""

    def __init__(self) -> None:
        self.exported = self.dropped = 0

    def __call__(self, exported: int, dropped: int) -> None:
        self.exported += exported
        self.dropped += dropped


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(",")[0] for record in caplog.records]


async def test_a_collector_that_takes_nothing_is_told_of_once_and_so_is_its_return(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    no, yes = SpanExportResult.FAILURE, SpanExportResult.SUCCESS
    count = Counted()
    export = SpanExport(Answers(yes, no, None, no, yes, yes, no), 10, count)
    for _ in range(7):
        export.put([SPAN])
        await export.export()
    assert (count.exported, count.dropped) == (3, 4)
    assert messages(caplog) == [
        "the collector takes no spans",
        "the collector takes spans again",
        "the collector takes no spans",
    ]


async def test_no_more_wait_than_are_exported_in_a_second() -> None:
    exporter, count = Answers(SpanExportResult.SUCCESS), Counted()
    export = SpanExport(exporter, 10, count)
    export.put([SPAN] * 8)
    assert export.room == 2
    export.put([SPAN] * 5, dropped=4)
    assert (export.room, count.dropped) == (0, 3 + 4)
    await export.export()
    await export.export()  # nothing waits: the collector is left alone
    assert (len(exporter.spans), count.exported, export.room) == (10, 10, 10)


async def test_one_request_is_not_too_large_and_if_one_is_refused_the_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(span_export, "REQUEST_SPANS", 2)
    no, yes = SpanExportResult.FAILURE, SpanExportResult.SUCCESS
    exporter, count = Answers(yes, no, yes), Counted()
    export = SpanExport(exporter, 10, count)
    export.put([SPAN] * 5)
    await export.export()
    assert (count.exported, count.dropped, exporter.results) == (3, 2, [])


async def test_what_waits_at_the_end_is_exported() -> None:
    exporter = Answers(SpanExportResult.SUCCESS)
    export = SpanExport(exporter, 10, Counted())
    export.start()
    export.put([SPAN])
    await export.close()
    assert exporter.spans == [SPAN]
    assert exporter.is_shut


@pytest.mark.parametrize("address", ["{}", "{}/"])
async def test_spans_reach_a_collector_over_http(address: str) -> None:
    count = Counted()
    with collecting() as collector:
        export = SpanExport(collector_at(address.format(collector.address)), 10, count)
        export.put([SPAN])
        await export.export()
        collector.answer = 400
        export.put([SPAN])
        await export.export()
        await export.close()
        assert [span.name for span in collector.spans()] == ["a span"]
    assert (count.exported, count.dropped) == (1, 1)
