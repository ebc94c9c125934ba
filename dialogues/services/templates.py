"""Templates: keep them, begin a dialogue from one, and keep their counts true."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DecimalField, ExpressionWrapper, F
from django.db.models.functions import Cast, Round

from chatcore.models import User
from chatcore.models.conversations import CONTENT_MAX
from chatcore.services.append import Draft, append
from dialogues.caches import forget_templates
from dialogues.models import DialogueSession, DialogueTemplate
from dialogues.services.timeline import DIALOGUE_TIMELINE


@transaction.atomic
def create_template(by: User, **columns: Any) -> DialogueTemplate:
    """A new template, offered to everybody while `is_active`. The caller asked for the right."""
    forget_templates()
    return DialogueTemplate.objects.create(created_by=by, **columns)


@transaction.atomic
def change_template(template: DialogueTemplate, **columns: Any) -> DialogueTemplate:
    """Other words or settings; dialogues that were begun from it keep theirs."""
    for name, value in columns.items():
        setattr(template, name, value)
    # Only these columns: its counts may have grown since it was read.
    template.save(update_fields=[*columns, "updated_at"])
    forget_templates()
    return template


@transaction.atomic
def delete_template(template: DialogueTemplate) -> None:
    """Its dialogues stay and forget where they came from; `is_active` False retires it instead."""
    forget_templates()
    template.delete()


def settings_from(template: DialogueTemplate) -> dict[str, Any]:
    """What a dialogue begun from the template takes over: columns of `dialogue_sessions`."""
    taken: dict[str, Any] = {
        "template": template,
        "system_prompt": template.system_prompt,
        "temperature": template.temperature,
    }
    if template.model_preference:
        taken["model_name"] = template.model_preference
    return taken


def say_starters(session: DialogueSession, template: DialogueTemplate | None) -> None:
    """The first messages: a template's, and the greeting of a character whom it does not let speak.
    Nobody can follow the dialogue yet, so nobody is told."""
    starters = list(template.initial_messages) if template else []
    greeting = session.character.greeting if session.character else ""
    if greeting.strip() and not any(one["role"] == "assistant" for one in starters):
        starters.append({"role": "assistant", "content": greeting[:CONTENT_MAX]})
    if not starters:
        return
    append(
        DIALOGUE_TIMELINE,
        [
            Draft(
                conversation=session.pk,
                author=session.user_id,
                content=starter["content"],
                columns={"role": starter["role"]},
                trusted=True,
            )
            for starter in starters
        ],
    )


def count_use(template_id: UUID) -> None:
    """One more dialogue was begun from it, in the transaction that begins it. Only the order of what is
    offered follows from it, and may follow an hour later."""
    DialogueTemplate.objects.filter(pk=template_id).update(usage_count=F("usage_count") + 1)


def count_rating(template_id: UUID | None, before: int | None, after: int) -> None:
    """A dialogue's rating changed, in this transaction; None before: it had none."""
    if template_id is None or before == after:
        return
    total = F("rating_sum") + (after - (before or 0))
    count = F("rating_count") + (1 if before is None else 0)
    exact: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=6)
    mean = ExpressionWrapper(Cast(total, exact) / Cast(count, exact), output_field=exact)
    DialogueTemplate.objects.filter(pk=template_id).update(
        rating_sum=total, rating_count=count, rating=Round(mean, precision=1)
    )
    forget_templates()
