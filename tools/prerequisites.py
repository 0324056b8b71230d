"""Draw which chapter builds on which, as an SVG that reads on light and dark pages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from textwrap import wrap

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 64, 18, 30, 6
FONT, LEADING, LETTERS = 15, 18, 20  # size of a title, distance of its lines, letters in a line
LINE = '<path d="M{x0} {y0} V{bend} C{x0} {mid} {x1} {mid} {x1} {y1}" fill="none" stroke="#8a9099" stroke-width="1.5"/>'
BOX = (
    '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" fill="#fcfcfa" stroke="#0072B2"/>'
    '<text text-anchor="middle" font-family="sans-serif" font-size="{size}" fill="#22262b">{title}</text>'
)
TITLE_LINE = '<tspan x="{x}" y="{y}">{text}</tspan>'
PAGE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'

Needs = Mapping[str, tuple[str, ...]]


def direct(name: str, needs: Needs) -> list[str]:
    """The prerequisites of a chapter less those that another of its prerequisites already needs."""
    implied = {further for need in needs[name] for further in _all(need, needs)}
    return [need for need in needs[name] if need not in implied]


def _all(name: str, needs: Needs) -> set[str]:
    return set(needs[name]).union(*(_all(need, needs) for need in needs[name]))


def places(needs: Needs) -> dict[str, tuple[int, int]]:
    """The corner of each chapter's box: its row is the longest chain of chapters before it."""
    row: dict[str, int] = {}
    for name in needs:  # in the order of the book, so a prerequisite comes first
        row[name] = 1 + max((row[need] for need in needs[name]), default=-1)
    column: dict[str, int] = {}
    for level in range(1 + max(row.values(), default=-1)):  # below its prerequisites, so that few lines cross
        boxes = [name for name in needs if row[name] == level]
        boxes.sort(key=lambda name: [column[need] for need in direct(name, needs)])
        later = [name for name in needs if row[name] > level]
        passed = {column[need] for name in later for need in direct(name, needs) if row[need] < level}
        free = (place for place in count() if place not in passed)  # no box stands on a line that only passes
        column |= {name: next(free) for name in boxes}
    return {name: (MARGIN + column[name] * (WIDTH + GAP_X), MARGIN + row[name] * (HEIGHT + GAP_Y)) for name in needs}


def _title(title: str, x: int, y: int) -> str:
    """A title in lines short enough for its box, around the middle (x, y)."""
    lines = wrap(title, LETTERS)
    first = y + FONT // 3 - LEADING * (len(lines) - 1) // 2  # a baseline lies a third of the size below the middle
    return "".join(TITLE_LINE.format(x=x, y=first + LEADING * n, text=line) for n, line in enumerate(lines))


def draw(titles: Mapping[str, str], needs: Needs) -> str:
    """The graph as SVG text: a box a chapter, a line from each direct prerequisite."""
    corners = places(needs)
    lines = [
        LINE.format(
            x0=corners[need][0] + WIDTH // 2,
            y0=corners[need][1] + HEIGHT,
            bend=corners[name][1] - GAP_Y,  # straight down its own column until just above the chapter
            mid=corners[name][1] - GAP_Y // 2,
            x1=corners[name][0] + WIDTH // 2,
            y1=corners[name][1],
        )
        for name in needs
        for need in direct(name, needs)
    ]
    boxes = [
        BOX.format(x=x, y=y, w=WIDTH, h=HEIGHT, size=FONT, title=_title(titles[name], x + WIDTH // 2, y + HEIGHT // 2))
        for name, (x, y) in corners.items()
    ]
    width = max(x for x, _ in corners.values()) + WIDTH + MARGIN
    height = max(y for _, y in corners.values()) + HEIGHT + MARGIN
    return "\n".join([PAGE.format(width=width, height=height), *lines, *boxes, "</svg>", ""])
