"""Personality settings (seed 001's `personality_settings`): what they may be, and what each means."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatcore.errors import Invalid
from dialogues.services.sanitising import clean_text


class Tone(StrEnum):
    """How it sounds."""

    WARM = "warm"
    NEUTRAL = "neutral"
    DIRECT = "direct"
    PLAYFUL = "playful"
    FORMAL = "formal"


class Style(StrEnum):
    """What it does with what it hears."""

    LISTENER = "listener"
    COACH = "coach"
    PRACTICAL = "practical"
    REFLECTIVE = "reflective"


class ResponseLength(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class Personality(BaseModel):
    """All that may be set; what is not set is left to the answerer."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    tone: Tone | None = None
    style: Style | None = None
    response_length: ResponseLength | None = None
    language: Language | None = None


def changed_personality(kept: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings after a change: what is named is set, null takes it back. Raises Invalid."""
    wished = {**kept, **changes}
    if isinstance(name := wished.get("name"), str):
        wished["name"] = clean_text(" ".join(name.split()))
    try:
        settings = Personality.model_validate(wished)
    except ValidationError as error:
        told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors()]
        raise Invalid(errors={"personality_settings": told}) from None
    return settings.model_dump(mode="json", exclude_none=True)
