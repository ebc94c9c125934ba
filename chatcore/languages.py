"""Languages of people and texts: how PostgreSQL stems them."""

# PostgreSQL's own configurations by language; any other language is indexed unstemmed.
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
UNSTEMMED = "simple"


def search_config(tag: str) -> str:
    """The PostgreSQL text search configuration for a language tag: "de-AT" gives "german"."""
    return SEARCH_CONFIGS.get(tag.partition("-")[0].lower(), UNSTEMMED)
