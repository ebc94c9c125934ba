"""Languages: what files call them, and their BCP 47 tag."""

import re

from chatcore.languages import SEARCH_CONFIGS

_TAGS_BY_NAME = {name: tag for tag, name in SEARCH_CONFIGS.items() if tag not in ("nb", "nn")}
_ISO_639_2 = {
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "ita": "it",
    "por": "pt", "dut": "nl", "nld": "nl", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi",
    "rus": "ru", "hun": "hu", "rum": "ro", "ron": "ro", "tur": "tr", "gre": "el", "ell": "el",
    "lat": "la", "chi": "zh", "zho": "zh", "jpn": "ja",
}  # fmt: skip


def language_tag(named: str) -> str:
    """“English”, “eng”, “en_GB” → “en”, “en”, “en-GB”. Empty when nothing is named."""
    first = re.split("[,;]", named, maxsplit=1)[0].strip().replace("_", "-")
    key = first.lower()
    if key in _TAGS_BY_NAME:
        return _TAGS_BY_NAME[key]
    main, _, rest = first.partition("-")
    main = _ISO_639_2.get(main.lower(), main.lower())
    if not (main.isascii() and main.isalpha() and len(main) in (2, 3)):
        return ""
    return f"{main}-{rest}"[:35] if rest else main
