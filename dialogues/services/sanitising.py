"""Context is made of people's and models' words: it is cleaned before it is stored (seed 001)."""

import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

TEXT_MOST = 2_000
KEY_MOST = 100
ITEMS_MOST = 100
DEPTH_MOST = 6

# Control characters but tab and newline; half of a surrogate pair is no text either.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_text(text: str, most: int = TEXT_MOST) -> str:
    """The text without what no database and no terminal should be given, cut at `most`."""
    return _NO_TEXT.sub("", text)[:most]


def clean_json(value: Any, depth: int = DEPTH_MOST) -> Any:
    """The value as JSON that can be stored and shown: what is too deep, too long or no JSON goes."""
    match value:
        case str():
            return clean_text(value)
        case bool() | None:
            return value
        case int():
            return value if abs(value) < 2**63 else None
        case float():
            return value if math.isfinite(value) and abs(value) < 2.0**63 else None
        case Mapping() if depth:
            items = list(value.items())[:ITEMS_MOST]
            return {clean_text(str(k), KEY_MOST): clean_json(v, depth - 1) for k, v in items}
        case list() | tuple() if depth:
            return [clean_json(item, depth - 1) for item in value[:ITEMS_MOST]]
    return None


def fitting(found: Mapping[str, Any], most: int) -> dict[str, Any]:
    """The first entries of a clean object that take `most` bytes of JSON at the most."""
    kept: dict[str, Any] = {}
    for name, value in found.items():
        most -= len(orjson.dumps({name: value}))
        if most < 0:
            break
        kept[name] = value
    return kept
