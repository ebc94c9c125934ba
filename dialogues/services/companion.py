"""The companion (seed 001): the one conversation of a person that never ends."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.models import DialogueContext, DialogueSession, DialogueType
from dialogues.models.sessions import COMPANION_TITLE
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.companion import companion_found
from dialogues.services.changes import change
from dialogues.services.personality import changed_personality


def companion_of(user: User) -> DialogueSession:
    """The person's companion, made on first use; of two first uses at once one makes it.

    Raises Forbidden without `dialogue:session:create`, on first use alone.
    """
    return companion_found(user) or _made(user)


def _made(user: User) -> DialogueSession:
    require(user, "dialogue:session:create")
    try:
        with transaction.atomic():
            session = DialogueSession.objects.create(
                user=user, type=DialogueType.COMPANION, title=COMPANION_TITLE
            )
            DialogueContext.objects.create(session=session)
    except IntegrityError:  # another request was quicker: the database allows one
        found = companion_found(user)
        if found is None:
            raise
        return found
    return dialogue_for(user, session.pk)


@transaction.atomic
def change_companion(
    session: DialogueSession,
    *,
    personality_settings: Mapping[str, Any] | None = None,
    **columns: Any,
) -> DialogueSession:
    """Title and settings as with any dialogue; of the personality only what is named, null takes a
    setting back. Raises Invalid."""
    if personality_settings is not None:
        locked = DialogueSession.objects.select_for_update(of=("self",), no_key=True)
        kept = locked.get(pk=session.pk).personality_settings
        columns["personality_settings"] = changed_personality(kept, personality_settings)
    return change(session.pk, **columns) if columns else session
