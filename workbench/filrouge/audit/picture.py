"""A thread as a picture: a column per stage, a card per kind of event, a line from each cause to its effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from filrouge.audit.references import ELSEWHERE, STAGES, stage_of
from filrouge.audit.told import Told
from filrouge.audit.trace import Thread

COLUMN, CARD_WIDTH, CARD_HEIGHT, GAP, TOP = 190, 166, 62, 14, 64
_STYLE = (
    "text{font:12px sans-serif;fill:#1b1b1b}.head{font-weight:bold;font-size:14px}"
    ".small{font-size:10.5px;fill:#555}.card{fill:#f4f6fa;stroke:#5b6b8c}"
    ".line{fill:none;stroke:#b8441f;stroke-width:1.2;opacity:.65}"
)


@dataclass(slots=True)
class _Card:
    """All events of one type, at its place."""

    x: int
    y: int
    events: list[Told]


def picture(thread: Thread) -> str:
    """An SVG document; what belongs to no stage is left out."""
    cards = _cards(thread.events)
    height = max((card.y for card in cards.values()), default=TOP) + CARD_HEIGHT + GAP
    width = COLUMN * len(STAGES) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(thread.about)}</title>",
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="white"/>',
        f'<text x="{GAP}" y="20" class="head">{escape(thread.about)}</text>',
    ]
    for number, stage in enumerate(STAGES):
        parts.append(f'<text x="{GAP + number * COLUMN}" y="48" class="head">{stage}</text>')
    parts += _lines(thread.events, cards)
    for card in cards.values():
        parts += _drawn(card)
    return "\n".join([*parts, "</svg>\n"])


def _cards(events: Sequence[Told]) -> dict[str, _Card]:
    """Type → its card; the earliest type of a stage on top."""
    cards: dict[str, _Card] = {}
    filled: defaultdict[str, int] = defaultdict(int)
    for one in events:
        stage = stage_of(one)
        if stage == ELSEWHERE:
            continue
        if one.type not in cards:
            x = GAP + STAGES.index(stage) * COLUMN
            cards[one.type] = _Card(x, TOP + filled[stage] * (CARD_HEIGHT + GAP), [])
            filled[stage] += 1
        cards[one.type].events.append(one)
    return cards


def _lines(events: Sequence[Told], cards: dict[str, _Card]) -> Iterator[str]:
    """Through what belongs to no stage they go on to what led to that."""
    at = {one.place: one for one in events}
    drawn = set()
    for one in events:
        cause = at.get(one.cause) if one.cause else None
        while cause is not None and cause.type not in cards:
            cause = at.get(cause.cause) if cause.cause else None
        if one.type not in cards or cause is None or (cause.type, one.type) in drawn:
            continue
        drawn.add((cause.type, one.type))
        if cause.type != one.type:
            yield _curve(cards[cause.type], cards[one.type])


def _curve(start: _Card, end: _Card) -> str:
    """From the side of one card that looks at the other."""
    middle = CARD_HEIGHT // 2
    if start.x == end.x:
        x, far = start.x, start.x - GAP
        return (
            f'<path class="line" d="M{x} {start.y + middle} C{far} {start.y + middle}'
            f' {far} {end.y + middle} {x} {end.y + middle}"/>'
        )
    forward = start.x < end.x
    x1, x2 = (start.x + CARD_WIDTH, end.x) if forward else (start.x, end.x + CARD_WIDTH)
    half = (x1 + x2) // 2
    return (
        f'<path class="line" d="M{x1} {start.y + middle} C{half} {start.y + middle}'
        f' {half} {end.y + middle} {x2} {end.y + middle}"/>'
    )


def _drawn(card: _Card) -> Iterator[str]:
    first, last = card.events[0], card.events[-1]
    times = f"{len(card.events)} × " if len(card.events) > 1 else ""
    days = (
        first.time[:10]
        if first.time[:10] == last.time[:10]
        else f"{first.time[:10]} … {last.time[5:10]}"
    )
    yield (
        f'<g><title>{escape(first.subject)}</title><rect class="card" x="{card.x}" y="{card.y}"'
        f' width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="6"/>'
    )
    rows = (f"{times}{first.name}", _subject(card), f"{days}{_amount(card)}")
    for number, text in enumerate(rows):
        style = ' class="small"' if number else ""
        y = card.y + 19 + number * 17
        yield f'<text x="{card.x + 8}" y="{y}"{style}>{escape(text[:30])}</text>'
    yield "</g>"


def _subject(card: _Card) -> str:
    subjects = {one.subject for one in card.events}
    return card.events[0].subject if len(subjects) == 1 else f"{len(subjects)} subjects"


def _amount(card: _Card) -> str:
    cents = [one.data.get("amount_cents") for one in card.events]
    known = [amount for amount in cents if isinstance(amount, int)]
    return f"  {sum(known) / 100:,.2f} €" if known else ""
