"""A question through the OpenAI-compatible door: into the dialogue that the client goes on with, or
into a new one that begins with what the client says was said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Invalid
from chatcore.models import ApiKey, User
from chatcore.services.append import Draft, append
from dialogues.models import DialogueSession, DialogueType, KeyDialogue
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.key_dialogues import Said, dialogue_asked_before, dialogue_continued
from dialogues.selectors.openai_models import OpenAIModel
from dialogues.services.companion import companion_of
from dialogues.services.content import checked_content
from dialogues.services.sessions import create_dialogue
from dialogues.services.timeline import DIALOGUE_TIMELINE
from dialogues.services.turns import Asked, ask


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends: its history, its question, and how it would have them answered.

    `dialogue` names one outright. `client_ref` tells a repeat of the same request.
    """

    question: str
    earlier: Sequence[Said] = ()
    system: str = ""
    dialogue: str = ""
    temperature: float | None = None
    client_ref: UUID | None = None


@transaction.atomic
def ask_through_key(key: ApiKey, model: OpenAIModel, sent: Sent) -> Asked:
    """Store the question where it belongs. Raises as `ask` and `create_dialogue` do; NotFound for a
    named dialogue that is not there, Invalid for one with somebody else."""
    session = _gone_on_with(key, model, sent) or _begun(key.user, model, sent)
    KeyDialogue.objects.update_or_create(
        session=session,
        defaults={"api_key": key, "model": model.id, "used_at": timezone.now()},
    )
    return ask(key.user, session.pk, sent.question, sent.client_ref)


def _gone_on_with(key: ApiKey, model: OpenAIModel, sent: Sent) -> DialogueSession | None:
    if model.type == DialogueType.COMPANION:  # there is one, and it remembers by itself
        return companion_of(key.user)
    if sent.dialogue:
        return _named(key.user, model, sent.dialogue)
    if sent.client_ref and (repeated := dialogue_asked_before(key, sent.client_ref)):
        return repeated
    return dialogue_continued(key, model.id, sent.earlier)


def _named(user: User, model: OpenAIModel, dialogue: str) -> DialogueSession:
    session = dialogue_for(user, dialogue)
    if not model.fits(session):
        raise Invalid(errors={"model": ["The dialogue is one with somebody else."]})
    return session


def _begun(user: User, model: OpenAIModel, sent: Sent) -> DialogueSession:
    settings: dict[str, Any] = {"system_prompt": sent.system} if sent.system else {}
    if sent.temperature is not None:
        settings["temperature"] = round(sent.temperature, 1)
    session = create_dialogue(
        user, type=model.type, book=model.book, character=model.character, **settings
    )
    # Nobody can follow the dialogue yet, so nobody is told.
    append(DIALOGUE_TIMELINE, [_draft(session, role, text) for role, text in sent.earlier])
    return session


def _draft(session: DialogueSession, role: str, content: str) -> Draft:
    return Draft(
        conversation=session.pk,
        author=session.user_id,
        content=checked_content(content),
        columns={"role": role, "metadata": {"brought_by": "openai_client"}},
        trusted=True,
    )
