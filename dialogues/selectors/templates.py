"""Templates as people see them: the ones on offer; who keeps them sees all."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.models import DialogueTemplate
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant

# Writing a template is publishing it: it is offered to everybody at once.
KEEP_TEMPLATES = "dialogue:template:publish"
USE_TEMPLATE = "dialogue:template:use"
OFFERED = 20


def templates_for(user: User) -> QuerySet[DialogueTemplate]:
    """The templates that this person may see."""
    if user.can(KEEP_TEMPLATES):
        return DialogueTemplate.objects.all()
    return DialogueTemplate.objects.filter(is_active=True)


def template_for(user: User, key: UUID | str) -> DialogueTemplate:
    """One of them. Missing and retired are one answer. Raises NotFound."""
    found = templates_for(user).filter(pk=public_id(key, "tpl")).first()
    if found is None:
        raise NotFound
    return found


def offered_templates(user: User) -> list[DialogueTemplate]:
    """What the page for a new dialogue offers, the most used first; nothing to who may use none."""
    if not user.can(USE_TEMPLATE):
        return []
    active = DialogueTemplate.objects.filter(is_active=True)
    return list(active.order_by("-usage_count", "-id")[:OFFERED])


def usable_template(template_id: UUID) -> DialogueTemplate | None:
    """An active template, for whoever begins a dialogue."""
    return DialogueTemplate.objects.filter(pk=template_id, is_active=True).first()


def template_out(template: DialogueTemplate) -> dict[str, Any]:
    """The template object of `GET templates/`, JSON types only. Who made it is nobody's business."""
    return {
        "id": str(template.pk),
        "name": template.name,
        "description": template.description,
        "type": template.type,
        "category": template.category,
        "system_prompt": template.system_prompt,
        "initial_messages": template.initial_messages,
        "suggested_questions": template.suggested_questions,
        "temperature": float(template.temperature),
        "model_preference": template.model_preference,
        "usage_count": template.usage_count,
        "rating": float(template.rating),
        "rating_count": template.rating_count,
        "is_active": template.is_active,
        "created_at": instant(template.created_at),
        "updated_at": instant(template.updated_at),
    }
