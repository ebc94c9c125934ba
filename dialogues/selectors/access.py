"""Found and allowed are one question: missing and not yours raise the same NotFound."""

from uuid import UUID

from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.ids import uuid_from_code
from chatcore.models import User
from dialogues.models import DialogueSession


def dialogues_of(user: User) -> QuerySet[DialogueSession]:
    """The person's living dialogues, with what `dialogue_out` shows of other tables."""
    return DialogueSession.objects.filter(user=user, deleted_at__isnull=True).select_related(
        "book", "character", "context"
    )


def dialogue_for(user: User, key: UUID | str) -> DialogueSession:
    """The dialogue behind a UUID or a `dlg_…` code. Raises NotFound."""
    found = dialogues_of(user).filter(pk=public_id(key, "dlg")).first()
    if found is None:
        raise NotFound
    return found


def public_id(key: UUID | str, prefix: str) -> UUID:
    """The id in whichever spelling. Raises NotFound: what is no id names nothing."""
    if isinstance(key, UUID):
        return key
    if found := uuid_from_code(key, prefix):
        return found
    try:
        return UUID(key)
    except ValueError:
        raise NotFound from None
