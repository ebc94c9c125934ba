"""Embeddings from any server that speaks OpenAI's `/v1/embeddings`."""

import time
from collections.abc import Sequence

import httpx2
import openai
import structlog
from django.conf import settings

from dialogues.selectors.vectors import Vector, unit

log = structlog.get_logger(__name__)

# A question waits for its vector; a batch of passages has time.
QUESTION_SECONDS = 3.0
BATCH_SECONDS = 120.0
# After a failure questions are answered without embeddings for so long.
PAUSE_SECONDS = 30.0
# Longer ones are cut: models take some hundred tokens, and a server may refuse what is longer.
MOST_CHARACTERS = 4_000

_away_until = 0.0


class EmbeddingFailed(Exception):
    """The server gave no vectors; the message says why."""


def model() -> str:
    """The configured embedding model; empty where there is none."""
    return settings.EMBEDDING_MODEL if settings.LLM_BASE_URL else ""


def embed(texts: Sequence[str], seconds: float = BATCH_SECONDS) -> list[Vector]:
    """A vector of length 1 for each text, in their order. Raises EmbeddingFailed."""
    client = openai.OpenAI(
        base_url=settings.LLM_BASE_URL,
        api_key=settings.LLM_API_KEY or "none",
        timeout=httpx2.Timeout(seconds),
        max_retries=0,
    )
    try:
        with client:
            answer = client.embeddings.create(
                model=model(),
                input=[text[:MOST_CHARACTERS] for text in texts],
                encoding_format="float",
            )
    except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
        raise EmbeddingFailed(" ".join(str(error).split())[:300] or repr(error)) from None
    vectors = [unit(one.embedding) for one in sorted(answer.data, key=lambda one: one.index)]
    if len(vectors) != len(texts) or len({vector.shape for vector in vectors}) != 1:
        raise EmbeddingFailed("The server's vectors are not one for each text, of one length.")
    return vectors


def vector_of(question: str) -> Vector | None:
    """A question's vector; None, with the reason in the log, where the server fails. For a while it
    is then not asked again, so that no answer waits for it."""
    global _away_until
    if not model() or time.monotonic() < _away_until:
        return None
    try:
        return embed([question], QUESTION_SECONDS)[0]
    except EmbeddingFailed as error:
        log.warning("embedding_failed", model=model(), error=str(error))
        _away_until = time.monotonic() + PAUSE_SECONDS
        return None
