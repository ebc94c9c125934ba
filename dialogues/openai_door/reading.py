"""The body of a chat completion, as clients send it: what we do not know is passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from rest_framework import serializers

from chatcore.errors import Invalid
from chatcore.models import ApiKey
from dialogues.selectors.key_dialogues import Said
from dialogues.services.openai_turns import Sent

MOST_MESSAGES = 2_000
_SYSTEM = ("system", "developer")
# A client's own tools and their results: ours run on our side.
_PASSED_OVER = ("tool", "function")


class Completion(serializers.Serializer[Any]):
    model = serializers.CharField(max_length=300)
    messages = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_MESSAGES
    )
    stream = serializers.BooleanField(default=False, allow_null=True)
    stream_options = serializers.DictField(required=False, allow_null=True)
    temperature = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=2)
    n = serializers.IntegerField(default=1, min_value=1, max_value=1, allow_null=True)
    metadata = serializers.DictField(required=False, allow_null=True)


def sent_by(key: ApiKey, body: Mapping[str, Any], headers: Mapping[str, str]) -> Sent:
    """What the client says and asks. Raises Invalid with the name of the parameter."""
    said = _said(body["messages"])
    if not said or said[-1][0] != "user":
        raise Invalid(errors={"messages": ["The last one must be the user's question."]})
    named = headers.get("X-Dialogue") or (body.get("metadata") or {}).get("dialogue") or ""
    repeat = headers.get("Idempotency-Key")
    system = [text for role, text in said if role == "system"]
    return Sent(
        question=said[-1][1],
        earlier=[(role, text) for role, text in said[:-1] if role != "system"],
        system="\n\n".join(system)[:10_000],
        dialogue=str(named),
        temperature=body.get("temperature"),
        client_ref=_ref(key, repeat) if repeat else None,
    )


def _ref(key: ApiKey, repeat: str) -> UUID:
    return uuid5(key.pk, repeat)


def _said(messages: Sequence[Mapping[str, Any]]) -> list[Said]:
    found = []
    for at, message in enumerate(messages):
        role, where = message.get("role"), f"messages.{at}"
        if role in _PASSED_OVER:
            continue
        if role not in ("user", "assistant", *_SYSTEM):
            raise Invalid(errors={f"{where}.role": ["Give system, user or assistant."]})
        if text := _text(message.get("content"), where).strip():
            found.append(("system" if role in _SYSTEM else str(role), text))
    return found


def _text(content: Any, where: str) -> str:
    """A message's words: plain, or in parts that are all text. None where a tool was called."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list) and all(_is_text(part) for part in content):
        return "".join(part["text"] for part in content)
    raise Invalid(errors={f"{where}.content": ["Only text can be answered."]})


def _is_text(part: Any) -> bool:
    return (
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
    )
