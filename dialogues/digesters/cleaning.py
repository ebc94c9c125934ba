"""What is remembered is cleaned first: no markup, no control characters, bounded lengths.

It is data for ever after: pages escape it, and prompts quote it as what a person said.
"""

import html
import re
import unicodedata
from typing import Any

import nh3

VALUE_MAX = 300
ITEMS_MAX = 20
# Escaped markup may be escaped again and again.
_ROUNDS = 5
_KEY = re.compile(r"[^a-z0-9]+")


def clean_text(text: str, most: int = VALUE_MAX) -> str:
    """One line of plain text, cut at a word."""
    for _ in range(_ROUNDS):
        bare = html.unescape(nh3.clean(html.unescape(text), tags=set()))
        if bare == text:
            break
        text = bare
    line = " ".join("".join(map(_printable, text)).split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def _printable(character: str) -> str:
    """Control and format characters (which turn text around, or hide it) become blanks."""
    return " " if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} else character


def clean_value(value: Any) -> Any:
    """A text, a number, a truth or a list of these; None for anything else, or nothing."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 2**53 else None
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, list):
        items = [clean_value(item) for item in value[:ITEMS_MAX] if not isinstance(item, list)]
        return [item for item in items if item is not None] or None
    return None


def clean_key(key: str, most: int) -> str:
    """`Favourite colour` as `favourite_colour`; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    return _KEY.sub("_", plain).strip("_").lstrip("0123456789_")[:most].rstrip("_")
