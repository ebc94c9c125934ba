"""Languages: what files call them, their BCP 47 tag, and how PostgreSQL stems them."""

import re

# PostgreSQL's own configurations by language; any other language is indexed unstemmed ("simple").
SEARCH_CONFIGS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "nn": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
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


def search_config(tag: str) -> str:
    """The PostgreSQL text search configuration for a language tag."""
    return SEARCH_CONFIGS.get(tag.partition("-")[0].lower(), "simple")
