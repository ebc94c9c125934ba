"""Templates as people see them: the ones on offer; who keeps them sees all."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.caches import OFFERED, TEMPLATES
from dialogues.models import DialogueTemplate
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant

# Writing a template is publishing it: it is offered to everybody at once.
KEEP_TEMPLATES = "dialogue:template:publish"
USE_TEMPLATE = "dialogue:template:use"
OFFERED_MOST = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as the page for a new dialogue shows it."""

    pk: UUID
    name: str
    description: str
    type: str
    suggested_questions: list[str]
    rating: float
    rating_count: int


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


def offered_templates(user: User) -> list[Offer]:
    """What the page for a new dialogue offers, the most used first; nothing to who may use none."""
    if not user.can(USE_TEMPLATE):
        return []
    return _kept_offers() if settings.TEMPLATE_CACHE else _offers()


def _kept_offers() -> list[Offer]:
    """From the cache: it is the same for everybody."""
    looked = TEMPLATES.look(OFFERED)
    if looked.value is not None:
        return [Offer(**{**offer, "pk": UUID(offer["pk"])}) for offer in looked.value]
    offers = _offers()
    TEMPLATES.keep(looked, [asdict(offer) for offer in offers])
    return offers


def _offers() -> list[Offer]:
    active = DialogueTemplate.objects.filter(is_active=True).order_by("-usage_count", "-id")
    names = ("name", "description", "type", "suggested_questions", "rating", "rating_count")
    rows = active.values("pk", *names)[:OFFERED_MOST]
    return [Offer(**{**row, "rating": float(row["rating"])}) for row in rows]


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
