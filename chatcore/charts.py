"""Charts as SVG, drawn here, without a style or a script in them: the page's policy allows none.

The colours are the page's own (`chart.css`), so that a chart follows light and dark. Each bar has a
`<title>`, which browsers show under the pointer; the whole has a title and a description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

import pygal
from django.utils.safestring import SafeString
from lxml import etree
from pygal.style import Style

WIDTH, HEIGHT, FONT = 440, 250, 14  # chart.css has the same size
MOST_LABELS = 6
MOST_LETTERS = 20
COLOURS = 8  # as many as chart.css names; further series begin again

_STYLE = Style(label_font_size=FONT, major_label_font_size=FONT, font_family="sans-serif")
_USUAL: dict[str, Any] = {
    "css": [],
    "js": [],
    "width": WIDTH,
    "style": _STYLE,
    "show_legend": False,
    "truncate_label": -1,
    "margin": 4,
    "spacing": 8,
    "classes": ["chart"],
}


def columns(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    colours: Sequence[int],
    written: Callable[[float], str],
) -> SafeString:
    """Stacked columns over time, one series at least.

    `name` is unique on the page, `colours` are those of the series, `written` writes a number.
    """
    chart = pygal.StackedBar(
        height=HEIGHT,
        x_labels_major_every=-(-len(labels) // MOST_LABELS),
        show_minor_x_labels=False,
        value_formatter=written,
        **_USUAL,
    )
    chart.x_labels = labels
    chart.y_labels = _steps(max(sum(column) for column in zip(*series.values(), strict=True)))
    for one, numbers in series.items():
        chart.add(one, list(numbers))
    about = f"Columns, {labels[0]} to {labels[-1]}."
    return _drawn(chart, name, title, about, dict(zip(series, colours, strict=True)))


def bars(
    name: str, title: str, numbers: Sequence[tuple[str, float]], written: Callable[[float], str]
) -> SafeString:
    """One bar for each, the first on top."""
    chart = pygal.HorizontalBar(
        height=60 + 26 * len(numbers),
        value_formatter=written,
        **_USUAL,
    )
    upwards = list(reversed(numbers))
    chart.x_labels = [_short(label) for label, _ in upwards]
    chart.y_labels = _steps(max(number for _, number in upwards))
    chart.add("", [number for _, number in upwards])
    return _drawn(chart, name, title, f"Bars, {len(numbers)} in all.", {"": 0})


def lines(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    steps: Sequence[float],
    colours: Sequence[int],
) -> SafeString:
    """Lines over time on the scale of `steps`; None leaves a gap, where nothing is claimed."""
    chart = pygal.Line(
        height=HEIGHT,
        show_dots=_are_few(next(iter(series.values()))),
        allow_interruptions=True,
        range=(steps[0], steps[-1]),
        **_USUAL,
    )
    # pygal tells a major label by its text, and two points of a day have the same.
    every = -(-len(labels) // MOST_LABELS)
    chart.x_labels = ["" if place % every else label for place, label in enumerate(labels)]
    chart.y_labels = steps
    for one, numbers in series.items():
        chart.add(one, list(numbers))
    about = f"Lines, {labels[0]} to {labels[-1]}."
    return _drawn(chart, name, title, about, dict(zip(series, colours, strict=True)))


_KINDS = {"bar": pygal.Bar, "line": pygal.Line, "pie": pygal.Pie}


def drawing(
    name: str,
    kind: str,
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
) -> SafeString:
    """Numbers that somebody sent, above and below zero: a "bar", "line" or "pie" of its first series.

    Colours are given in order; a pie's are those of its labels.
    """
    chart = _KINDS[kind](height=HEIGHT, value_formatter=number_written, **_USUAL)
    parts: Mapping[str, Sequence[float]] = series
    if kind == "pie":
        first = next(iter(series.values()))
        parts = {f"{place}": [number] for place, number in enumerate(first)}
    else:
        every = -(-len(labels) // MOST_LABELS)
        chart.x_labels = ["" if at % every else _short(label) for at, label in enumerate(labels)]
    for one, numbers in parts.items():
        chart.add(one, list(numbers))
    about = f"A {kind} chart, {labels[0]} to {labels[-1]}."
    return _drawn(chart, name, title, about, {one: at for at, one in enumerate(parts)})


def number_written(number: float) -> str:
    """A number as a person reads it: 1,250 or 0.125."""
    return f"{number:,.10g}"


def _are_few(numbers: Sequence[float | None]) -> bool:
    """Too few for a line to be seen."""
    return sum(number is not None for number in numbers) < 3


def _steps(top: float) -> list[float]:
    """From 0 to above `top` in about four round steps; of what is counted in whole numbers, whole."""
    least = 1 if float(top).is_integer() else 0
    power = 10.0 ** floor(log10(top / 4)) if top else 1.0
    step = max(least, next(power * n for n in (1, 2, 5, 10) if power * n * 4 >= top))
    return [step * n for n in range(ceil(top / step) + 1)] if top else [0, 1]


def _short(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1].rstrip() + "…"


def _drawn(chart: Any, name: str, title: str, about: str, series: Mapping[str, int]) -> SafeString:
    root = chart.render_tree()
    for number, (one, colour) in enumerate(series.items()):
        for place in root.xpath(
            "//*[contains(concat(@class, ' '), $name)]", name=f"serie-{number} "
        ):
            place.set("class", f"series color-{colour % COLOURS}")
            for bar in place.xpath(".//*[@class='bar']"):
                _tell(bar, one)
    _strip(root)
    _name(root, name, title, f"{about} The table beside it holds the same numbers.")
    # What is in it is text that the tree escapes, and what pygal draws.
    return SafeString(etree.tostring(root, encoding="unicode"))


def _tell(bar: Any, series: str) -> None:
    """What pygal's script would show under the pointer, as a title."""
    said = {desc.get("class"): desc.text or "" for desc in bar.xpath("./*[local-name()='desc']")}
    parts = [said.get("x_label", ""), series, said.get("value", "")]
    etree.SubElement(bar, "title").text = ", ".join(part for part in parts if part)


# Elements that a strict policy refuses, or that only pygal's own script would use.
_IDLE = (
    "//comment() | //*[local-name()='defs' or local-name()='style' or local-name()='script'"
    " or local-name()='desc'] | //*[contains(@class, 'tooltip-overlay')]"
    " | //*[local-name()='title'][not(parent::*[@class='bar'])]"
)


def _strip(root: Any) -> None:
    """Leave shapes and words alone."""
    for element in root.xpath(_IDLE):
        if element.getparent() is not None:
            element.getparent().remove(element)
    for element in root.iter():
        for attribute in [a for a in element.attrib if a in ("style", "id") or a[:2] == "on"]:
            del element.attrib[attribute]
    etree.cleanup_namespaces(root)


def _name(root: Any, name: str, title: str, about: str) -> None:
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    root.set("aria-describedby", f"{name}-about")
    for position, (tag, text) in enumerate((("title", title), ("desc", about))):
        element = etree.Element(tag, id=f"{name}-{'about' if position else 'title'}")
        element.text = text
        root.insert(position, element)
