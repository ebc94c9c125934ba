"""Answers in OpenAI's form. What of ours has no place there stands under `chatcore`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from chatcore.ids import public_code
from dialogues.answerers.tokens import TOKENS_PER_MESSAGE, tokens_of
from dialogues.selectors.messages import MessageObject
from dialogues.selectors.openai_models import OpenAIModel
from dialogues.services.openai_turns import Sent
from dialogues.services.turns import Asked


def model_out(model: OpenAIModel) -> dict[str, Any]:
    return {
        "id": model.id,
        "object": "model",
        "created": int(model.created.timestamp()),
        "owned_by": "chatcore",
        "chatcore": {"title": model.title, "type": model.type},
    }


def head_of(asked: Asked, model: OpenAIModel, kind: str) -> dict[str, Any]:
    """What every body and chunk of one completion begins with."""
    return {
        "id": f"chatcmpl-{asked.turn_id.hex}",
        "object": kind,
        "created": int(asked.appended.row["created_at"].timestamp()),
        "model": model.id,
    }


def completion_out(
    asked: Asked, model: OpenAIModel, sent: Sent, reply: MessageObject
) -> dict[str, Any]:
    """The body of a completion that was not streamed."""
    message = {
        "role": "assistant",
        "content": reply["content"],
        "refusal": None,
        "annotations": annotations_of(model, reply),
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        **head_of(asked, model, "chat.completion"),
        "choices": [choice],
        "usage": usage_of(sent, reply),
        "chatcore": extension_of(asked, reply),
    }


def extension_of(asked: Asked, reply: MessageObject) -> dict[str, Any]:
    """Where the answer is stored and what it rests on."""
    return {
        "dialogue": public_code("dlg", asked.session_id),
        "message": reply["code"],
        "references": reply["references"],
    }


def annotations_of(model: OpenAIModel, reply: MessageObject) -> list[dict[str, Any]]:
    """The quotations in the answer's own words, as links to their passages."""
    found = []
    for reference in reply["references"]:
        quote = reference["highlighted_text"]
        start = reply["content"].find(quote) if quote else -1
        if model.book and start >= 0:
            citation = {
                "start_index": start,
                "end_index": start + len(quote),
                "title": model.title,
                "url": _passage_url(model, reference),
            }
            found.append({"type": "url_citation", "url_citation": citation})
    return found


def _passage_url(model: OpenAIModel, reference: Mapping[str, Any]) -> str:
    chapter = reverse("chapter", args=[model.book, reference["chapter_number"] or 0])
    return f"{settings.PUBLIC_URL}{chapter}#p{reference['paragraph_index']}"


def usage_of(sent: Sent, reply: MessageObject) -> dict[str, int]:
    """What the model charged where it says so, else a count of what was sent and answered."""
    completion = tokens_of(reply["content"])
    prompt = _tokens_sent([sent.system, *(text for _, text in sent.earlier), sent.question])
    charged = reply["tokens_used"] or 0
    if charged > completion:
        prompt = charged - completion
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _tokens_sent(texts: Sequence[str]) -> int:
    return sum(tokens_of(text) + TOKENS_PER_MESSAGE for text in texts if text)
