"""Charts as SVG, drawn here, without a style or a script in them: the page's policy allows none.

The colours are the page's own (`dashboard.css`), so that a chart follows light and dark. Each bar has a
`<title>`, which browsers show under the pointer; the whole has a title and a description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pygal
from django.utils.safestring import SafeString
from lxml import etree
from pygal.style import Style

SVG = "{http://www.w3.org/2000/svg}"
WIDTH, HEIGHT, FONT = 440, 250, 13
MOST_LABELS = 6
COLOURS = 8  # as many as dashboard.css names; further series begin again

_STYLE = Style(label_font_size=FONT, major_label_font_size=FONT, font_family="sans-serif")
_USUAL: dict[str, Any] = {
    "css": [],
    "js": [],
    "width": WIDTH,
    "style": _STYLE,
    "show_legend": False,
    "margin": 4,
    "spacing": 8,
    "classes": ["chart"],
}


def columns(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    written: Callable[[float], str],
) -> SafeString:
    """Stacked columns over time. `name` is unique on the page; `written` writes a number."""
    chart = pygal.StackedBar(
        height=HEIGHT,
        x_labels_major_count=min(MOST_LABELS, len(labels)),
        show_minor_x_labels=False,
        max_scale=5,
        min_scale=2,
        range=None if any(map(any, series.values())) else (0, 1),
        value_formatter=written,
        **_USUAL,
    )
    chart.x_labels = labels
    for one, numbers in series.items():
        chart.add(one, list(numbers))
    return _drawn(chart, name, title, list(series), f"Columns, {labels[0]} to {labels[-1]}.")


def bars(
    name: str, title: str, numbers: Sequence[tuple[str, float]], written: Callable[[float], str]
) -> SafeString:
    """One bar for each, the first on top."""
    chart = pygal.HorizontalBar(
        height=60 + 26 * len(numbers),
        truncate_label=20,
        max_scale=4,
        min_scale=2,
        value_formatter=written,
        **_USUAL,
    )
    upwards = list(reversed(numbers))
    chart.x_labels = [label for label, _ in upwards]
    chart.add("", [number for _, number in upwards])
    return _drawn(chart, name, title, [""], f"Bars, {len(numbers)} in all.")


def _drawn(chart: Any, name: str, title: str, series: Sequence[str], about: str) -> SafeString:
    root = chart.render_tree()
    for bar in root.iter(f"{SVG}g"):
        if "bar" in (bar.get("class") or "").split():
            _tell(bar, series)
    _strip(root)
    _name(root, name, title, f"{about} The table beside it holds the same numbers.")
    # What is in it is text that the tree escapes, and what pygal draws.
    return SafeString(etree.tostring(root, encoding="unicode"))


def _tell(bar: Any, series: Sequence[str]) -> None:
    """What pygal's script would show under the pointer, as a title."""
    said = {desc.get("class"): desc.text or "" for desc in bar.findall(f"{SVG}desc")}
    place = next(g for g in bar.iterancestors() if "serie-" in (g.get("class") or ""))
    number = int(place.get("class").partition("serie-")[2].split()[0])
    place.set("class", f"series color-{number % COLOURS}")
    parts = [said.get("x_label", ""), series[number], said.get("value", "")]
    etree.SubElement(bar, f"{SVG}title").text = ", ".join(part for part in parts if part)


def _strip(root: Any) -> None:
    """Everything that a strict policy refuses, or that only pygal's own script would use."""
    for element in list(root.iter()):
        gone = not isinstance(element.tag, str) or element.tag in _REFUSED
        idle = "tooltip-overlay" in (element.get("class") or "") if not gone else False
        stray = element.tag == f"{SVG}title" and element.getparent().get("class") != "bar"
        if (gone or idle or stray) and element.getparent() is not None:
            element.getparent().remove(element)
        elif isinstance(element.tag, str):
            for attribute in [a for a in element.attrib if a in ("style", "id") or a[:2] == "on"]:
                del element.attrib[attribute]
    etree.cleanup_namespaces(root)


_REFUSED = {f"{SVG}{tag}" for tag in ("defs", "style", "script", "desc", "a")}


def _name(root: Any, name: str, title: str, about: str) -> None:
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    root.set("aria-describedby", f"{name}-about")
    for position, (tag, text) in enumerate((("title", title), ("desc", about))):
        element = etree.Element(f"{SVG}{tag}", id=f"{name}-{'about' if position else 'title'}")
        element.text = text
        root.insert(position, element)
